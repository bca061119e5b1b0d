"""The load: plain sockets, one request under way on each connection, no pipelining."""

from __future__ import annotations

import itertools
import re
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.benchmarks.processes import Server
from tests.benchmarks.traffic import Traffic

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
_BLANK_LINE = b"\r\n\r\n"
# Seconds without an answer after which the server counts as broken.
_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Round:
    """One measurement.

    `rate` is in requests per second, `cpu_rate` in requests per second of the server's CPU time, `None` where the
    system does not tell it. `busy` is the part of the time in which the load itself was at work, 0 to 1.
    """

    rate: float
    cpu_rate: float | None
    busy: float


def measure(server: Server, traffic: Sequence[Traffic], requests: int, connections: int) -> Round:
    """Sends so many requests, these in turn, over so many keep-alive connections.

    All have the same status. Raises `ValueError` for any other.
    """
    wires = [each.wire(server.url) for each in traffic]
    with ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        opened = [stack.enter_context(_connect(server.url)) for _ in range(min(connections, requests))]
        for connection in opened:
            _exchange(connection, wires[0])  # what a new connection costs is not measured
            selector.register(connection, selectors.EVENT_READ, connection)
        start, cpu_start, busy_start = time.perf_counter(), server.cpu_seconds(), time.process_time()
        _pump(selector, opened, itertools.cycle(wires), traffic[0].status, requests)
        seconds, cpu, busy = time.perf_counter() - start, server.cpu_seconds(), time.process_time() - busy_start
    return Round(requests / seconds, _cpu_rate(requests, cpu_start, cpu), busy / seconds)


def _cpu_rate(requests: int, before: float | None, after: float | None) -> float | None:
    spent = None if before is None or after is None else after - before
    return requests / spent if spent else None  # 0 where so few requests came that the system has counted nothing


def exchange(url: str, traffic: Traffic) -> tuple[int, str, bytes]:
    """Sends the request once: status, media type and body of the answer."""
    with _connect(url) as connection:
        head, _, body = _exchange(connection, traffic.wire(url)).partition(_BLANK_LINE)
    headers = dict(line.lower().split(": ", 1) for line in head.decode("latin-1").split("\r\n")[1:])
    return int(head[9:12]), headers.get("content-type", ""), body


def _pump(
    selector: selectors.BaseSelector, opened: list[socket.socket], wires: Iterator[bytes], status: int, requests: int
) -> None:
    expected = b"%d" % status
    for connection in opened:
        connection.sendall(next(wires))
    unsent, unanswered = requests - len(opened), requests
    while unanswered:
        for key, _ in selector.select():
            reply = _receive(key.data)
            if reply[9:12] != expected:
                raise ValueError(f"expected status {status}, not {reply[:400].decode('latin-1')}")
            unanswered -= 1
            if unsent:
                unsent -= 1
                key.data.sendall(next(wires))


def _connect(url: str) -> socket.socket:
    at = urlsplit(url)
    connection = socket.create_connection((at.hostname, at.port or 80), _PATIENCE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _exchange(connection: socket.socket, request: bytes) -> bytes:
    connection.sendall(request)
    return _receive(connection)


def _receive(connection: socket.socket) -> bytes:
    """One whole answer, head and body."""
    reply = b""
    while not _is_whole(reply):
        chunk = connection.recv(65536)
        if not chunk:
            raise ValueError(f"the server closed the connection after {reply[:400].decode('latin-1')!r}")
        reply += chunk
    return reply


def _is_whole(reply: bytes) -> bool:
    end = reply.find(_BLANK_LINE)
    if end < 0:
        return False
    length = _LENGTH.search(reply)
    if length is None:
        raise ValueError("the answer has no Content-Length")
    return len(reply) - end - len(_BLANK_LINE) >= int(length[1])
