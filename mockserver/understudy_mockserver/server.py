"""Running the ASGI app: sockets, signals, and telling others that it answers."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import uvicorn

from understudy_mockserver.asgi import App

#: Seconds that open requests get to finish after SIGTERM.
GRACE = 2


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes any that is free. Raises `OSError` where that is not possible."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    listener.listen(2048)
    return listener


class _Server(uvicorn.Server):
    """A server that leaves signals to `run`: uvicorn would raise them again, and so exit with an error."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def run(apps: Mapping[socket.socket, App], ready: Callable[[], None]) -> None:
    """Serves each app on its socket until SIGTERM or SIGINT; a second signal ends at once. Calls `ready` when all answer."""
    servers = {listener: _Server(_config(app)) for listener, app in apps.items()}
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_serve(servers, ready))


def _config(app: App) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE,
    )


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # Windows
        return None
    return uvloop.new_event_loop


async def _serve(servers: Mapping[socket.socket, _Server], ready: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(number, _stop, servers)
    tasks = [asyncio.create_task(server.serve([listener])) for listener, server in servers.items()]
    announce = asyncio.create_task(_announce(servers, ready))
    await asyncio.gather(*tasks)
    announce.cancel()


def _stop(servers: Mapping[socket.socket, _Server]) -> None:
    for server in servers.values():
        server.force_exit = server.should_exit
        server.should_exit = True


async def _announce(servers: Mapping[socket.socket, _Server], ready: Callable[[], None]) -> None:
    while not all(server.started for server in servers.values()):
        await asyncio.sleep(0.005)
    ready()


def write_ready_file(path: Path, facts: Mapping[str, Any]) -> None:
    """Writes the facts as JSON, whole or not at all: whoever waits for the file never reads half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(orjson.dumps(facts))
    draft.replace(path)
