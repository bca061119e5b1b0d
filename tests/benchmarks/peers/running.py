"""A server in a process of its own, held to one core: when it first answers, and what memory it has."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import click

from tests.benchmarks.peers.servers import Kind, Site
from tests.benchmarks.processes import memory, pin
from tests.benchmarks.traffic import Traffic

# Seconds. Specmatic takes half a minute on a slow core.
_PATIENCE = 120.0
_POLL = 0.005
# Fields of /proc/PID/stat, counted from the one after the name.
_SESSION, _USER_TIME, _SYSTEM_TIME = 3, 11, 12


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers. `startup` is in seconds, from the start of its process to its first 2xx."""

    kind: Kind
    url: str
    pid: int
    startup: float

    def memory(self) -> int:
        """Bytes of RAM that its processes have."""
        return sum(memory(pid) for pid, _ in self._processes())

    def cpu_seconds(self) -> float:
        """CPU time that its processes have had so far, with all their threads."""
        ticks = sum(int(fields[_USER_TIME]) + int(fields[_SYSTEM_TIME]) for _, fields in self._processes())
        return ticks / os.sysconf("SC_CLK_TCK")

    def _processes(self) -> Iterator[tuple[int, list[str]]]:
        """Its process and those that this has started, as numbers and fields of /proc/PID/stat."""
        for path in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                # The name in brackets may hold anything; the fields come after it.
                fields = path.read_text("utf-8", "replace").rpartition(")")[2].split()
                if int(fields[_SESSION]) == self.pid:
                    yield int(path.parent.name), fields


def at(kind: Kind, site: Site, traffic: Traffic) -> Traffic:
    """The request as this server knows it: most do not have the contract's base path."""
    path = traffic.path if kind.rooted else traffic.path.removeprefix(f"/{site.name}")
    return replace(traffic, path=path)


@contextmanager
def running(kind: Kind, site: Site, world: Path | None, first: Traffic, core: int | None) -> Iterator[Running]:
    """Starts a server, waits until it answers `first` with 2xx, and ends it with the block.

    Raises `click.ClickException` if it ends before, or takes too long.
    """
    port = _free_port()
    command = kind.command(site, port, world)
    begun = time.perf_counter()
    process = _start(command, kind.home or site.folder, core)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(process, command, url, at(kind, site, first))
        yield Running(kind, url, process.pid, time.perf_counter() - begun)
    finally:
        _end(process)


def ask(url: str, traffic: Traffic) -> int:
    """The status that answers the request; 0 if nothing does."""
    target = urlsplit(url)
    connection = http.client.HTTPConnection(str(target.hostname), target.port, timeout=_PATIENCE)
    try:
        connection.request("POST", traffic.path, traffic.body, dict(traffic.headers))
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
    return response.status


def _start(command: list[str], folder: Path, core: int | None) -> subprocess.Popen[bytes]:
    """Starts the command on a core. It is this process that moves there for a moment: threads inherit it."""
    before = os.sched_getaffinity(0)
    pin(0, core)
    try:
        return subprocess.Popen(
            command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
    finally:
        os.sched_setaffinity(0, before)


def _wait(process: subprocess.Popen[bytes], command: list[str], url: str, first: Traffic) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not 200 <= (status := ask(url, first)) < 300:
        if process.poll() is not None or time.monotonic() > deadline:
            raise click.ClickException(f"No 2xx (but {status or 'nothing'}) from: {' '.join(command)}")
        time.sleep(_POLL)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
