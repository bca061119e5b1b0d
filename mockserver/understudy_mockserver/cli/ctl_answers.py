"""`understudy ctl force`, `fault` and `disconnect`."""

# ruff: noqa: D301 - a backspace in a help text is how click is told to leave lines as they are

from __future__ import annotations

from typing import Any

import click
import orjson

from understudy_mockserver.cli.client import Remote, given, json_of
from understudy_validators.errors import UsageError

_FAULTS = (
    *("latency", "status", "reset", "empty", "malformed", "truncated", "trickle"),
    *("drop", "delay", "duplicate", "reorder", "disconnect"),
)


@click.command(short_help="Force an answer; without arguments, list what is forced.")
@click.argument("operation", required=False)
@click.argument("answer", required=False)
@click.option("--contract", metavar="NAME", help="Needed where several contracts have the operation.")
@click.option("--status", type=int, help="By status instead of the answer's name.")
@click.option("--by", "caller", metavar="WHO", help="Only for this caller: a token, an id or a name.")
@click.option("--where", metavar="SCHEMA", help="Only where what rules see fits this JSON Schema.")
@click.option("--times", type=click.IntRange(1), help="So often. Default: until it is cleared.")
@click.option("--clear", "cleared", metavar="ID|all", help="Clear one, or all.")
@click.pass_obj
def force(  # noqa: PLR0913, PLR0917 - click passes each option by name
    mock: Remote,
    operation: str | None,
    answer: str | None,
    contract: str | None,
    status: int | None,
    caller: str | None,
    where: str | None,
    times: int | None,
    cleared: str | None,
) -> None:
    """Answer requests for OPERATION with ANSWER, by its name or the vendor's code, whatever they deserve.

    `understudy errors CONTRACT` lists the names.

    \b
    Examples:
      understudy ctl force sendMessage suspended --contract replyke --by bob --times 2
      understudy ctl force sendMessage --contract amity --status 500
      understudy ctl force --clear all
    """
    if cleared or not operation:
        _list_or_clear(mock, "force", cleared)
        return
    body = given(
        contract=mock.contract(contract, operation),
        operation=operation,
        answer=answer,
        status=status,
        caller=caller,
        where=json_of(where, "--where"),
        times=times,
    )
    _show(mock, mock.call("POST", "/force", body))


@click.command(short_help="Make answers or events go wrong; without arguments, list faults.")
@click.argument("kind", required=False, type=click.Choice(_FAULTS))
@click.option("--contract", metavar="NAME", help="Needed where several contracts are served.")
@click.option("--operation", metavar="ID", help="Only answers of this operation.")
@click.option("--event", metavar="NAME", help="Only events of this name.")
@click.option("--by", "caller", metavar="WHO", help="Only for this caller: a token, an id or a name.")
@click.option("--where", metavar="SCHEMA", help="Only where what rules see fits this JSON Schema.")
@click.option("--times", type=click.IntRange(1), help="So often. Default: until it is cleared.")
@click.option("--probability", type=click.FloatRange(0, 1), help="By chance, which comes from the namespace's seed.")
@click.option(
    "--seconds", metavar="N|KIND:N,N", help="How late: 0.3, uniform:0.1,0.5, normal:0.3,0.1, exponential:0.2."
)
@click.option("--status", type=click.IntRange(500, 599), help="Of `status`. Default: 503.")
@click.option("--at", type=click.Choice(["start", "middle"]), help="Of `reset`: where in the answer.")
@click.option("--bytes", "pieces", type=click.IntRange(1), help="Of `trickle`: at a time.")
@click.option("--clear", "cleared", metavar="ID|all", help="Clear one, or all.")
@click.pass_obj
def fault(mock: Remote, /, kind: str | None, cleared: str | None, **options: Any) -> None:
    """Make answers or events go wrong in a way of KIND.

    \b
    Of answers: latency, status, reset, empty, malformed, truncated, trickle.
    Of events:  drop, delay, duplicate, reorder, disconnect.

    \b
    Examples:
      understudy ctl fault latency --contract replyke --seconds normal:0.3,0.1
      understudy ctl fault reset --contract amity --operation createMessage --at middle --times 1
      understudy ctl fault drop --contract avaya-spaces --event MESSAGE_SENT --probability 0.2
      understudy ctl fault --clear all
    """
    if cleared or not kind:
        _list_or_clear(mock, "faults", cleared)
        return
    options["seconds"] = _seconds(options["seconds"])
    options["where"] = json_of(options["where"], "--where")
    options["contract"] = mock.contract(options["contract"], options["operation"])
    options["bytes"] = options.pop("pieces")
    _show(mock, mock.call("POST", "/faults", {"fault": kind, **given(**options)}))


@click.command(short_help="Cut sockets, now.")
@click.option("--contract", metavar="NAME", help="Needed where several contracts are served.")
@click.option("--by", "caller", metavar="WHO", help="Only this user's: a token, an id or a name.")
@click.pass_obj
def disconnect(mock: Remote, contract: str | None, caller: str | None) -> None:
    """Cut the sockets of a user, or of everybody, as a lost network would.

    \b
    Examples:
      understudy ctl disconnect --contract replyke --by bob
    """
    found = mock.call("POST", "/disconnect", given(contract=mock.contract(contract), caller=caller))
    mock.show(found, f"{found['disconnected']} cut")


def _list_or_clear(mock: Remote, what: str, cleared: str | None) -> None:
    if cleared:
        found = mock.call("DELETE", f"/{what}" if cleared == "all" else f"/{what}/{cleared}")
        mock.show(found, f"{found['cleared']} cleared")
        return
    found = mock.call("GET", f"/{what}")
    mock.show(found, "\n".join(_line(order) for order in found["orders"]) or "none")


def _show(mock: Remote, order: dict[str, Any]) -> None:
    mock.show(order, _line(order))


def _line(order: dict[str, Any]) -> str:
    """An order in one line."""
    left = "until cleared" if order["left"] is None else f"{order['left']} left"
    first = ("contract", "fault", "operation", "event", "answer", "status")
    words = [str(order[name]) for name in first if name in order]
    more = [
        f"{name}={_text(value)}" for name, value in order.items() if name not in (*first, "id", "used", "left", "times")
    ]
    return f"{order['id']}  {' '.join([*words, *more])}  used {order['used']}, {left}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _seconds(text: str | None) -> Any:
    """A number, or a distribution."""
    if text is None:
        return None
    kind, colon, numbers = text.partition(":")
    try:
        values = [float(number) for number in (numbers if colon else text).split(",")]
    except ValueError:
        raise UsageError(f"--seconds {text}: write 0.3, uniform:0.1,0.5, normal:0.3,0.1 or exponential:0.2.") from None
    return {kind: values[0] if kind == "exponential" else values} if colon else values[0]
