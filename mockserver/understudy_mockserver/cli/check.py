"""`understudy check`: send a server what its contract allows and forbids, and compare the answers."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from understudy_mockserver.cli import FINDINGS
from understudy_mockserver.contracts import load_contract
from understudy_mockserver.mock import Mock, Namespaced, is_mock
from understudy_validators import reports
from understudy_validators.checking.campaign import PHASES, SEQUENCES, Campaign, Plan
from understudy_validators.checking.coverage import shortfalls, thresholds
from understudy_validators.checking.database import open_database
from understudy_validators.checking.finding import Finding
from understudy_validators.checking.loop import LoopThread
from understudy_validators.checking.recorder import Recorder
from understudy_validators.checking.target import Target
from understudy_validators.checking.who import Who, load_who, template
from understudy_validators.contract import Contract
from understudy_validators.reports import terminal


@click.command(short_help="Check what a server accepts, refuses and answers.")
@click.argument("contract")
@click.option("--base-url", help="The contract's root on the server. Default: a fresh mock in this process.")
@click.option("--who", "who_file", type=click.Path(path_type=Path), help="TOML: who is who on a real server.")
@click.option("--who-is-who", is_flag=True, help="Print such a TOML file to fill in, and end.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed tries the same.")
@click.option("--max-examples", default=100, show_default=True, type=click.IntRange(1), help="For each operation.")
@click.option("--max-time", type=click.FloatRange(0, min_open=True), metavar="SECONDS", help="Ends it early.")
@click.option("--only", multiple=True, metavar="RULE|ERROR|CASE", help="Only cases of that name; repeatable.")
@click.option("--operation", "operations", multiple=True, metavar="ID", help="Only that operation; repeatable.")
@click.option("--phase", "phases", multiple=True, type=click.Choice(PHASES), help="Only that phase; repeatable.")
@click.option("--rate", type=click.FloatRange(0, min_open=True), metavar="N", help="At most N requests a second.")
@click.option("--compare-with-mock", is_flag=True, help="Hold conversations with a real server and the mock at once.")
@click.option("--database", metavar="FOLDER|redis://…", help="Keeps what failed, and shares it between machines.")
@click.option(
    "--report", "wanted", multiple=True, metavar="KIND=FILE,…", help=f"{', '.join(reports.KINDS)}; - is stdout."
)
@click.option("--fail-under", "minimum", multiple=True, metavar="KIND=N,…|N", help="Coverage in percent; else exit 1.")
def command(  # noqa: PLR0913, PLR0917 - click passes each option by name
    contract: str,
    base_url: str | None,
    who_file: Path | None,
    who_is_who: bool,
    seed: int,
    max_examples: int,
    max_time: float | None,
    only: tuple[str, ...],
    operations: tuple[str, ...],
    phases: tuple[str, ...],
    rate: float | None,
    compare_with_mock: bool,
    database: str | None,
    wanted: tuple[str, ...],
    minimum: tuple[str, ...],
) -> None:
    """Send the server at --base-url what CONTRACT allows and forbids, and compare its answers with the contract.

    First the contract's own examples, then values at the edge of each limit, one broken constraint or rule at a time,
    requests by chance, and whole conversations. Exits with 1 when anything is found, 2 when the call makes no sense.
    """
    compiled = load_contract(contract)
    if who_is_who:
        click.echo(template(compiled), nl=False)
        return
    outputs, least = reports.outputs(wanted), thresholds(minimum)
    plan = Plan(
        seed=seed,
        max_examples=max_examples,
        max_time=max_time,
        only=only,
        operations=_known(compiled, operations),
        phases=phases or PHASES,
        database=open_database(database) if database else None,
    )
    who = load_who(who_file, compiled) if who_file else Who()
    server = _Server(base_url or who.base_url, who, rate, compare_with_mock)
    words = _words(contract, base_url, who_file)
    recorder = Recorder(compiled, words, seed)
    with _campaign(compiled, server, plan, words, recorder) as (campaign, model):
        findings = _run(campaign, model)
        report = recorder.report(campaign, findings)
    reports.write(report, outputs)
    terminal.show(report, Console(stderr=any(output.path is None for output in outputs)))
    short = shortfalls(report.coverage, least)
    for sentence in short:
        click.echo(sentence, err=True)
    if campaign.out_of_time:
        click.echo(f"--max-time: ended after {max_time:g} seconds; not everything was tried.", err=True)
    if findings or short:
        sys.exit(FINDINGS)


@dataclass(frozen=True, slots=True)
class _Server:
    """The server to check: a fresh mock, where there is no URL."""

    url: str
    who: Who
    rate: float | None
    compared: bool


def _known(contract: Contract, operations: tuple[str, ...]) -> tuple[str, ...]:
    """The ids, if the contract has them all."""
    events = [event.id for event in contract.realtime]
    for name in operations:
        if name not in events:
            contract.operation(name)
    return operations


def _words(contract: str, base_url: str | None, who_file: Path | None) -> str:
    """The command that checks the same server again."""
    options = [f"--base-url {shlex.quote(base_url)}"] if base_url else []
    options += [f"--who {shlex.quote(str(who_file))}"] if who_file else []
    return " ".join(["understudy check", contract, *options])


@contextmanager
def _campaign(
    contract: Contract, server: _Server, plan: Plan, words: str, recorder: Recorder
) -> Iterator[tuple[Campaign, Mock | None]]:
    """A campaign against the server, and the mock that conversations are compared with, if they are held."""
    with LoopThread() as loop, ExitStack() as stack:
        held = SEQUENCES in plan.phases and (server.compared or not server.url)
        mock = Mock(contract, loop, plan.seed) if held or not server.url else None
        if server.url:
            renew = Namespaced("check").renew if is_mock(server.url) else None
            target = Target(server.url, loop, server.who, renew, server.rate)
        else:
            assert mock is not None
            target = mock.another()
        stack.callback(target.close)
        if mock:
            stack.callback(mock.target.close)
        yield Campaign(contract, target, plan, command=words, watch=recorder.watch), mock if held else None


def _run(campaign: Campaign, model: Mock | None) -> list[Finding]:
    """Tries every case of the plan; shows how far it is where somebody looks."""
    console = Console(stderr=True)
    findings: list[Finding] = []
    with Progress(*_COLUMNS, console=console, transient=True, disable=not console.is_terminal) as progress:
        preparing = progress.add_task("preparing", total=None)
        cases = list(campaign.cases())
        progress.remove_task(preparing)
        task = progress.add_task("", total=len(cases) + bool(model))
        for case in cases:
            progress.update(task, description=case.id)
            findings += campaign.run_case(case)
            progress.advance(task)
        if model and not campaign.out_of_time:
            progress.update(task, description="conversations")
            findings += campaign.run_sequences(model)
    return findings


_COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
