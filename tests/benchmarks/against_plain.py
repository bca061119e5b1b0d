"""The mock against the plain app alone, with a load of our own: nothing has to be installed for it."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click

from tests.benchmarks.load import exchange, measure
from tests.benchmarks.processes import COMMANDS, Cores, Server, pin, started
from tests.benchmarks.report import Rounds
from tests.benchmarks.traffic import Traffic, shape

# Requests of each kind that each server gets before anything is measured.
_WARM_UP = 500


def rounds_of(all_traffic: list[Traffic], requests: int, connections: int, rounds: int, cores: Cores) -> Rounds:
    """What each server did in each round. The servers take turns, so that a slow moment of the machine hits both."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        servers = {name: stack.enter_context(started(name, folder, cores.server)) for name in COMMANDS}
        pin(os.getpid(), cores.load)
        result: Rounds = {}
        for each in all_traffic:
            _compare(servers, each)
            for server in servers.values():
                measure(server, [each], min(_WARM_UP, requests), connections)
            result[each.name] = {name: [] for name in servers}
        for _ in range(rounds):
            for each in all_traffic:
                for name, server in servers.items():
                    result[each.name][name].append(measure(server, [each], requests, connections))
        return result


def _compare(servers: dict[str, Server], each: Traffic) -> None:
    """Refuses to measure servers that answer differently: status, media type, and names and types in the body."""
    answers = {name: exchange(server.url, each) for name, server in servers.items()}
    said = {name: (status, media_type, shape(body)) for name, (status, media_type, body) in answers.items()}
    if said["understudy"] != said["plain"] or said["plain"][0] != each.status:
        raise click.ClickException(f"The servers answer the {each.name} request differently: {answers}")
