"""`python -m tests.benchmarks`: the mock against a plain ASGI app that does the same by hand."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click

from tests.benchmarks import inprocess, report
from tests.benchmarks.load import exchange, measure
from tests.benchmarks.processes import COMMANDS, Cores, Server, choose_cores, pin, started
from tests.benchmarks.report import Rounds
from tests.benchmarks.traffic import Traffic, shape, traffic

# Requests of each kind that each server gets before anything is measured.
_WARM_UP = 500

_AT_LEAST_ONE = click.IntRange(1)


@click.command(context_settings={"show_default": True})
@click.option("--requests", default=5000, type=_AT_LEAST_ONE, help="Requests of each kind, to each server, per round.")
@click.option("--connections", default=16, type=_AT_LEAST_ONE, help="Connections over which they go.")
@click.option("--rounds", default=5, type=_AT_LEAST_ONE, help="Rounds; the medians count.")
@click.option("--profile", is_flag=True, help="In process instead: time for each request, and where it goes.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def main(requests: int, connections: int, rounds: int, profile: bool, as_json: bool) -> None:
    """Compares the mock with a plain ASGI app, for a request that is accepted and for one that is refused."""
    facts, cores = report.machine(), choose_cores()
    if not as_json:
        click.echo(report.heading(facts, cores))
    if profile:
        results = inprocess.summary(inprocess.times(traffic(), requests, rounds))
    else:
        results = report.summary(_rounds(traffic(), requests, connections, rounds, cores))
    if as_json:
        run = {"requests": requests, "connections": connections, "rounds": rounds}
        click.echo(json.dumps({**run, "machine": facts, "results": results}, indent=2))
        return
    click.echo(report.times_table(results) if profile else report.table(results))
    if profile:
        for each in traffic():
            click.echo(f"\nProfile of the mock, {each.name} request")
            inprocess.profile(each, requests)


def _rounds(all_traffic: list[Traffic], requests: int, connections: int, rounds: int, cores: Cores) -> Rounds:
    """What each server did in each round. The servers take turns, so that a slow moment of the machine hits both."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        servers = {name: stack.enter_context(started(name, folder, cores.server)) for name in COMMANDS}
        pin(os.getpid(), cores.load)
        result: Rounds = {}
        for each in all_traffic:
            _compare(servers, each)
            for server in servers.values():
                measure(server, each, min(_WARM_UP, requests), connections)
            result[each.name] = {name: [] for name in servers}
        for _ in range(rounds):
            for each in all_traffic:
                for name, server in servers.items():
                    result[each.name][name].append(measure(server, each, requests, connections))
        return result


def _compare(servers: dict[str, Server], each: Traffic) -> None:
    """Refuses to measure servers that answer differently: status, media type, and names and types in the body."""
    answers = {name: exchange(server.url, each) for name, server in servers.items()}
    said = {name: (status, media_type, shape(body)) for name, (status, media_type, body) in answers.items()}
    if said["understudy"] != said["plain"] or said["plain"][0] != each.status:
        raise click.ClickException(f"The servers answer the {each.name} request differently: {answers}")


if __name__ == "__main__":
    main()
