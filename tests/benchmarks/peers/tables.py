"""What was measured, as JSON and as tables of Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

from tests.benchmarks.peers.comparison import Figures, Results

OURS = "understudy"
REQUESTS = ("valid", "refused")
_MB = 1_000_000


def summary(results: Results) -> dict[str, Any]:
    """By API and server: medians, the rate of each round, and how many times as fast the mock was, round by round."""
    return {
        api: {name: _summary(each, servers[OURS]) for name, each in servers.items()} for api, servers in results.items()
    }


def _summary(figures: Figures, ours: Figures) -> dict[str, Any]:
    return {
        "startup": median(figures.startups),
        "startups": figures.startups,
        "rss": figures.memory,
        **{name: _request(figures, ours, name) for name in REQUESTS},
    }


def _request(figures: Figures, ours: Figures, name: str) -> dict[str, Any]:
    status, loads = figures.statuses[name], figures.loads.get(name)
    if not loads:  # it does not refuse what the others refuse
        return {"status": status}
    return {
        "status": status,
        "rate": median(load.rate for load in loads),
        "p50": median(load.p50 for load in loads),
        "p99": median(load.p99 for load in loads),
        "rates": [load.rate for load in loads],
        "cpu_rates": figures.cpu_rates[name],
        "ours_to_it": median(a.rate / b.rate for a, b in zip(ours.loads[name], loads, strict=True)),
        "ours_to_it_by_cpu": median(a / b for a, b in zip(ours.cpu_rates[name], figures.cpu_rates[name], strict=True)),
    }


def markdown(report: dict[str, Any]) -> str:
    """The whole report: two tables for each API, then what they were measured on."""
    parts = [part for api, servers in report["results"].items() for part in _api(api, servers)]
    return "\n\n".join([*parts, _notes(report)])


def _api(api: str, servers: dict[str, Any]) -> Iterator[str]:
    yield f"**{api}**"
    measured = [f"{name}: {what}" for name in REQUESTS for what in ("requests/s", "p50 ms", "p99 ms")]
    rows = [[name, *_figures(each)] for name, each in servers.items()]
    yield _table([["", *measured, "start-up s", "RSS MB"], *rows])
    others = {name: each for name, each in servers.items() if name != OURS}
    rows = [[name, *_ratios(each)] for name, each in others.items()]
    by_cpu = [f"{name}, by CPU time" for name in REQUESTS]
    yield _table([[f"{OURS} is … times as fast as", *REQUESTS, *by_cpu], *rows])


def _figures(each: dict[str, Any]) -> Iterator[str]:
    for name in REQUESTS:
        yield _cell(each[name], "rate", "{:,.0f}".format)
        yield _cell(each[name], "p50", _ratio)
        yield _cell(each[name], "p99", _ratio)
    yield f"{each['startup']:.2f}"
    yield f"{each['rss'] / _MB:,.0f}"


def _ratios(each: dict[str, Any]) -> Iterator[str]:
    for key in ("ours_to_it", "ours_to_it_by_cpu"):
        yield from (_cell(each[name], key, _ratio) for name in REQUESTS)


def _ratio(value: float) -> str:
    """Three figures, as many as are worth something."""
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def _cell(figures: dict[str, Any], key: str, shown: Callable[[float], str]) -> str:
    return shown(figures[key]) if key in figures else f"answers {figures['status']}"


def _table(rows: list[list[str]]) -> str:
    rule = ["---", *("---:" for _ in rows[0][1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in [rows[0], rule, *rows[1:]])


def _notes(report: dict[str, Any]) -> str:
    machine, plan = report["machine"], report["plan"]
    versions = ", ".join(f"{name} {number}" for name, number in {**machine["versions"], **report["peers"]}.items())
    loads = " and ".join(f"{load:.2f}" for load in report["load_average"])
    return (
        f"Medians of {plan['rounds']} rounds of {plan['seconds']} s, {plan['connections']} connections, "
        f"after {plan['warm_up']} s of warm-up; servers on one core, load on another; "
        f"start-up: median of {plan['starts']}, on that one core.\n"
        f"{machine['processor']}, {machine['cpus']} CPUs, {machine['system']}, {machine['python']}; "
        f"load average before and after: {loads}; {report['date']}.\n{versions}."
    )
