"""Clocks: read, stopped, moved."""

from __future__ import annotations

from typing import Any

from understudy_mockserver.clock import Clock
from understudy_mockserver.control.call import ControlCall
from understudy_validators import times

# Times between the years 1970 and 9000, in Unix seconds: what every API here can write.
_FIRST, _LAST = 0.0, 221_845_392_000.0


def read(call: ControlCall) -> dict[str, Any]:
    """Each contract's clock."""
    return {"clocks": {name: shown(_clock(call, name)) for name in call.contract_names()}}


def change(call: ControlCall) -> dict[str, Any]:
    """Sets clocks, moves them, or both."""
    body = call.body
    for name in call.contract_names():
        clock = _clock(call, name)
        if "mode" in body:
            clock.set(body["mode"], times.to_seconds(body["at"]) if "at" in body else None, body.get("step"))
        if "advance" in body:
            clock.advance(min(max(body["advance"], _FIRST - clock.now), _LAST - clock.now))
    return read(call)


def _clock(call: ControlCall, contract: str) -> Clock:
    return call.namespaces.state(call.name, contract).clock


def shown(clock: Clock) -> dict[str, Any]:
    """A clock as JSON."""
    offset = round(clock.offset, 3)
    return {"mode": clock.mode, "now": times.iso(clock.now), "offset": offset, "step": clock.step_ms / 1000}
