"""All servers, side by side, with the same requests: they take turns, round by round."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import click

from tests.benchmarks import crowd
from tests.benchmarks.peers import wrk
from tests.benchmarks.peers.running import Running, ask, at, running
from tests.benchmarks.peers.servers import Kind, Site, prepare
from tests.benchmarks.peers.tools import Tools
from tests.benchmarks.peers.wrk import Load
from tests.benchmarks.processes import Cores, pin
from tests.benchmarks.traffic import Traffic, traffic
from understudy_mockserver.contracts import load_contract


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured: `warm_up` and `seconds` are per server and request, `starts` per server."""

    connections: int
    rounds: int
    seconds: int
    warm_up: int
    starts: int


@dataclass(slots=True)
class Figures:
    """What was measured of one server with one API: seconds, bytes, and by request the status and every round."""

    startups: list[float]
    memory: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    loads: dict[str, list[Load]] = field(default_factory=dict)
    # Requests per second of the server's CPU time, round by round.
    cpu_rates: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, load: Load, cpu_seconds: float) -> None:
        """Notes a round with the request of that name."""
        self.loads.setdefault(name, []).append(load)
        self.cpu_rates.setdefault(name, []).append(load.requests / cpu_seconds)


# By API, then by server.
Results = dict[str, dict[str, Figures]]

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Request:
    """A request as one server gets it: one of its variants, the file with all of them for wrk, the status due."""

    sent: Traffic
    file: Path
    status: int


def compare(names: Sequence[str], kinds: Sequence[Kind], plan: Plan, tools: Tools, cores: Cores, say: Say) -> Results:
    """Measures the servers with each API in turn. `say` is told what is going on."""
    pin(os.getpid(), cores.load)
    result: Results = {}
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            site = Site(load_contract(name), Path(folder), tools)
            world = crowd.world_file(site.contract, site.folder)
            prepare(site, load_contract(name, world))
            figures = {kind.name: Figures(_startups(kind, site, plan, cores, say)) for kind in kinds}
            with ExitStack() as stack:
                servers = [
                    stack.enter_context(running(kind, site, world, _first(name, world), cores.server)) for kind in kinds
                ]
                _measure(servers, site, figures, plan, say)
            result[name] = figures
    return result


def _first(name: str, world: Path | None) -> Traffic:
    """The accepted request, from a sender whom the world has."""
    accepted = traffic(name)[0]
    return crowd.variants(accepted, name)[-1] if world else accepted


def _startups(kind: Kind, site: Site, plan: Plan, cores: Cores, say: Say) -> list[float]:
    """Seconds of each start, with the contract's own world."""
    say(f"{site.name}: {kind.name} starts")
    found = []
    for _ in range(plan.starts):
        with running(kind, site, None, _first(site.name, None), cores.server) as server:
            found.append(server.startup)
    return found


def _measure(servers: Sequence[Running], site: Site, figures: dict[str, Figures], plan: Plan, say: Say) -> None:
    """Warms each server up with each request, then takes the rounds, then asks for memory."""
    for each in traffic(site.name):
        requests = {server.kind.name: request for server, request in _requests(servers, site, each)}
        for name, request in requests.items():
            figures[name].statuses[each.name] = request.status
        able = [server for server in servers if (requests[server.kind.name].status < 300) == (each.name == "valid")]
        for round_ in range(plan.rounds + 1):
            say(f"{site.name}, {each.name}: {f'round {round_} of {plan.rounds}' if round_ else 'warm-up'}")
            seconds = plan.seconds if round_ else plan.warm_up
            for server in able:
                before = server.cpu_seconds()
                load = _load(server, requests[server.kind.name], site.tools.wrk, plan.connections, seconds)
                if round_:
                    figures[server.kind.name].add(each.name, load, server.cpu_seconds() - before)
    for server in servers:
        figures[server.kind.name].memory = server.memory()


def _requests(servers: Sequence[Running], site: Site, each: Traffic) -> Iterator[tuple[Running, _Request]]:
    """The request for each server. Raises `click.ClickException` for one that answers amiss.

    The accepted request must be accepted by all. One that accepts the other too is not measured with that; those that
    answer as the contract says must answer with its status.
    """
    for server in servers:
        sent = [at(server.kind, site, variant) for variant in crowd.variants(each, site.name)]
        status = ask(server.url, sent[0])
        wrong = status != each.status if server.kind.ours else each.name == "valid" and not 200 <= status < 300
        if wrong or not status:
            raise click.ClickException(f"{server.kind.name} answers the {each.name} request of {site.name}: {status}")
        file = wrk.write_requests(sent, site.folder / f"{server.kind.name}-{each.name}.lua")
        yield server, _Request(sent[0], file, status)


def _load(server: Running, request: _Request, program: str, connections: int, seconds: int) -> Load:
    """One run; the server must answer after it as it did before."""
    load = wrk.measure(program, server.url, request.file, request.status < 300, connections, seconds)
    if (status := ask(server.url, request.sent)) != request.status:
        raise click.ClickException(f"{server.kind.name} now answers {status} instead of {request.status}")
    return load
