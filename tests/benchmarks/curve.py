"""What a request costs as the server grows old: over a million messages, and over a thousand namespaces.

The cost is CPU time of the server's main thread, so that others on the machine do not count.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.load import measure
from tests.benchmarks.processes import Cores, Server, memory, pin, started
from tests.benchmarks.traffic import Traffic, traffic
from understudy_mockserver.limits import Limits

Point = dict[str, float]

_MB = 1_000_000
_POINTS = 10
# As many as the server keeps by default.
_NAMESPACES = Limits().namespaces
_WARM_UP = 2000


def grow(messages: int, connections: int, cores: Cores) -> dict[str, list[Point]]:
    """Both curves, each on a fresh server, in ten points.

    `messages`: microseconds per accepted request, and bytes of RSS, after so many. `namespaces`: microseconds for the
    first request in each of them, which makes a world, and for one more request in each.
    """
    pin(os.getpid(), cores.load)
    accepted = traffic()[0]
    with _server(cores, accepted, connections) as server:
        by_message = list(_by_message(server, accepted, messages, connections))
    with _server(cores, accepted, connections) as server:
        by_namespace = list(_by_namespace(server, accepted, connections))
    return {"messages": by_message, "namespaces": by_namespace}


@contextmanager
def _server(cores: Cores, accepted: Traffic, connections: int) -> Iterator[Server]:
    """The mock, warmed up."""
    with tempfile.TemporaryDirectory() as folder, started("understudy", Path(folder), cores.server) as server:
        measure(server, [accepted], _WARM_UP, connections)
        yield server


def _by_message(server: Server, sent: Traffic, messages: int, connections: int) -> Iterator[Point]:
    each = max(messages // _POINTS, 1)
    for number in range(1, _POINTS + 1):
        cost = _cost(server, [sent], each, connections)
        yield {"messages": number * each, "microseconds": cost, "rss": memory(server.pid)}


def _by_namespace(server: Server, sent: Traffic, connections: int) -> Iterator[Point]:
    each = _NAMESPACES // _POINTS
    for number in range(1, _POINTS + 1):
        so_far = number * each
        new = [sent.inside(f"space-{index}") for index in range(so_far - each, so_far)]
        known = [sent.inside(f"space-{index}") for index in range(so_far)]
        first = _cost(server, new, each, connections)
        again = _cost(server, known, max(so_far, _NAMESPACES), connections)
        yield {"namespaces": so_far, "first": first, "microseconds": again, "rss": memory(server.pid)}


def _cost(server: Server, sent: Sequence[Traffic], requests: int, connections: int) -> float:
    """Microseconds of the server's CPU time for one request."""
    round_ = measure(server, sent, requests, connections)
    return 1e6 / (round_.cpu_rate or round_.rate)


def markdown(curves: dict[str, list[Point]]) -> str:
    """One table for each curve."""
    lines = ["| messages | µs of CPU per request | RSS MB |", "| ---: | ---: | ---: |"]
    lines += [
        f"| {point['messages']:,} | {point['microseconds']:.0f} | {point['rss'] / _MB:.0f} |"
        for point in curves["messages"]
    ]
    lines += ["", "| namespaces | µs: first request in each | µs: one more in each | RSS MB |"]
    lines.append("| ---: | ---: | ---: | ---: |")
    for point in curves["namespaces"]:
        costs = f"{point['first']:.0f} | {point['microseconds']:.0f}"
        lines.append(f"| {point['namespaces']:,} | {costs} | {point['rss'] / _MB:.0f} |")
    return "\n".join(lines)
