"""`python -m tests.benchmarks`: the mock against other mock servers, and against a plain ASGI app.

Without another mode it installs, starts and measures them all, and prints the tables.
"""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from tests.benchmarks import against_plain, curve, inprocess, report
from tests.benchmarks.peers import report as peers
from tests.benchmarks.peers import tables
from tests.benchmarks.peers.comparison import Plan
from tests.benchmarks.processes import choose_cores
from tests.benchmarks.traffic import OPERATIONS, traffic

_AT_LEAST_ONE = click.IntRange(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    """The command line, mode and all."""

    mode: str
    rounds: int
    connections: int
    requests: int
    seconds: int
    warm_up: int
    starts: int
    apis: tuple[str, ...]
    servers: tuple[str, ...]
    messages: int
    save: Path | None
    as_json: bool


@click.command(context_settings={"show_default": True})
@click.option("--plain", "mode", flag_value="plain", help="The mock and the plain app alone, with a load of our own.")
@click.option("--profile", "mode", flag_value="profile", help="In process: time for each request, and where it goes.")
@click.option("--generation", "mode", flag_value="generation", help="How many conforming requests a core makes.")
@click.option("--steering", "mode", flag_value="steering", help="What the control API costs who does not use it.")
@click.option("--curve", "mode", flag_value="curve", help="What a request costs as messages and namespaces add up.")
@click.option("--peers", "mode", flag_value="peers", default=True, help="All servers, with wrk; needs npm and Java.")
@click.option("--rounds", default=5, type=_AT_LEAST_ONE, help="Rounds; the medians count.")
@click.option("--connections", default=16, type=_AT_LEAST_ONE, help="Connections over which the requests go.")
@click.option("--requests", default=5000, type=_AT_LEAST_ONE, help="--plain, --profile: of each kind, per round.")
@click.option("--seconds", default=3, type=_AT_LEAST_ONE, help="--peers: for each server and request, per round.")
@click.option("--warm-up", default=10, type=_AT_LEAST_ONE, help="--peers: seconds of it before the first round.")
@click.option("--starts", default=3, type=_AT_LEAST_ONE, help="--peers: of each server; the median counts.")
@click.option("--api", "apis", multiple=True, type=click.Choice(list(OPERATIONS)), help="--peers: this one alone.")
@click.option("--server", "servers", multiple=True, type=click.Choice(peers.NAMES), help="--peers: the mock and this.")
@click.option("--messages", default=1_000_000, type=_AT_LEAST_ONE, help="--curve: as many.")
@click.option(
    "--save",
    type=click.Path(file_okay=False, path_type=Path),
    help="--peers, --curve: write NAME.json and NAME.md there.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def main(**options: Any) -> None:
    """Compares the mock with other servers, for a request that is accepted and for one that is refused."""
    chosen = _Options(**options)
    # Connexion imports a test client that warns its own developers.
    warnings.filterwarnings("ignore", module=r"connexion\.")
    _MODES[chosen.mode](chosen)


def _peers(options: _Options) -> None:
    plan = Plan(options.connections, options.rounds, options.seconds, options.warm_up, options.starts)
    made = peers.make(options.apis, options.servers, plan)
    _show(options, "peers", made, tables.markdown(made))


def _curve(options: _Options) -> None:
    cores, facts = choose_cores(), report.machine()
    curves = curve.grow(options.messages, options.connections, cores)
    text = f"{curve.markdown(curves)}\n\n{report.heading(facts, cores)}"
    _show(options, "curve", {"machine": facts, **curves}, text)


def _plain(options: _Options) -> None:
    cores, facts = choose_cores(), report.machine()
    rounds = against_plain.rounds_of(traffic(), options.requests, options.connections, options.rounds, cores)
    results = report.summary(rounds)
    run = {"requests": options.requests, "connections": options.connections, "rounds": options.rounds}
    made = {**run, "machine": facts, "results": results}
    _show(options, "plain", made, f"{report.heading(facts, cores)}\n{report.table(results)}")


def _generation(options: _Options) -> None:
    from tests.benchmarks import generation

    rates = generation.rates(options.requests, options.rounds)
    _show(options, "generation", {"machine": report.machine(), "rates": rates}, generation.markdown(rates))


def _steering(options: _Options) -> None:
    from tests.benchmarks import steering

    shares = steering.shares(traffic(), options.requests, options.rounds)
    _show(options, "steering", {"machine": report.machine(), "shares": shares}, steering.markdown(shares))


def _profile(options: _Options) -> None:
    facts = report.machine()
    results = inprocess.summary(inprocess.times(traffic(), options.requests, options.rounds))
    run = {"requests": options.requests, "rounds": options.rounds}
    text = f"{report.heading(facts, choose_cores())}\n{report.times_table(results)}"
    _show(options, "profile", {**run, "machine": facts, "results": results}, text)
    for each in () if options.as_json else traffic():
        click.echo(f"\nProfile of the mock, {each.name} request")
        inprocess.profile(each, options.requests)


def _show(options: _Options, name: str, made: dict[str, Any], text: str) -> None:
    """Prints what was measured, and keeps it as two files where that is wanted."""
    as_json = json.dumps(made, indent=2)
    if options.save:
        options.save.mkdir(parents=True, exist_ok=True)
        (options.save / f"{name}.json").write_text(f"{as_json}\n", "utf-8")
        (options.save / f"{name}.md").write_text(f"{text}\n", "utf-8")
    click.echo(as_json if options.as_json else text)


_MODES = {
    "plain": _plain,
    "profile": _profile,
    "generation": _generation,
    "steering": _steering,
    "curve": _curve,
    "peers": _peers,
}

if __name__ == "__main__":
    main()
