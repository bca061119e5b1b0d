"""`understudy judge`: judge recorded traffic by its contract, without a server."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import orjson
from rich.console import Console

from understudy_mockserver.cli import FINDINGS
from understudy_mockserver.contracts import load_contract
from understudy_validators import reports
from understudy_validators.checking.coverage import shortfalls, thresholds
from understudy_validators.checking.har_judge import Judged, judge_har
from understudy_validators.checking.har_reader import Recorded, read_har
from understudy_validators.checking.report import Report, redacted
from understudy_validators.contract import Contract
from understudy_validators.errors import UsageError
from understudy_validators.reports import json as json_report
from understudy_validators.reports import terminal

_STDIN = "-"
# Exchanges that a report shows.
_TIMELINE = 500


@click.command(short_help="Judge recorded traffic (HAR) by its contract.")
@click.argument("contract")
@click.argument("file")
@click.option("--base-url", default="", help="The contract's root in the recording. Default: found by its requests.")
@click.option("--entry", type=click.IntRange(0), help="Only that entry, counted from 0.")
@click.option(
    "--report", "wanted", multiple=True, metavar="KIND=FILE,…", help=f"{', '.join(reports.KINDS)}; - is stdout."
)
@click.option("--fail-under", "minimum", multiple=True, metavar="KIND=N,…|N", help="Coverage in percent; else exit 1.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def command(  # noqa: PLR0917 - click passes each option by name
    contract: str,
    file: str,
    base_url: str,
    entry: int | None,
    wanted: tuple[str, ...],
    minimum: tuple[str, ...],
    as_json: bool,
) -> None:
    """Judge the traffic in FILE, a HAR 1.2 from a browser or a proxy (`-`: standard input), by CONTRACT.

    Requests are matched to operations below the contract's root, aliases included. Each is judged by what can be known
    without the server's state: parameters, form, schema, and the rules that need nothing else; each answer by what
    the contract promises. Frames of Socket.IO in websockets are judged too. Exits with 1 when anything is found, 2 when
    the call makes no sense.
    """
    outputs, least = reports.outputs(wanted), thresholds(minimum)
    compiled = load_contract(contract)
    entries = _chosen(read_har(_read(file), file), entry, file)
    judged = judge_har(compiled, entries, base_url, file)
    report = _report(compiled, judged, entries, file)
    reports.write(report, outputs)
    console = Console(stderr=as_json or any(output.path is None for output in outputs))
    if as_json:
        click.echo(orjson.dumps(json_report.as_dict(redacted(report)), option=orjson.OPT_INDENT_2, default=str))
    else:
        _show(judged, report, console)
    short = shortfalls(judged.coverage, least)
    for sentence in short:
        click.echo(sentence, err=True)
    if judged.findings or short:
        sys.exit(FINDINGS)


def _read(file: str) -> bytes:
    if file == _STDIN:
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from None


def _chosen(entries: list[Recorded], number: int | None, file: str) -> list[Recorded]:
    if number is None:
        return entries
    if number >= len(entries):
        raise UsageError(f"{file} has {len(entries)} entries; there is no entry {number}.")
    return [entries[number]]


def _report(contract: Contract, judged: Judged, entries: list[Recorded], file: str) -> Report:
    times = [entry.exchange.started for entry in entries] or [0.0]
    last = max((entry.exchange.started + entry.exchange.seconds for entry in entries), default=0.0)
    return Report(
        contract=contract,
        title=f"understudy judge {contract.name} {Path(file).name}",
        base_url=judged.base_url,
        started=min(times),
        seconds=last - min(times),
        findings=judged.findings,
        coverage=judged.coverage,
        exchanges=judged.exchanges[:_TIMELINE],
        skipped=judged.skipped,
    )


def _show(judged: Judged, report: Report, console: Console) -> None:
    console.print(f"{judged.judged} judged below {judged.base_url} ({judged.how}).\n", highlight=False, soft_wrap=True)
    terminal.show(report, console)
    again = sum(judged.repeated.values()) - len(judged.findings)
    if again:
        console.print(f"{again} more of the same kinds were found; each is shown once.", highlight=False)
