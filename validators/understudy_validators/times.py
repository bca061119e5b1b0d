"""Points in time as APIs write them: ISO 8601 texts, or Unix seconds."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from understudy_validators.viewpaths import MISSING

# Of a time as `iso` writes it.
_LENGTH = len("2026-01-01T00:00:00.000Z")


def to_seconds(value: Any) -> float:
    """Unix seconds of an ISO 8601 text or a number. Raises `ValueError` for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"{value!r} is no time")
    if isinstance(value, str):
        if len(value) == _LENGTH and value[23] == "Z" and value[13] == value[16] == ":" and value[20:23].isdecimal():
            return (_whole(value[:19]) * 1000 + int(value[20:23])) / 1000
        time = datetime.fromisoformat(value)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    return float(value)


def is_live(value: Any, now: float) -> bool:
    """Whether the time is still to come; none at all is for ever."""
    return value is None or value is MISSING or to_seconds(value) > now


def iso(seconds: float) -> str:
    """ISO 8601 in UTC with milliseconds and `Z`, as JavaScript's `toISOString` writes it."""
    whole = math.floor(seconds)
    microseconds = round((seconds - whole) * 1e6)  # as `datetime` rounds them, which then cuts the rest off
    if microseconds == 1_000_000:
        whole, microseconds = whole + 1, 0
    return f"{_second(whole)}.{microseconds // 1000:03}Z"


@lru_cache(maxsize=64)
def _whole(text: str) -> int:
    """Unix seconds of a time in UTC to the second."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@lru_cache(maxsize=64)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").removesuffix("+00:00")
