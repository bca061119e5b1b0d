"""Engine.IO 3 over a websocket, with Socket.IO packets of protocol 4 in it: what socket.io-client 1.x and 2.x speak.

The server opens with `0{…}` and `40`, the *client* pings with `2` and gets `3`, namespaces are joined with
`40/name?query,`. Only websockets: the clients that matter here are told to use nothing else.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from understudy_mockserver.asgi import Receive, Scope, Send
from understudy_mockserver.context import CONTEXT
from understudy_mockserver.realtime.gateway import UNKNOWN, Gateway, RefusedError
from understudy_mockserver.realtime.hub import Connection
from understudy_mockserver.realtime.transports import abort
from understudy_validators.bodies import parse_json

#: Milliseconds, as the vendors' servers announce them: how often the client pings, and how late a ping may be.
PING_INTERVAL, PING_TIMEOUT = 25_000, 20_000
_OPEN, _PING, _PONG, _MESSAGE = "0", "2", "3", "4"
# Packets that the vendors' servers take without a word: an answer to no ping, the end of a probe, a no-op.
_IDLE = (_OPEN, _PONG, "5", "6")
_CONNECT, _DISCONNECT, _EVENT, _ACK, _ERROR = "0", "1", "2", "3", "4"
_PACKET = re.compile(
    r"(?P<kind>[0-6])(?:(?P<namespace>/[^,?]*)(?:\?(?P<query>[^,]*))?,?)?(?P<id>[0-9]*)(?P<data>.*)", re.DOTALL
)


async def serve(gateway: Gateway, scope: Scope, receive: Receive, send: Send) -> None:
    """Speaks with one client until either side ends it."""
    message = await receive()
    if message["type"] != "websocket.connect":
        return
    await send({"type": "websocket.accept"})
    session = _Session(gateway, scope, receive, send)
    try:
        listening = await session.run()
    finally:
        await session.close()
    if listening:
        await send({"type": "websocket.close", "code": 1000})


class _Session:
    """One websocket: the namespaces that its client is connected to, and a writer for each."""

    def __init__(self, gateway: Gateway, scope: Scope, receive: Receive, send: Send) -> None:
        self._gateway = gateway
        self._scope = scope
        self._receive = receive
        self._send = send
        self._query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        self._connections: dict[str, Connection] = {}
        self._writers: dict[str, asyncio.Task[None]] = {}
        self._dropped = asyncio.Event()

    async def run(self) -> bool:
        """Speaks until the session ends; whether the client is still there to be told."""
        handshake = {"sid": secrets.token_hex(10), "upgrades": [], "pingInterval": PING_INTERVAL}
        await self._write(_OPEN + json.dumps({**handshake, "pingTimeout": PING_TIMEOUT}, separators=(",", ":")))
        await self._connect("/", {})
        dropped = asyncio.ensure_future(self._dropped.wait())
        try:
            while (text := await self._next(dropped)) is not None:
                if not await self._take(text):
                    return True
        finally:
            dropped.cancel()
        return False

    async def close(self) -> None:
        for namespace in list(self._connections):
            await self._leave(namespace)

    async def _next(self, dropped: asyncio.Future[Any]) -> str | None:
        """The next text frame, empty for a binary one; `None`: the client is gone, silent for too long, or dropped."""
        incoming = asyncio.ensure_future(self._receive())
        patience = (PING_INTERVAL + PING_TIMEOUT) / 1000
        done, _ = await asyncio.wait({incoming, dropped}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        if incoming not in done:
            incoming.cancel()
            await asyncio.gather(incoming, return_exceptions=True)
            abort(self._receive)
            return None
        message = incoming.result()
        return message.get("text") or "" if message["type"] == "websocket.receive" else None

    async def _take(self, text: str) -> bool:
        """Acts on one Engine.IO packet; whether to go on. One that closes, or that is none, ends the session."""
        kind, rest = text[:1], text[1:]
        if kind == _MESSAGE:
            return await self._packet(rest)
        if kind == _PING:
            await self._write(_PONG + rest)
        return kind == _PING or kind in _IDLE

    async def _packet(self, text: str) -> bool:
        """Acts on one Socket.IO packet; one that is none ends the session, as the vendors' servers do."""
        packet = _PACKET.fullmatch(text)
        if packet is None:
            return False
        namespace = packet["namespace"] or "/"
        if packet["kind"] == _CONNECT:
            await self._connect(namespace, dict(parse_qsl(packet["query"] or "", keep_blank_values=True)))
        elif packet["kind"] == _DISCONNECT:
            await self._leave(namespace)
        elif packet["kind"] == _EVENT:
            return await self._event(namespace, packet["id"], packet["data"])
        return True

    async def _connect(self, namespace: str, query: Mapping[str, str]) -> None:
        if namespace in self._connections:
            return
        prefix = "" if namespace == "/" else namespace
        if namespace != "/" or self._gateway.judges("/"):
            try:
                self._admit(namespace, query)
            except RefusedError as refused:
                comma = f"{prefix}," if prefix else ""
                await self._write(f"{_MESSAGE}{_ERROR}{comma}{_dumps(refused.payload)}")
                return
        await self._write(f"{_MESSAGE}{_CONNECT}{prefix}")
        if namespace in self._connections:
            self._writers[namespace] = asyncio.create_task(self._deliver(self._connections[namespace]))

    def _admit(self, namespace: str, query: Mapping[str, str]) -> None:
        if not self._gateway.judges(namespace):
            raise RefusedError(UNKNOWN)
        identifier = f"{namespace}#{secrets.token_hex(10)}"
        handshake = {**self._query, **query}
        context = self._scope[CONTEXT]
        connection = self._gateway.connect(context, namespace, handshake, identifier, self._drop)
        self._connections[namespace] = connection

    def _drop(self) -> None:
        """Ends the session at once, even while it waits for a client that does not read."""
        self._dropped.set()
        abort(self._receive)

    async def _event(self, namespace: str, identifier: str, data: str) -> bool:
        try:
            packet = parse_json(data, self._gateway.max_depth)
        except ValueError:
            return False
        if not isinstance(packet, list) or not packet:
            return False
        name, *arguments = packet
        connection = self._connections.get(namespace)
        if connection is not None and isinstance(name, str):
            connection.acknowledgement = []
            self._gateway.receive(connection, name, arguments[0] if arguments else None)
            if identifier:
                prefix = "" if namespace == "/" else f"{namespace},"
                await self._write(f"{_MESSAGE}{_ACK}{prefix}{identifier}{_dumps(connection.acknowledgement)}")
        return True

    async def _leave(self, namespace: str) -> None:
        connection = self._connections.pop(namespace, None)
        if connection is None:
            return
        self._gateway.disconnect(connection)
        writer = self._writers.pop(namespace, None)
        if writer is not None:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)  # the client may have gone while it wrote

    async def _deliver(self, connection: Connection) -> None:
        """Sends what waits for the client, in order, as fast as the client reads."""
        prefix = "" if connection.namespace == "/" else f"{connection.namespace},"
        while True:
            event, payload = await connection.waiting.get()
            await self._write(f"{_MESSAGE}{_EVENT}{prefix}{_dumps([event, payload])}")

    async def _write(self, text: str) -> None:
        await self._send({"type": "websocket.send", "text": text})


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
