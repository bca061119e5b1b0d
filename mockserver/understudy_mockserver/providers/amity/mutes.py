"""Channels and members that may not write for a while."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy_mockserver.provider import Call
from understudy_validators import times
from understudy_validators.records import Record


def until(call: Call) -> dict[str, Any]:
    """What changes at a channel or member that is muted for the body's period, in milliseconds.

    A negative period has no end; one of 0 ends the mute.
    """
    period = call.body["mutePeriod"]
    end = times.iso(call.now + period / 1000) if period > 0 else None
    return {"isMuted": period != 0, "muteTimeout": end, "updatedAt": call.time}


def is_muted(call: Call, record: Record) -> bool:
    """Whether the mute lasts still."""
    return record["isMuted"] and times.is_live(record.get("muteTimeout"), call.now)


def shown(call: Call, record: Record) -> Mapping[str, Any]:
    """The record as clients see it: without a mute that is over, and without an end where there is none."""
    if is_muted(call, record) and record.get("muteTimeout"):
        return record
    rest = {key: value for key, value in record.items() if key != "muteTimeout"}
    return {**rest, "isMuted": is_muted(call, record)}
