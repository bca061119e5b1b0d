"""Clocks: to the millisecond, as every API here writes its times."""

from __future__ import annotations

import time

import pytest

from understudy_mockserver.clock import SteppedClock, SystemClock
from understudy_validators import times

START = times.to_seconds("2026-01-01T00:00:00.000Z")


def test_a_stepped_clock_moves_a_millisecond_with_each_request() -> None:
    clock = SteppedClock(START)
    assert [times.iso(clock.tick()) for _ in range(3)] == [
        "2026-01-01T00:00:00.001Z",
        "2026-01-01T00:00:00.002Z",
        "2026-01-01T00:00:00.003Z",
    ]


def test_a_stepped_clock_never_drifts() -> None:
    """However many requests come: no sum of fractions."""
    clock = SteppedClock(START)
    last = [clock.tick() for _ in range(10_000)][-1]
    assert times.iso(last) == "2026-01-01T00:00:10.000Z"


def test_a_stepped_clock_does_not_look_at_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(time, "time")
    assert SteppedClock(START).tick() == SteppedClock(START).tick()


@pytest.mark.parametrize(
    ("machine", "told"), [(1767225600.1239, "2026-01-01T00:00:00.123Z"), (1767225600.0, "2026-01-01T00:00:00.000Z")]
)
def test_the_machines_clock_is_told_in_whole_milliseconds(
    machine: float, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written and read again is the same point."""
    monkeypatch.setattr(time, "time", lambda: machine)
    now = SystemClock().tick()
    assert times.iso(now) == told
    assert times.to_seconds(times.iso(now)) == now
