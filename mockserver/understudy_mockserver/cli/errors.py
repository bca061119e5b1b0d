"""`understudy errors`: the error catalogue."""

from __future__ import annotations

import click
import orjson
from rich.console import Console
from rich.table import Table

from understudy_mockserver.contracts import load_contracts
from understudy_validators.catalogue import Entry, catalogue

_STYLES = {"documented": "green", "observed": "cyan", "assumed": "yellow"}


@click.command(short_help="List the errors that a contract documents, and how to cause each.")
@click.argument("contract", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list, with the requests that cause each error.")
@click.option("--only", type=click.Choice(list(_STYLES)), help="Only what is known in this way.")
def command(contract: str | None, as_json: bool, only: str | None) -> None:
    """List the errors of CONTRACT (of all, if none is named)."""
    contracts = load_contracts((contract,) if contract else ())
    entries = [entry for found in contracts for entry in catalogue(found)]
    entries = [entry for entry in entries if only in (None, entry.answer.source.kind)]
    if as_json:
        click.echo(orjson.dumps([entry.as_dict() for entry in entries], option=orjson.OPT_INDENT_2))
    else:
        _print(entries)


def _print(entries: list[Entry]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("contract")
    table.add_column("error", no_wrap=True)
    table.add_column("status")
    table.add_column("code")
    table.add_column("known as")
    table.add_column("when")
    for entry in entries:
        kind = entry.answer.source.kind
        when = f"{entry.answer.summary} [dim](on demand only)[/]" if entry.forced else entry.answer.summary
        code = "" if entry.code is None else str(entry.code)
        row = (
            entry.contract,
            entry.answer.name,
            str(entry.answer.status or entry.answer.event),
            code,
            f"[{_STYLES[kind]}]{kind}[/]",
            when,
        )
        table.add_row(*row)
    console = Console()
    # Piped, the table keeps its columns whole for grep and awk instead of folding them into 80.
    console.width = console.width if console.is_terminal else 240
    console.print(table)
    natural = sum(not entry.forced for entry in entries)
    console.print(
        f"\n{len(entries)} errors, {natural} of which a request causes: `understudy reproduce CONTRACT ERROR`."
    )
