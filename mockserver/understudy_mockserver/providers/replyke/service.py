"""What the service is set to, and what it says: both stand in the contract."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from understudy_mockserver.provider import Call
from understudy_validators import times
from understudy_validators.contract import Operation
from understudy_validators.records import Record, World


def settings(world: World) -> Record:
    """The one record of the collection `settings`."""
    return next(iter(world["settings"]))


def time_after(call: Call, taken: Iterable[str | None]) -> str:
    """Now, or the first millisecond after all the times that are taken: clients ask for what came after one."""
    return times.iso(max([call.now, *[times.to_seconds(time) + 0.001 for time in taken if time]]))


def said(call: Call, example: str) -> dict[str, Any]:
    """The body of the operation's success of that name, where it says the same each time."""
    successes = call.operation.successes if isinstance(call.operation, Operation) else ()
    return next(dict(success.examples[example]) for success in successes if example in success.examples)
