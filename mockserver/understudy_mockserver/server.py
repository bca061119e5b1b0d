"""Running the ASGI app: sockets, signals, and telling others that it answers."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import importlib.util
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import uvicorn

from understudy_mockserver.asgi import App
from understudy_mockserver.realtime.engineio4 import MAX_MESSAGE

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

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answers = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.answers.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def run(apps: Mapping[socket.socket, App], ready: Callable[[], None]) -> None:
    """Serves each app on its socket until SIGTERM or SIGINT; a second signal ends at once.

    Calls `ready` when all answer.
    """
    servers = {listener: _Server(_config(app)) for listener, app in apps.items()}
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_serve(servers, ready))


def _config(app: App) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        ws="websockets-sansio",
        ws_max_size=MAX_MESSAGE,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=GRACE,
    )


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """That of uvloop, where it is installed: it is not made for Windows."""
    found = importlib.util.find_spec("uvloop")
    return importlib.import_module("uvloop").new_event_loop if found else None


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
    for server in servers.values():
        await server.answers.wait()
    ready()


@contextlib.asynccontextmanager
async def serving(app: App) -> AsyncIterator[str]:
    """Serves the app in the running loop, on a free port of this machine, until the block ends; yields its URL."""
    listener = listen("127.0.0.1", 0)
    server = _Server(_config(app))
    task = asyncio.create_task(server.serve([listener]))
    try:
        await server.answers.wait()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


def write_ready_file(path: Path, facts: Mapping[str, Any]) -> None:
    """Writes the facts as JSON, whole or not at all: whoever waits for the file never reads half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(orjson.dumps(facts))
    draft.replace(path)
