"""The whole comparison: tools found, servers measured, one report with all that the figures depend on."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from tests.benchmarks import report
from tests.benchmarks.peers import tables, tools
from tests.benchmarks.peers.comparison import Plan, compare
from tests.benchmarks.peers.servers import KINDS
from tests.benchmarks.processes import choose_cores
from tests.benchmarks.traffic import OPERATIONS

NAMES = tuple(kind.name for kind in KINDS)


def make(apis: Sequence[str], servers: Sequence[str], plan: Plan) -> dict[str, Any]:
    """The report as one JSON object. Of no name, all are measured; the mock always is.

    Raises `click.ClickException` where a program is missing, or a server answers amiss.
    """
    wanted = {*(servers or NAMES), tables.OURS}
    kinds = [kind for kind in KINDS if kind.name in wanted]
    found = tools.find(java=any(kind.java for kind in kinds))
    cores, before = choose_cores(), os.getloadavg()[0]
    if cores.server is None:
        raise click.ClickException("This needs Linux and two cores: one for the servers, one for the load.")
    results = compare(list(apis or OPERATIONS), kinds, plan, found, cores, lambda text: click.echo(text, err=True))
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": {**report.machine(), "processor": _processor()},
        "peers": found.versions(),
        "plan": asdict(plan),
        "load_average": [before, os.getloadavg()[0]],
        "results": tables.summary(results),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    names = (line.partition(": ")[2] for line in lines if line.startswith("model name"))
    return next(names, "unknown processor")
