"""HTTP/1.1 with deadlines: uvicorn waits for the rest of a request for ever, and refuses what it cannot read as text.

A connection is judged by one sweep for all of them, so that a request in time costs nothing. What never came whole is
answered by the app itself, as far as the address is known: so the vendor's envelope is found as for any other request.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from understudy_mockserver.context import SITUATION
from understudy_mockserver.limits import Limits

_NOTHING = object()
_STILL_TO_COME = ("header", "body", "discarded", "leave")
# What the websockets library takes: bytes of a line, with what stands around its name and value, and lines.
_WEBSOCKET_LINE, _WEBSOCKET_HEADERS = 8192 - 4, 128


class Protocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, limits: Limits, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._limits = limits
        self._refused = False
        self._answered: RequestResponseCycle | None = None
        # Bytes of what is awaited, since when, and what it is: the last two are the sweep's own notes.
        self._received = 0
        self._since = self.loop.time()
        self._awaited: tuple[str, Any] = ("", None)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return  # the client is let finish, so that it reads the answer; nobody listens
        before = self.scope
        super().data_received(data)
        if self._is_header_due():
            # Of the chunk in which a message begins, most may belong to what was before.
            self._received = self._received + len(data) if before is self.scope else 0
            if self._received > self._limits.url + self._limits.header_bytes:
                self.refuse("headers-too-large" if self.headers else "uri-too-long")
        elif self.cycle.more_body:
            self._received += len(data)
        else:
            self._received = 0

    def handle_websocket_upgrade(self) -> None:
        # The protocol of websockets reads the header again, and hangs on one that is too large for it.
        if len(self.url) > min(self._limits.url, _WEBSOCKET_LINE - len(b"GET  HTTP/1.1")):
            self.refuse("uri-too-long")
        elif self._has_large_headers():
            self.refuse("headers-too-large")
        else:
            self._refused = True  # from here on the connection is that protocol's
            super().handle_websocket_upgrade()

    def _has_large_headers(self) -> bool:
        limits, sizes = self._limits, [len(name) + len(value) for name, value in self.headers]
        largest = min(limits.header_bytes, _WEBSOCKET_LINE)
        return len(sizes) > min(limits.headers, _WEBSOCKET_HEADERS) or sum(sizes) > largest

    def send_400_response(self, msg: str) -> None:
        if not self.transport.is_closing():
            self.refuse("bad-request")

    def shutdown(self) -> None:
        """Ends the connection, as soon as what is being answered is: what is still to come is not waited for."""
        if self._awaits()[0] in _STILL_TO_COME:
            self.hang_up()
        else:
            super().shutdown()

    def hang_up(self) -> None:
        """Ends the connection now; whoever still answers has nobody to answer to."""
        self._leave()
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answered = cycle  # with pipelined requests, not the latest
        super()._start_asgi_task(cycle, app)

    def _leave(self) -> None:
        if self._answered is not None and not self._answered.response_complete:
            self._answered.disconnected = True
            self._answered.message_event.set()
        self.pipeline.clear()

    def look(self, now: float) -> None:
        """Ends what has lasted too long. `now` is the loop's time."""
        awaited = self._awaits()
        if awaited[0] != self._awaited[0] or awaited[1] is not self._awaited[1]:
            self._awaited, self._since = awaited, now
        elif awaited[0] and now - self._since > self._patience(awaited[0]):
            self._give_up(awaited[0])

    def refuse(self, situation: str) -> None:
        """Answers a request that cannot come whole any more, and listens no longer."""
        self._refused = True
        unanswered = self.cycle if getattr(self.cycle, "response_complete", True) is False else None
        if unanswered and (unanswered.response_started or unanswered.scope is not self.scope):
            self.hang_up()  # its answer is on the way: another one could not be told from it
            return
        if unanswered:
            unanswered.disconnected = True
            unanswered.message_event.set()
        self.flow.resume_reading()
        self._unset_keepalive_if_required()
        self._answer(situation)

    def _answer(self, situation: str) -> None:
        if not self._has_begun():
            self.on_message_begin()
        scope: Any = {**self.scope, **_address(self.url[: self._limits.url]), SITUATION: situation}
        scope["method"] = "HEAD" if self.scope.get("method") == "HEAD" else "GET"
        self.cycle = RequestResponseCycle(
            scope=scope,
            transport=_Lingering(self.transport),  # type: ignore[arg-type]
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=False,
            on_response=lambda: None,
        )
        self.cycle.more_body = False
        self.cycle.message_event.set()
        self._start_asgi_task(self.cycle, self.app)

    def _is_header_due(self) -> bool:
        return getattr(self.cycle, "scope", _NOTHING) is not self.scope

    def _has_begun(self) -> bool:
        return isinstance(self.scope, dict)

    def _awaits(self) -> tuple[str, Any]:
        """What the client has to do: its kind, and the object that stands for it. An empty kind: nothing."""
        unread = self.transport.get_write_buffer_size()
        if unread:
            return f"read {unread}", None
        if self._refused:
            return "leave", None
        if self.flow.read_paused:
            return "", None
        if self._is_header_due():
            return "header", self.scope
        if self.cycle.more_body:
            return ("discarded" if self.cycle.response_complete else "body"), self.cycle
        return "", None

    def _patience(self, kind: str) -> float:
        """In seconds. A body may take as long as it takes while it comes at the rate that is asked for."""
        return self._limits.receive + (self._received / self._limits.rate if kind == "body" else 0)

    def _give_up(self, kind: str) -> None:
        if kind == "body" or (kind == "header" and self._has_begun()):
            self.refuse("timeout")
        else:
            self.hang_up()


class _Lingering:
    """A transport that closes one way only: a client that still sends would lose the answer to a reset."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.write = transport.write
        self.is_closing = transport.is_closing

    def close(self) -> None:
        if self._transport.can_write_eof():
            self._transport.write_eof()
        else:
            self._transport.close()


def _address(url: bytes) -> dict[str, Any]:
    """As much of the address as came, as ASGI has it; `/` where that is none."""
    try:
        parsed = httptools.parse_url(url)
        path = parsed.path or b"/"
        return {"raw_path": path, "path": path.decode("ascii"), "query_string": parsed.query or b""}
    except (httptools.HttpParserError, UnicodeDecodeError):
        return {"raw_path": b"/", "path": "/", "query_string": b""}


def limited(limits: Limits) -> Any:
    """What uvicorn takes for the class of its connections."""
    return partial(Protocol, limits)
