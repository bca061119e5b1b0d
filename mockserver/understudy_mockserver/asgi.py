"""The few ASGI words that the server speaks, and how a response is sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
RawHeaders = list[tuple[bytes, bytes]]


class TooLargeError(Exception):
    """A request body of more bytes than allowed."""


class DisconnectedError(Exception):
    """The client went away before its request was whole."""


def raw(headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> RawHeaders:
    """Headers as ASGI sends them. Characters outside of Latin-1 become `?`."""
    if not headers:
        return []
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return [(name.lower().encode("latin-1"), value.encode("latin-1", "replace")) for name, value in pairs]


async def respond(send: Send, status: int, media_type: str, body: bytes, headers: RawHeaders) -> None:
    """Sends a whole response."""
    start: RawHeaders = [(b"content-length", b"%d" % len(body)), *headers]
    if media_type:
        start.append((b"content-type", media_type.encode()))
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})


async def read_body(receive: Receive, limit: int) -> bytes:
    """The whole request body. Raises `TooLargeError` past `limit` bytes, `DisconnectedError` when the client leaves."""
    message = await receive()
    body = _chunk(message)
    if len(body) > limit:
        raise TooLargeError
    if not message.get("more_body"):
        return body
    whole = bytearray(body)
    while message.get("more_body"):
        message = await receive()
        whole += _chunk(message)
        if len(whole) > limit:
            raise TooLargeError
    return bytes(whole)


def _chunk(message: Message) -> bytes:
    if message["type"] == "http.disconnect":
        raise DisconnectedError
    body: bytes = message.get("body", b"")
    return body
