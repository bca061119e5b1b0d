"""`understudy ctl journal` and `verify`."""

# ruff: noqa: D301 - a backspace in a help text is how click is told to leave lines as they are

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import click
import orjson

from understudy_mockserver.cli import FINDINGS
from understudy_mockserver.cli.client import Remote, given, json_of, pairs

_VERDICT = click.Choice(["accepted", "refused", "forced"])


@click.command(short_help="Show what happened, follow it, or hand it on.")
@click.option("--follow", is_flag=True, help="Show what happens from now on, as it happens.")
@click.option("--export", "form", type=click.Choice(["har", "curl", "pytest"]), help="As HAR, shell script or test.")
@click.option("--kind", type=click.Choice(["http", "event", "control"]), help="Only entries of this kind.")
@click.option("--contract", metavar="NAME", help="Only of this contract.")
@click.option("--operation", metavar="ID", help="Only of this operation, or event that clients emit.")
@click.option("--by", "caller", metavar="WHO", help="Only by this caller: a token, an id or a name.")
@click.option("--status", type=int, help="Only what was answered with this status.")
@click.option("--verdict", type=_VERDICT, help="Only what ended so.")
@click.option("--rule", metavar="ID", help="Only what broke this rule.")
@click.option("--since", type=click.IntRange(0), metavar="N", help="Only after the entry of this number.")
@click.option("--clear", "cleared", is_flag=True, help="Forget what happened.")
@click.pass_obj
def journal(mock: Remote, /, follow: bool, form: str | None, cleared: bool, **query: Any) -> None:
    """Show what happened in the namespace, oldest first; credentials are markers.

    \b
    Examples:
      understudy ctl journal --verdict refused
      understudy ctl journal --follow --contract replyke
      understudy ctl journal --export curl > again.sh
    """
    if cleared:
        found = mock.call("DELETE", "/journal")
        mock.show(found, f"{found['cleared']} forgotten")
    elif form:
        known = {name: query[name] for name in ("contract", "operation")}
        click.echo(mock.call("GET", "/journal/export", **known, **{"as": form})["text"], nl=False)
    elif follow:
        _follow(mock, {name: query[name] for name in ("kind", "contract", "operation", "verdict")})
    else:
        found = mock.call("GET", "/journal", **query)
        mock.show(found, "\n".join(_line(entry) for entry in found["entries"]) or "nothing happened")


def _follow(mock: Remote, query: Mapping[str, Any]) -> None:
    with mock.lines("/journal/stream", **query) as lines:
        event = ""
        for line in lines:
            name, _, value = line.partition(": ")
            if name == "event":
                event = value
            elif name == "data" and event == "behind":
                click.echo(f"{orjson.loads(value)['missed']} entries were missed", err=True)
            elif name == "data":
                click.echo(value if mock.as_json else _line(orjson.loads(value)))
            elif not line:
                event = ""


def _line(entry: Mapping[str, Any]) -> str:
    """An entry in one line."""
    who = (entry["caller"] or {}).get("name") or (entry["caller"] or {}).get("id") or ""
    if entry["kind"] == "event":
        what = f"{entry['direction']} {entry['event']}"
        what += f" to {len(entry['reached'])}" if entry["direction"] == "emitted" else ""
    else:
        what = f"{entry['method']} {entry['path']}"
    ended = [str(entry.get("status", "")), entry["answer"], f"by {who}" if who else ""]
    fault = f"[{entry['fault']}]" if entry["fault"] else ""
    words = [f"{entry['number']:>5}", entry["time"], what, *ended, fault]
    return " ".join(word for word in words if word)


@click.command(short_help="Verify that something was called so often.")
@click.argument("operation")
@click.option("--contract", metavar="NAME", help="Needed where several contracts have the operation.")
@click.option("--times", type=click.IntRange(0), help="Exactly so often. Without any count: at least once.")
@click.option("--at-least", type=click.IntRange(0), help="At least so often.")
@click.option("--at-most", type=click.IntRange(0), help="At most so often.")
@click.option("--by", "caller", metavar="WHO", help="By this caller: a token, an id or a name.")
@click.option("--with", "values", multiple=True, metavar="PATH=VALUE", help="With this value; repeatable.")
@click.option("--where", metavar="SCHEMA", help="Where the entry fits this JSON Schema.")
@click.option("--verdict", type=_VERDICT, help="That ended so.")
@click.option("--nothing-refused", is_flag=True, help="And no request of the contract was refused.")
@click.pass_obj
def verify(mock: Remote, /, operation: str, values: tuple[str, ...], nothing_refused: bool, **options: Any) -> None:
    """Verify that OPERATION was called so often, with such values. Exits with 1, and says why, where it was not.

    \b
    Examples:
      understudy ctl verify sendMessage --contract replyke --times 2 --with body.metadata.client=ios --nothing-refused
      understudy ctl verify deleteMessage --contract amity --times 0
    """
    options["contract"] = mock.contract(options["contract"], operation)
    options["where"] = json_of(options["where"], "--where")
    asked = given(**options, **{"with": pairs(values, "--with")}) | {"operation": operation}
    asked |= {"nothing_refused": True} if nothing_refused else {}
    found = mock.call("POST", "/verify", asked)
    mock.show(found, "as expected" if found["ok"] else found["message"])
    if not found["ok"]:
        sys.exit(FINDINGS)
