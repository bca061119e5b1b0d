"""`understudy bundle`: save what happened in a running mock."""

# ruff: noqa: D301 - a backspace in a help text is how click is told to leave lines as they are

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import orjson

from understudy_mockserver.cli.client import Remote, remote


@click.command(short_help="Save what happened in a running mock, to be replayed.")
@click.option("--url", help="The mock's root. Default: what is set (`understudy config`), else http://127.0.0.1:4010.")
@click.option("-n", "--namespace", help="The namespace. Default: what is set, else the default one.")
@click.option("--token", help="The server's control token, where the mock runs on another machine.")
@click.option("-o", "--output", required=True, metavar="FILE", help="Where to save it (`-`: standard output).")
def command(url: str | None, namespace: str | None, token: str | None, output: str) -> None:
    """Save what happened in a namespace of a running mock into one file: attach it to a bug.

    `understudy replay FILE` repeats it. Credentials are left out; what was written stays in it.

    \b
    Examples:
      understudy bundle -o bug-17.json
      understudy bundle --namespace checkout -o - | gzip > bug-17.json.gz
    """
    _save(remote(url, namespace, as_json=False, token=token), output)


@click.command("bundle", short_help="Save what happened, to be replayed.")
@click.option("-o", "--output", required=True, metavar="FILE", help="Where to save it (`-`: standard output).")
@click.pass_obj
def bundle(mock: Remote, output: str) -> None:
    """Save what happened in the namespace into one file: attach it to a bug. `understudy replay FILE` repeats it.

    \b
    Examples:
      understudy ctl bundle -o bug-17.json
    """
    _save(mock, output)


def _save(mock: Remote, output: str) -> None:
    made: dict[str, Any] = mock.call("GET", "/bundle")
    content = orjson.dumps(made, option=orjson.OPT_INDENT_2) + b"\n"
    if output == "-":
        click.echo(content, nl=False)
        return
    Path(output).write_bytes(content)
    click.echo(f"{len(made['entries'])} entries", err=True)
    if made["forgotten"]:
        lost = f"The first {made['forgotten']} entries had made room for others: this bundle can't be replayed."
        click.echo(f"{lost} Serve with a longer journal, as in --limit journal=100000.", err=True)
