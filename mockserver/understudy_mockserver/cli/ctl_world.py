"""`understudy ctl clock`, `state`, `snapshot`, `restore` and `act`."""

# ruff: noqa: D301 - a backspace in a help text is how click is told to leave lines as they are

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
import orjson

from understudy_mockserver.cli.client import Remote, given, json_of, pairs
from understudy_validators.errors import UsageError

_MODES = {"freeze": "frozen", "step": "stepped", "real": "real"}


@click.command(short_help="Read, stop, set or move the clock.")
@click.argument("what", required=False, type=click.Choice([*_MODES, "advance"]))
@click.argument("value", required=False)
@click.option("--contract", metavar="NAME", help="Only this contract's. Default: all.")
@click.option("--step", type=click.FloatRange(0), help="Seconds that a stepped clock moves with each request.")
@click.pass_obj
def clock(mock: Remote, what: str | None, value: str | None, contract: str | None, step: float | None) -> None:
    """Read the clock, or set it: freeze, step or real, from the time VALUE; advance moves it by VALUE seconds.

    \b
    Examples:
      understudy ctl clock
      understudy ctl clock freeze 2026-03-29T00:59:59Z
      understudy ctl clock advance 3600
      understudy ctl clock real
    """
    if what is None:
        found = mock.call("GET", "/clock")
    elif what == "advance":
        found = mock.call("PUT", "/clock", given(contract=contract) | {"advance": _number(value)})
    else:
        found = mock.call("PUT", "/clock", {"mode": _MODES[what], **given(contract=contract, at=value, step=step)})
    lines = [f"{name}  {facts['now']}  {facts['mode']}" for name, facts in found["clocks"].items()]
    mock.show(found, "\n".join(lines))


def _number(text: str | None) -> float:
    try:
        return float(text or "")
    except ValueError:
        raise UsageError(f"clock advance {text or ''}: say by how many seconds.") from None


@click.command(short_help="Read and edit a world's records.")
@click.argument("contract")
@click.argument("collection", required=False)
@click.option("--add", "added", metavar="FILE", help="Add the records in FILE, JSON or YAML (`-`: standard input).")
@click.option("--replace", "replaced", metavar="FILE", help="Put them in the place of all.")
@click.option("--where", metavar="JSON", help="Those that have these values, with --set or --remove.")
@click.option("--set", "changes", metavar="JSON", help="Change them to these values.")
@click.option("--remove", "removed", is_flag=True, help="Remove them.")
@click.pass_obj
def state(  # noqa: PLR0917 - click passes each option by name
    mock: Remote,
    contract: str,
    collection: str | None,
    added: str | None,
    replaced: str | None,
    where: str | None,
    changes: str | None,
    removed: bool,
) -> None:
    """Read the records of COLLECTION in CONTRACT's world, or edit them. Without COLLECTION: what there is.

    The world stays one that the contract could have: a record that breaks its schema is refused.

    \b
    Examples:
      understudy ctl state replyke
      understudy ctl state replyke members --where '{"userId": "a1"}' --set '{"isActive": false}'
      understudy ctl state replyke messages --add messages.json
    """
    path = f"/state/{contract}" + (f"/{collection}" if collection else "")
    if not collection:
        found = mock.call("GET", path)
        mock.show(found, "\n".join(f"{count:>6}  {name}" for name, count in found["collections"].items()))
    elif added or replaced:
        method = "POST" if added else "PUT"
        _changed(mock, mock.call(method, path, {"records": _records(added or str(replaced))}))
    elif changes or removed:
        edit = {"remove": True} if removed else {"set": json_of(changes, "--set")}
        _changed(mock, mock.call("PATCH", path, {"where": json_of(where or "{}", "--where"), **edit}))
    else:
        found = mock.call("GET", path)
        mock.show(found, "\n".join(orjson.dumps(record).decode() for record in found["records"]))


def _changed(mock: Remote, found: Any) -> None:
    mock.show(found, f"{found['changed']} changed")


def _records(name: str) -> Any:
    """The records in a file: a list, or one."""
    from understudy_validators import documents  # noqa: PLC0415 - only who edits pays for it

    loaded = json_of(sys.stdin.read(), "-") if name == "-" else documents.load(Path(name)).data
    return loaded if isinstance(loaded, list) else [loaded]


@click.command(short_help="Put the namespace's state aside under a name; without one, list names.")
@click.argument("name", required=False)
@click.option("--drop", "dropped", is_flag=True, help="Forget it instead.")
@click.pass_obj
def snapshot(mock: Remote, name: str | None, dropped: bool) -> None:
    """Put records, files, ids, clocks and quotas aside under NAME.

    \b
    Examples:
      understudy ctl snapshot before
      understudy ctl restore before
    """
    method = "DELETE" if dropped else "PUT"
    found = mock.call(method, f"/snapshots/{name}") if name else mock.call("GET", "/snapshots")
    mock.show(found, "\n".join(found["snapshots"]) or "none")


@click.command(short_help="Take a snapshot back.")
@click.argument("name")
@click.pass_obj
def restore(mock: Remote, name: str) -> None:
    """Make the namespace's state what it was when the snapshot NAME was taken.

    \b
    Examples:
      understudy ctl restore before
    """
    mock.show(mock.call("POST", f"/snapshots/{name}/restore"), f"{name} is back")


@click.command(short_help="Send a request as somebody else.")
@click.argument("operation")
@click.option("--contract", metavar="NAME", help="Needed where several contracts have the operation.")
@click.option("--as", "who", metavar="WHO", help="A token, an id or a name. Default: the contract's example user.")
@click.option("--path", "paths", multiple=True, metavar="NAME=VALUE", help="A path parameter; repeatable.")
@click.option("--query", "queries", multiple=True, metavar="NAME=VALUE", help="A query parameter; repeatable.")
@click.option("--body", metavar="JSON", help="The whole body, instead of the operation's example.")
@click.option("--patch", metavar="JSON", help="Merged into the example.")
@click.pass_obj
def act(  # noqa: PLR0917 - click passes each option by name
    mock: Remote,
    operation: str,
    contract: str | None,
    who: str | None,
    paths: tuple[str, ...],
    queries: tuple[str, ...],
    body: str | None,
    patch: str | None,
) -> None:
    """Send a request for OPERATION as somebody else would, by the same rules, and print the answer.

    What is not said comes from the operation's own examples.

    \b
    Examples:
      understudy ctl act sendMessage --contract replyke --as bob --patch '{"content": "Hello from Bob"}'
    """
    step = given(
        contract=mock.contract(contract, operation),
        send=operation,
        path=pairs(paths, "--path"),
        query=pairs(queries, "--query"),
        body=json_of(body, "--body"),
        patch=json_of(patch, "--patch"),
    )
    found = mock.call("POST", "/act", step | given(**{"as": who}))
    shown = orjson.dumps(found["body"], option=orjson.OPT_INDENT_2).decode()
    mock.show(found, f"{found['status']}\n{shown}")
