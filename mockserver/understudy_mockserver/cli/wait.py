"""`understudy wait`: wait until a mock answers."""

# ruff: noqa: D301 - a backspace in a help text is how click is told to leave lines as they are

from __future__ import annotations

import sys
import time
from pathlib import Path

import click
import httpx
import orjson

from understudy_mockserver.cli import FINDINGS
from understudy_mockserver.cli.client import remote

_PAUSE = 0.05


@click.command(short_help="Wait until a mock answers.")
@click.argument("url", required=False)
@click.option("--ready-file", type=click.Path(path_type=Path), help="The file that `serve --ready-file` writes.")
@click.option("--timeout", default=30.0, show_default=True, type=click.FloatRange(0), help="Seconds to wait at most.")
def command(url: str | None, ready_file: Path | None, timeout: float) -> None:
    """Wait until the mock at URL answers, and print where it is. Exits with 1 if it does not in time.

    Without URL: the one that --ready-file tells of, or that is set (`understudy config`).

    \b
    Examples:
      understudy serve --port 0 --ready-file ready.json & understudy wait --ready-file ready.json --timeout 10
      understudy wait http://127.0.0.1:4010
    """
    deadline = time.monotonic() + timeout
    while True:
        found = url or (_told(ready_file) if ready_file else remote(None, None, as_json=False).url)
        if found and _is_ready(found):
            click.echo(found)
            return
        if time.monotonic() >= deadline:
            break
        time.sleep(_PAUSE)
    where = found or f"the place that {ready_file} should tell"
    click.echo(f"Nobody answered at {where} within {timeout:g} s.", err=True)
    sys.exit(FINDINGS)


def _told(ready_file: Path) -> str:
    """Where the server answers, as soon as it has said so."""
    try:
        return str(orjson.loads(ready_file.read_bytes())["url"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _is_ready(url: str) -> bool:
    try:
        response = httpx.get(f"{url.rstrip('/')}/readyz", timeout=5, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL):
        return False
    return response.status_code == 200
