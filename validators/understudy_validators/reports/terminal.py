"""What a person reads at the end of a run, in the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from understudy_validators.checking.coverage import Coverage
from understudy_validators.checking.finding import Finding
from understudy_validators.checking.report import Report, redacted
from understudy_validators.reports.texts import details, summary

# Ways that were not arranged, of which the first are named.
_NAMED = 10


def show(report: Report, console: Console, *, coverage: bool = True) -> None:
    """Prints findings, what was not arranged, coverage, and the outcome.

    Credentials are left out, but for the examples of the contract's own world in lines to run.
    """
    shown = redacted(report, published=True)
    _findings(shown.findings, console)
    _not_arranged(shown, console)
    if shown.skipped:
        _counted("Not judged", shown.skipped.items(), console)
    if coverage:
        console.print(table(shown.coverage))
    style = "bold red" if shown.findings else "bold green"
    console.print(Text(summary(shown), style), soft_wrap=True)


def _findings(findings: Iterable[Finding], console: Console) -> None:
    for number, finding in enumerate(findings, 1):
        console.print(Text.assemble((f"{number}. ", "bold"), (finding.title, "bold red")), soft_wrap=True)
        for name, text in details(finding):
            # A line to run is to be pasted whole: it is neither folded nor styled.
            console.print(Text.assemble((f"   {name:9}", "dim"), text), soft_wrap=True)
        console.print()


def _not_arranged(report: Report, console: Console) -> None:
    if report.not_arranged:
        rows = list(report.not_arranged.items())
        _counted("Not arranged", rows[:_NAMED], console)
        if len(rows) > _NAMED:
            console.print(Text(f"   … and {len(rows) - _NAMED} more", "dim"))


def _counted(title: str, rows: Iterable[tuple[str, object]], console: Console) -> None:
    console.print(Text(title, "bold"))
    for name, what in rows:
        console.print(Text(f"   {name}: {what}"), soft_wrap=True)


def table(coverage: Coverage) -> Table:
    """The coverage as a table."""
    made = Table(title="Coverage", title_justify="left", box=None, header_style="bold", pad_edge=False)
    made.add_column("kind")
    for name in ("seen", "of", "share"):
        made.add_column(name, justify="right")
    for line in coverage.lines():
        made.add_row(line.kind, str(line.seen), str(line.total), f"{line.percent:.1f} %")
    return made
