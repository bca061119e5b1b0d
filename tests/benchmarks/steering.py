"""What the control API costs a request that uses none of it: looks at a state that nobody steers, and counts."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from tests.benchmarks import inprocess
from tests.benchmarks.traffic import CONTRACT, Traffic
from understudy_mockserver.app import create_app

_KEY = (CONTRACT, "sendMessage", 201, "")


def shares(all_traffic: list[Traffic], requests: int, rounds: int) -> dict[str, dict[str, float]]:
    """By traffic: microseconds of a whole request, those of what steering adds, and the share; medians of rounds."""
    app = create_app([CONTRACT])
    state, counts = app.namespaces.state("default", CONTRACT), app.namespaces.counts
    steering = state.steering

    def looks() -> None:
        """What the middleware does for each request on behalf of the control API."""
        if steering.forced or steering.faults:
            raise AssertionError("somebody steers")
        if steering.faults:
            raise AssertionError("somebody steers")
        counts[_KEY] = counts.get(_KEY, 0) + 1

    found = {}
    for each in all_traffic:
        drive = inprocess.driver(app, each)
        drive()
        pairs = [(_microseconds(drive, requests), _microseconds(looks, requests)) for _ in range(rounds)]
        found[each.name] = {
            "request": median(whole for whole, _ in pairs),
            "steering": median(part for _, part in pairs),
            "percent": median(100 * part / whole for whole, part in pairs),
        }
    return found


def _microseconds(work: Callable[[], Any], times: int) -> float:
    begun = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - begun) / times * 1e6


def markdown(found: dict[str, dict[str, float]]) -> str:
    """The shares as a table."""
    rows = [
        f"| {name} | {each['request']:.1f} | {each['steering']:.2f} | {each['percent']:.2f} % |"
        for name, each in found.items()
    ]
    heading = "| request | µs of processor time | of which for steering | share |"
    return "\n".join([heading, "| --- | ---: | ---: | ---: |", *rows])
