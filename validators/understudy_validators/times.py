"""Points in time as APIs write them: ISO 8601 texts, or Unix seconds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from understudy_validators.viewpaths import MISSING


def to_seconds(value: Any) -> float:
    """Unix seconds of an ISO 8601 text or a number. Raises `ValueError` for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"{value!r} is no time")
    if isinstance(value, str):
        time = datetime.fromisoformat(value)
        return time.replace(tzinfo=time.tzinfo or UTC).timestamp()
    return float(value)


def is_live(value: Any, now: float) -> bool:
    """Whether the time is still to come; none at all is for ever."""
    return value is None or value is MISSING or to_seconds(value) > now


def iso(seconds: float) -> str:
    """ISO 8601 in UTC with milliseconds and `Z`, as JavaScript's `toISOString` writes it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
