"""Both apps without sockets: microseconds for each request, and where the mock spends them."""

from __future__ import annotations

import cProfile
import pstats
import sys
import time
import warnings
from collections.abc import Callable
from statistics import median
from typing import Any

from tests.benchmarks.plain import create_plain
from tests.benchmarks.traffic import CONTRACT, Traffic
from understudy_mockserver.asgi import App, Message

Times = dict[str, dict[str, list[float]]]


def apps() -> dict[str, App]:
    """The mock and the plain app, each over a fresh world."""
    with warnings.catch_warnings():
        # Connexion imports a test client that warns its own developers.
        warnings.simplefilter("ignore")
        from understudy_mockserver.app import create_app
    return {"understudy": create_app([CONTRACT]), "plain": create_plain()}


def times(all_traffic: list[Traffic], requests: int, rounds: int) -> Times:
    """CPU microseconds for one request, in each round, by traffic and app. The rounds alternate between the apps."""
    measured = apps()
    result: Times = {each.name: {name: [] for name in measured} for each in all_traffic}
    for _ in range(rounds):
        for each in all_traffic:
            for name, app in measured.items():
                result[each.name][name].append(_microseconds(app, each, requests))
    return result


def profile(traffic: Traffic, requests: int, lines: int = 25) -> None:
    """Prints the functions of the mock that take most time of their own."""
    drive = driver(apps()["understudy"], traffic)
    drive()
    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(requests):
        drive()
    profiler.disable()
    pstats.Stats(profiler, stream=sys.stdout).sort_stats("tottime").print_stats(lines)


def driver(app: App, traffic: Traffic) -> Callable[[], int]:
    """A function that sends the request once and returns the answer's status.

    No event loop runs: an app that is handed a whole body never has to wait.
    """
    scope, statuses = traffic.scope(), [0]
    request = {"type": "http.request", "body": traffic.body, "more_body": False}

    async def receive() -> Message:
        return request

    async def send(message: Message) -> None:
        if "status" in message:
            statuses[0] = message["status"]

    def drive() -> int:
        coroutine: Any = app({**scope, "state": {}}, receive, send)
        try:
            coroutine.send(None)
        except StopIteration:
            return statuses[0]
        raise RuntimeError("the app waits for something")

    return drive


def _microseconds(app: App, traffic: Traffic, requests: int) -> float:
    drive = driver(app, traffic)
    if (status := drive()) != traffic.status:
        raise ValueError(f"expected status {traffic.status}, not {status}")
    start = time.process_time()
    for _ in range(requests):
        drive()
    return (time.process_time() - start) / requests * 1e6


def summary(result: Times) -> dict[str, Any]:
    """By traffic: median microseconds of both apps, and the median of plain ones in one of the mock's, 1 being par."""
    return {name: _summary(each["understudy"], each["plain"]) for name, each in result.items()}


def _summary(ours: list[float], plain: list[float]) -> dict[str, float]:
    ratio = median(b / a for a, b in zip(ours, plain, strict=True))
    return {"understudy": median(ours), "plain": median(plain), "ratio": ratio}
