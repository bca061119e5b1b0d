"""Running the ASGI app: sockets, signals, and telling others that it answers."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import importlib.util
import logging
import math
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import uvicorn

from understudy_mockserver.asgi import App
from understudy_mockserver.limits import Limits
from understudy_mockserver.memory import settle
from understudy_mockserver.realtime.transports import MAX_MESSAGE

# What uvicorn logs of each client that does not speak HTTP or UTF-8, the last with a stack: anyone could fill a disk.
_FAULTS_OF_CLIENTS = ("Invalid HTTP request", "Unsupported upgrade", "Invalid UTF-8 sequence")
#: Seconds that open requests get to finish after SIGTERM.
GRACE = 1.5
# How many times connections are looked at while a deadline lasts; how often at most and at least, in seconds.
_LOOKS, _SOONEST, _LATEST = 8, 0.02, 1.0


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes any that is free. Raises `OSError` where that is not possible."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends small segments at once where the protocol is named: a body does not wait for its head's ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
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

    def __init__(self, app: App, limits: Limits) -> None:
        super().__init__(_config(app, limits))
        self.answers = asyncio.Event()
        self._limits = limits
        self._end: Callable[[], Awaitable[None]] | None = getattr(app, "end", None)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.answers.set()

    async def main_loop(self) -> None:
        sweeper = asyncio.create_task(self._sweep())
        try:
            await super().main_loop()
        finally:
            sweeper.cancel()

    async def _sweep(self) -> None:
        """Looks again and again whether a connection keeps the server waiting for too long."""
        loop = asyncio.get_running_loop()
        pause = min(max(self._limits.receive / _LOOKS, _SOONEST), _LATEST)
        while True:
            await asyncio.sleep(pause)
            now = loop.time()
            for connection in list(self.server_state.connections):
                if hasattr(connection, "look"):
                    connection.look(now)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        if self._end is not None:
            await self._end()  # long polls would be waited for
        cut = asyncio.get_running_loop().call_later(GRACE, self._cut)
        await super().shutdown(sockets)
        cut.cancel()

    def _cut(self) -> None:
        """Ends what is left, so that nothing has to be cancelled."""
        for connection in list(self.server_state.connections):
            getattr(connection, "hang_up", connection.transport.abort)()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def run(apps: Mapping[socket.socket, App], ready: Callable[[], None], limits: Limits | None = None) -> None:
    """Serves each app on its socket until SIGTERM or SIGINT; a second signal ends the process at once.

    Calls `ready` when all answer. An app that has `end`, a coroutine function, is told by it that no more will come:
    what keeps its requests waiting is to be let go.
    """
    servers = {listener: _Server(app, limits or Limits()) for listener, app in apps.items()}
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_serve(servers, ready))


def _is_ours(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith(_FAULTS_OF_CLIENTS)


def _config(app: App, limits: Limits) -> uvicorn.Config:
    config = uvicorn.Config(
        app,
        http=_protocol(limits),
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        ws="websockets-sansio",
        ws_max_size=MAX_MESSAGE,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=math.ceil(GRACE),
    )
    logging.getLogger("uvicorn.error").addFilter(_is_ours)
    return config


def _protocol(limits: Limits) -> Any:
    """Connections with deadlines; without httptools, which is not made for Windows, those that uvicorn has."""
    if not importlib.util.find_spec("httptools"):
        return "auto"
    return importlib.import_module("understudy_mockserver.protocol").limited(limits)


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
    if any(server.should_exit for server in servers.values()):
        os._exit(0)  # asked for twice: nothing is left that would be worth waiting for
    for server in servers.values():
        server.should_exit = True


async def _announce(servers: Mapping[socket.socket, _Server], ready: Callable[[], None]) -> None:
    for server in servers.values():
        await server.answers.wait()
    settle()
    ready()


@contextlib.asynccontextmanager
async def serving(app: App) -> AsyncIterator[str]:
    """Serves the app in the running loop, on a free port of this machine, until the block ends; yields its URL."""
    listener = listen("127.0.0.1", 0)
    server = _Server(app, Limits())
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
