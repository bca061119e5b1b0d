"""`understudy serve`: start the mock server."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from understudy_mockserver.app import create_app
from understudy_mockserver.banner import banner
from understudy_mockserver.config import DEFAULT_PORT, Configured
from understudy_mockserver.limits import parse_limits
from understudy_mockserver.server import listen, run, write_ready_file
from understudy_mockserver.settings import LOOPBACK, Settings
from understudy_validators.errors import UsageError

#: Addresses that every interface of the machine listens to.
_ANY_ADDRESS = ("0.0.0.0", "::")


@dataclass(frozen=True, slots=True)
class _Stall:
    """One port, and the contracts that are served there; none named: all."""

    port: int
    names: tuple[str, ...]


@click.command(cls=Configured, short_help="Start the mock server.")
@click.argument("contracts", nargs=-1, metavar="[CONTRACT[=PORT]]...")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(0, 65535), help="0 takes any.")
@click.option("--seed", type=int, help="Repeat exactly: ids come from the seed, time moves with each request alone.")
@click.option(
    "--world",
    "worlds",
    multiple=True,
    metavar="[CONTRACT=]FILE",
    help="A world of your own: people and rooms that extend the contract's, or replace them.",
)
@click.option(
    "--auth",
    type=click.Choice(["strict", "lenient"]),
    default="strict",
    show_default=True,
    help="lenient: any well-formed token is accepted, as one of the world's users.",
)
@click.option(
    "--allow-host", "allowed", multiple=True, metavar="NAME", help="Host name to answer to, besides loopback."
)
@click.option(
    "--limit",
    "limited",
    multiple=True,
    metavar="NAME=VALUE",
    help="Take, keep or wait for more or less, as in json=2MB or receive=30s. An unknown NAME lists all.",
)
@click.option("--control-token", metavar="TOKEN", help="Lets other machines steer the mock, with this bearer token.")
@click.option("--ready-file", type=click.Path(path_type=Path), help="Write {url, pid} as JSON here once it answers.")
def command(  # noqa: PLR0913, PLR0917 - click passes each option by name
    contracts: tuple[str, ...],
    host: str,
    port: int,
    seed: int | None,
    worlds: tuple[str, ...],
    auth: str,
    allowed: tuple[str, ...],
    limited: tuple[str, ...],
    control_token: str | None,
    ready_file: Path | None,
) -> None:
    """Serve CONTRACTs (all, if none is named), each under its own base path.

    A single contract is served at / as well. CONTRACT=PORT gives a contract a port of its own.
    """
    if host in _ANY_ADDRESS and not allowed:
        advice = "Name the hosts that clients will use with --allow-host: a page of any other could read the mock."
        raise UsageError(f"--host {host} listens to the whole network. {advice}")
    limits = parse_limits(limited)
    stalls = _stalls(contracts, port)
    own = dict(_own_world(text, [name for stall in stalls for name in stall.names]) for text in worlds)
    hosts = (*LOOPBACK, *_names(host), *allowed)
    settings = Settings(
        seed=seed,
        worlds=own,
        lenient=auth == "lenient",
        allowed_hosts=hosts,
        limits=limits,
        control_token=control_token,
    )
    _run(_listeners(stalls, host), settings, ready_file)


def _own_world(text: str, served: list[str]) -> tuple[str, Path]:
    """The contract, and its world's file."""
    name, equals, file = text.partition("=")
    if equals and (name in served or not served):
        return name, Path(file)
    if not equals and len(served) == 1:
        return served[0], Path(text)
    raise UsageError(
        f"--world {text}: say whose world it is, as in --world {(served or ['replyke'])[0]}={file or text}."
    )


def _names(host: str) -> tuple[str, ...]:
    return () if host in _ANY_ADDRESS else (f"[{host}]" if ":" in host else host,)


def _stalls(contracts: tuple[str, ...], port: int) -> list[_Stall]:
    shared = tuple(name for name in contracts if "=" not in name)
    stalls = [_Stall(port, shared)] if shared or not contracts else []
    for text in contracts:
        name, equals, own = text.partition("=")
        if equals and not (own.isascii() and own.isdecimal() and int(own) < 65536):
            raise UsageError(f"{text!r}: a port is a number from 0 to 65535, as in {name}=8081.")
        if equals:
            stalls.append(_Stall(int(own), (name,)))
    return stalls


def _listeners(stalls: list[_Stall], host: str) -> dict[socket.socket, _Stall]:
    listeners: dict[socket.socket, _Stall] = {}
    for stall in stalls:
        try:
            listeners[listen(host, stall.port)] = stall
        except OSError as error:
            for listener in listeners:
                listener.close()
            advice = "Choose another with --port, or 0 for any."
            raise UsageError(f"Port {stall.port} of {host} cannot be used: {error.strerror}. {advice}") from None
    return listeners


def _run(listeners: dict[socket.socket, _Stall], settings: Settings, ready_file: Path | None) -> None:
    if ready_file:
        ready_file.unlink(missing_ok=True)  # one of an earlier run would tell of a server that is gone
    apps = {listener: create_app(stall.names, settings) for listener, stall in listeners.items()}
    urls = {_url(listener): app.contracts for listener, app in apps.items()}

    def ready() -> None:
        facts: dict[str, Any] = {"url": next(iter(urls)), "pid": os.getpid()}
        facts["contracts"] = {c.name: f"{url}/{c.name}" for url, contracts in urls.items() for c in contracts}
        click.echo(banner(urls, settings.seed))
        if ready_file:
            write_ready_file(ready_file, facts)

    run(apps, ready, settings.limits)


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
