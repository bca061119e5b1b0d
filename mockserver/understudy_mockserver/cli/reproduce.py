"""`understudy reproduce`: cause an error of the catalogue, and compare the answer."""

from __future__ import annotations

import asyncio
import sys

import click
import httpx
import orjson
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from understudy_mockserver.cli import FINDINGS
from understudy_mockserver.contracts import load_contract
from understudy_mockserver.reproduction import Exchange, Reproduction, forcing, reproduce, root_of
from understudy_validators import curl
from understudy_validators.catalogue import Entry, catalogue
from understudy_validators.contract import Contract
from understudy_validators.errors import UsageError
from understudy_validators.sockets import SocketStep
from understudy_validators.wire import WireRequest


@click.command(short_help="Cause an error, step by step, and compare the answer.")
@click.argument("contract")
@click.argument("error", required=False)
@click.option(
    "--base-url", help="The contract's root on a server, such as http://127.0.0.1:4010/replyke. Default: a fresh mock."
)
@click.option("--curl", "as_curl", is_flag=True, help="Print a shell script of curl lines instead of sending anything.")
@click.option("--all", "everything", is_flag=True, help="The whole catalogue, as a table.")
def command(contract: str, error: str | None, base_url: str | None, as_curl: bool, everything: bool) -> None:
    """Cause ERROR (a name, or the vendor's code) of CONTRACT. Exits with 1 if any answer differs from the catalogue."""
    if everything == bool(error):
        raise UsageError("Name one error, or give --all.")
    compiled = load_contract(contract)
    entries = [entry for entry in catalogue(compiled) if everything or _is_named(compiled, entry, error or "")]
    if not entries:
        raise UsageError(f"{contract} has no error {error!r}. `understudy errors {contract}` lists them.")
    if as_curl:
        root = (base_url or f"http://127.0.0.1:4010/{contract}").rstrip("/")
        click.echo("\n".join(["#!/bin/sh", *(_script(compiled, entry, root) for entry in entries)]), nl=False)
        return
    results = asyncio.run(_reproduce(compiled, entries, base_url))
    _print(results, everything)
    if not all(result.matches for result in results):
        sys.exit(FINDINGS)


def _is_named(contract: Contract, entry: Entry, error: str) -> bool:
    return error in (entry.answer.name, contract.code(entry.answer))


def _script(contract: Contract, entry: Entry, base_url: str) -> str:
    """Shell lines for one error, in a namespace of its own: each run starts in a fresh world."""
    title = f"# {entry.answer.name}: {entry.answer.summary}"
    steps = entry.trigger or forcing(contract, entry)
    requests = [(count, step) for count, step in steps if isinstance(step, WireRequest)]
    if len(requests) < len(steps):
        return f"{title}\n# It goes over a socket, which curl does not speak: reproduce it without --curl.\n"
    namespace = f'-H "Understudy-Namespace: {entry.answer.name}-$$"'
    return f"{title}\n{curl.script(requests, base_url, options=namespace)}"


async def _reproduce(contract: Contract, entries: list[Entry], base_url: str | None) -> list[Reproduction]:
    try:
        async with root_of(contract, base_url) as root:
            return [await reproduce(contract, entry, root) for entry in entries]
    except (httpx.HTTPError, OSError) as error:
        raise UsageError(f"{base_url} does not answer: {error}. Start it with `understudy serve`.") from None


def _print(results: list[Reproduction], everything: bool) -> None:
    console = Console(highlight=False, soft_wrap=True)
    if everything:
        console.print(_table(results))
        differing = sum(not result.matches for result in results)
        console.print(
            f"\n{len(results)} errors, {len(results) - differing} as in the catalogue, {differing} different."
        )
    else:
        for result in results:
            _print_steps(console, result)


def _table(results: list[Reproduction]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("error", "expected", "answered", ""):
        table.add_column(title)
    for result in results:
        outcome = "[green]as in the catalogue[/]" if result.matches else "[red]different[/]"
        forced = " [dim](forced)[/]" if result.entry.forced else ""
        expected = str(result.entry.answer.status or result.entry.answer.event)
        answered = str(result.last.status or result.last.event)
        table.add_row(result.entry.answer.name + forced, expected, answered, outcome)
    return table


def _print_steps(console: Console, result: Reproduction) -> None:
    console.print(f"[bold]{result.entry.answer.name}[/]: {escape(result.entry.answer.summary)}")
    for number, exchange in enumerate(result.exchanges, 1):
        _print_exchange(console, number, exchange)
    if result.matches:
        console.print("[green]As in the catalogue.[/]")
    else:
        expected = result.entry.answer.status or result.entry.answer.event
        console.print(f"[red]Different.[/] The catalogue has {expected}:")
        console.print(escape(_pretty(result.entry.body)))


def _print_exchange(console: Console, number: int, exchange: Exchange) -> None:
    times = f" [dim]{exchange.times} times, the last answer shown[/]" if exchange.times > 1 else ""
    if isinstance(exchange.step, SocketStep):
        _print_socket_step(console, f"{number}.", exchange.step, times)
    else:
        _print_request(console, f"{number}.", exchange.step, times)
    if exchange.status or exchange.event:
        style = "green" if exchange.status and exchange.status < 400 else "yellow"
        console.print(f"   [{style}]{exchange.status or exchange.event}[/] {escape(exchange.verdict)}")
        console.print(f"   {escape(_cut(_pretty(exchange.body)))}")


def _print_socket_step(console: Console, number: str, step: SocketStep, times: str) -> None:
    target = {"connect": step.namespace, "emit": step.event}.get(step.kind, "")
    console.print(f"\n[bold]{number} {step.kind}[/] {escape(target)} [dim]({step.name})[/]{times}")
    content = step.query if step.kind == "connect" else step.payload
    console.print(f"   {escape(_cut(_pretty(content)))}")


def _print_request(console: Console, number: str, request: WireRequest, times: str) -> None:
    console.print(f"\n[bold]{number} {request.method}[/] {escape(request.path)}{times}")
    for name, value in request.headers.items():
        console.print(f"   [dim]{escape(name)}: {escape(value)}[/]")
    facts = request.as_dict()
    if "body" in facts or "multipart" in facts:
        console.print(f"   {escape(_cut(_pretty(facts.get('body', facts.get('multipart')))))}")


def _pretty(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _cut(text: str) -> str:
    return text if len(text) <= 600 else f"{text[:600]}… ({len(text)} characters)"
