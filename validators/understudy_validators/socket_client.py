"""A small Socket.IO client of protocol 5 (Engine.IO 4, websocket): what causing and checking events needs."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Collection, Mapping
from types import TracebackType
from typing import Any
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

#: Seconds that an answer may take.
PATIENCE = 10.0


class RefusedError(Exception):
    """The server did not let the client in; `payload` is what it said."""

    def __init__(self, payload: Any) -> None:
        super().__init__(payload)
        self.payload = payload


class SocketClient:
    """One connection to one namespace. `received` holds every event that came, oldest first."""

    def __init__(self, websocket: ClientConnection, namespace: str) -> None:
        self._websocket = websocket
        self._prefix = "" if namespace == "/" else f"{namespace},"
        self.received: list[tuple[str, Any]] = []

    @classmethod
    async def open(cls, base_url: str, namespace: str, query: Mapping[str, str]) -> SocketClient:
        """Connects to the server at the contract's root. Raises `RefusedError`, or `OSError` where nobody answers."""
        text = urlencode({**query, "EIO": "4", "transport": "websocket"})
        url = f"{base_url.replace('http', 'ws', 1).rstrip('/')}/socket.io/?{text}"
        try:
            websocket = await connect(url, proxy=None, max_size=None)
        except InvalidStatus as error:
            raise RefusedError({"status": error.response.status_code}) from None
        client = cls(websocket, namespace)
        try:
            await client._enter(query)
        except BaseException:
            await websocket.close()
            raise
        return client

    async def _enter(self, query: Mapping[str, str]) -> None:
        await self._next()  # the Engine.IO handshake
        await self._websocket.send(f"40{self._prefix}{json.dumps(dict(query))}")
        answer = await self._next()
        if answer.startswith("44"):
            refusal = json.loads(answer[2:].removeprefix(self._prefix))
            raise RefusedError(refusal.get("data") or refusal.get("message"))

    async def emit(self, event: str, payload: Any) -> None:
        """Emits an event with one argument, and asks for its acknowledgement, which is received as `ack`."""
        await self._websocket.send(f"42{self._prefix}0{json.dumps([event, payload])}")

    async def receive(self, event: str) -> Any:
        """The payload of the next such event. Raises `TimeoutError` when none comes."""
        async with asyncio.timeout(PATIENCE):
            while True:
                count = len(self.received)
                self._take(await self._next())
                if len(self.received) > count and self.received[-1][0] == event:
                    return self.received[-1][1]

    async def collect(self, count: int, seconds: float, until: Collection[str] = ()) -> list[tuple[str, Any]]:
        """The next events (name, payload) that come within `seconds`: at most `count`, or up to one of these names."""
        start = len(self.received)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while len(self.received) < start + count:
                    self._take(await self._next())
                    if self.received[start:] and self.received[-1][0] in until:
                        break
        return self.received[start:]

    def _take(self, packet: str) -> None:
        if packet.startswith(f"42{self._prefix}"):
            name, *arguments = json.loads(packet[2:].removeprefix(self._prefix))
            self.received.append((name, arguments[0] if arguments else None))
        elif packet.startswith(f"43{self._prefix}0[") and (arguments := json.loads(packet.partition("0")[2])):
            self.received.append(("ack", arguments[0]))

    async def _next(self) -> str:
        """The next packet that is no ping."""
        async with asyncio.timeout(PATIENCE):
            while (packet := str(await self._websocket.recv())) == "2":
                await self._websocket.send("3")
        return packet

    async def close(self) -> None:
        """Leaves."""
        await self._websocket.close()

    async def __aenter__(self) -> SocketClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
