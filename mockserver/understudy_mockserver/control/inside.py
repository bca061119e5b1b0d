"""Requests to the server from inside of its own process: no socket, the same way."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from urllib.parse import unquote

from understudy_mockserver.asgi import App, Message, RawHeaders


@dataclass(slots=True)
class Answered:
    """What came back; `status` is 0 where nothing did."""

    status: int = 0
    headers: RawHeaders = field(default_factory=list)
    body: bytes = b""


async def ask(
    app: App, method: str, target: str, headers: RawHeaders, body: bytes, *, leaves: bool = False
) -> Answered:
    """Sends a request for the target, a path with its query, and waits for the whole answer.

    A client that `leaves` is gone when its request is: nobody waits for a slow answer.
    """
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode("latin-1", "replace"),
        "query_string": query.encode("latin-1", "replace"),
        "headers": headers,
        "client": None,
        "server": None,
    }
    answered, sent, ended = Answered(), False, asyncio.Event()

    async def receive() -> Message:
        nonlocal sent
        if not sent:
            sent = True
            return {"type": "http.request", "body": body}
        if not leaves:
            await ended.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answered.status, answered.headers = message["status"], list(message["headers"])
        else:
            answered.body += message.get("body", b"")
            if not message.get("more_body"):
                ended.set()

    with contextlib.suppress(ConnectionResetError):  # where a connection was to be cut, there is none
        await app(scope, receive, send)
    return answered
