"""The server under test: steps go out to it, exchanges and events come back."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from understudy_validators.checking.loop import LoopThread
from understudy_validators.checking.who import Who
from understudy_validators.errors import UsageError
from understudy_validators.exchange import Exchange
from understudy_validators.socket_client import RefusedError, SocketClient
from understudy_validators.sockets import SocketStep
from understudy_validators.wire import WireRequest

#: Seconds that an answer may take.
PATIENCE = 30.0
#: Seconds that a request waits at most when the server asks for a pause.
LONGEST_PAUSE = 60.0
_TOO_MANY = 429


@dataclass(slots=True)
class Connection:
    """A socket that was opened: `refused` is what it was turned away with, `events` all that came so far."""

    client: SocketClient | None = None
    refused: Any = None
    events: list[tuple[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Fresh:
    """How requests reach a world that nobody has used: headers to send, and values for a handshake's query."""

    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


class Target:
    """A server at `base_url`, the contract's root.

    `renew` gives each case a world of its own, where the server can (a mock); `rate` is the most requests in a second;
    `pauses` says whether an answer 429 is waited out and the request sent again, as is right where worlds are not
    renewed. Raises `UsageError` when nobody answers.
    """

    def __init__(
        self,
        base_url: str,
        loop: LoopThread,
        who: Who | None = None,
        renew: Callable[[], Fresh] | None = None,
        rate: float | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.who = who or Who()
        self.renews = renew is not None
        self.sockets: dict[str, Connection] = {}
        self.sent = 0
        self._renew = renew or Fresh
        self._fresh = Fresh()
        self._loop = loop
        self._http = httpx.Client(timeout=PATIENCE, trust_env=False, limits=httpx.Limits(max_connections=4))
        self._interval = 1 / rate if rate else 0.0
        self._next = 0.0

    def begin(self) -> None:
        """Starts a case: in a new world, where there is one, and with no socket open."""
        self.hang_up()
        self._fresh = self._renew()

    def send(self, request: WireRequest) -> Exchange:
        """Sends a request made for the contract's world. Raises `NotArrangedError` where it cannot be."""
        real = self.who.request(request)
        headers, body = real.encode()
        url = self.base_url + real.path + (f"?{real.query}" if real.query else "")
        exchange = self._exchange(real.method, url, headers, body)
        if exchange.status == _TOO_MANY and not self.renews:
            pause = exchange.header("retry-after")
            time.sleep(min(float(pause) if pause.replace(".", "", 1).isdecimal() else 1.0, LONGEST_PAUSE))
            exchange = self._exchange(real.method, url, headers, body)
        return replace(exchange, operation=request.operation)

    def _exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Exchange:
        self._wait()
        self.sent += 1
        started = time.time()
        try:
            prepared = self._http.build_request(
                method, url, headers={**headers, **self._fresh.headers}, content=body or None
            )
            response = self._http.send(prepared)
        except httpx.HTTPError as error:
            raise UsageError(f"{self.base_url} does not answer: {str(error) or type(error).__name__}.") from None
        return Exchange(
            method=method,
            url=url,
            request_headers=tuple(prepared.headers.items()),
            request_body=body,
            status=response.status_code,
            response_headers=tuple(response.headers.multi_items()),
            response_body=response.content,
            started=started,
            seconds=time.time() - started,
        )

    def _wait(self) -> None:
        if self._interval:
            now = time.monotonic()
            time.sleep(max(0.0, self._next - now))
            self._next = max(now, self._next) + self._interval

    def take(self, step: SocketStep) -> Connection:
        """Takes a step over a socket; a refused connection says what it was refused with. Raises `NotArrangedError`."""
        real = self.who.socket(step)
        self._wait()
        self.sent += 1
        if real.kind == "connect":
            self.sockets[real.name] = self._connect(real)
        connection = self.sockets.setdefault(real.name, Connection())
        if real.kind == "emit" and connection.client:
            self._loop.run(connection.client.emit(real.event, real.payload))
        elif real.kind == "disconnect" and connection.client:
            self._loop.run(connection.client.close())
            connection.client = None
        return connection

    def _connect(self, step: SocketStep) -> Connection:
        query = {**step.query, **self._fresh.query}
        try:
            return Connection(self._loop.run(SocketClient.open(self.base_url, step.namespace, query)))
        except RefusedError as error:
            return Connection(refused=error.payload)
        except OSError as error:
            raise UsageError(f"{self.base_url} takes no sockets: {error}.") from None

    def listen(self, name: str, count: int, seconds: float, until: Collection[str] = ()) -> list[tuple[str, Any]]:
        """The events that came through a socket since the last time.

        Waits for `count`, or for one of the names `until`, no longer than `seconds`.
        """
        connection = self.sockets.get(name)
        if connection is None or connection.client is None:
            return []
        events = self._loop.run(connection.client.collect(count, seconds, until))
        connection.events += events
        return events

    def hang_up(self) -> None:
        """Closes every socket."""
        for connection in self.sockets.values():
            if connection.client:
                self._loop.run(connection.client.close())
        self.sockets.clear()

    def close(self) -> None:
        """Ends the connection to the server."""
        self.hang_up()
        self._http.close()
