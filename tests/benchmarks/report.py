"""The figures as text, and the facts about the machine that they were measured on."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from statistics import median
from typing import Any

from tests.benchmarks.load import Round
from tests.benchmarks.processes import Cores

_PACKAGES = ("understudy", "connexion", "jsonschema-rs", "orjson", "uvicorn", "httptools", "uvloop")
# Above this part of the time the load, not the server, may be what limits the rate.
BUSY = 0.9

Rounds = dict[str, dict[str, list[Round]]]


def machine() -> dict[str, Any]:
    """What the figures depend on besides the code: Python, its packages, the system, the number of CPUs."""
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.machine()}",
        "cpus": os.cpu_count(),
        "versions": {name: _version(name) for name in _PACKAGES},
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except ModuleNotFoundError:  # uvloop and httptools are not made for Windows
        return None


def summary(rounds: Rounds) -> dict[str, Any]:
    """By traffic: medians of both servers and the ratio of the mock's to the plain one's, by clock and by CPU time."""
    return {name: _summary(each["understudy"], each["plain"]) for name, each in rounds.items()}


def _summary(ours: list[Round], plain: list[Round]) -> dict[str, Any]:
    by_cpu = [[each.cpu_rate for each in rounds if each.cpu_rate is not None] for rounds in (ours, plain)]
    return {
        "second": _compared([each.rate for each in ours], [each.rate for each in plain]),
        "CPU second": _compared(*by_cpu) if all(by_cpu) else None,
        "load_busy": median(max(a.busy, b.busy) for a, b in zip(ours, plain, strict=True)),
    }


def _compared(ours: list[float], plain: list[float]) -> dict[str, Any]:
    ratios = [a / b for a, b in zip(ours, plain, strict=True)]
    return {"understudy": median(ours), "plain": median(plain), "ratio": median(ratios), "ratios": ratios}


def heading(facts: dict[str, Any], cores: Cores) -> str:
    """The machine in two lines."""
    held = f"servers on core {cores.server}, load on core {cores.load}" if cores.load is not None else "no cores held"
    versions = ", ".join(f"{name} {number}" for name, number in facts["versions"].items())
    return f"{facts['python']} on {facts['system']}, {facts['cpus']} CPUs; {held}\n{versions}\n"


def table(results: dict[str, Any]) -> str:
    """Requests per second of time, and of the server's CPU time where known, for each traffic; then what to doubt."""
    lines = [f"{'requests per':<22} {'understudy':>11} {'plain':>11} {'ratio':>7}   lowest to highest"]
    for name, each in results.items():
        lines += [_line(f"{name}, {unit}", each[unit]) for unit in ("second", "CPU second") if each[unit]]
    limited = [name for name, each in results.items() if each["load_busy"] > BUSY]
    lines += [f"The load was busy all the time: the ratio of {name} may be flattering." for name in limited]
    return "\n".join(lines)


def _line(label: str, figures: dict[str, Any]) -> str:
    spread = f"{min(figures['ratios']):.2f} to {max(figures['ratios']):.2f}"
    return f"{label:<22} {figures['understudy']:>11,.0f} {figures['plain']:>11,.0f} {figures['ratio']:>7.2f}   {spread}"


def times_table(results: dict[str, Any]) -> str:
    """Microseconds of a request in process, one line for each traffic."""
    lines = [f"{'µs/request':<10} {'understudy':>11} {'plain':>11} {'ratio':>7}"]
    for name, each in results.items():
        lines.append(f"{name:<10} {each['understudy']:>11.1f} {each['plain']:>11.1f} {each['ratio']:>7.2f}")
    return "\n".join(lines)
