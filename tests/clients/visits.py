"""Clients of both generations of Socket.IO that come, listen to a space for a moment, and go, each in its own way."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect

from tests.mockserver.realtime.avaya import NAMESPACE, TEAM, channel, token

#: Understudy namespaces, as a user has three connections at most, and users who come at once in each.
NAMESPACES = tuple(f"churn-{number}" for number in range(6))
_USERS = ("example", "ben", "cara", "gina")
#: Seconds that a frame may take; only a broken server takes as long.
PATIENCE = 20.0


class Visitor:
    """A client at the door of the namespace /chat."""

    def __init__(self, websocket: ClientConnection, protocol: int, query: dict[str, str]) -> None:
        self.websocket = websocket
        self._protocol = protocol
        self.query = query

    async def read(self) -> str:
        """The next frame but for pings, which it answers."""
        async with asyncio.timeout(PATIENCE):
            while (frame := str(await self.websocket.recv())) == "2":
                await self.websocket.send("3")
        return frame

    async def enter(self) -> str:
        """Asks to be let in, and what the server says to that."""
        assert (await self.read()).startswith("0{")
        if self._protocol == 3:
            assert await self.read() == "40"
            await self.websocket.send(f"40/chat?{urlencode(self.query)},")
        else:
            await self.websocket.send(f"40/chat,{json.dumps(self.query)}")
        return await self.read()

    async def subscribe(self) -> None:
        """Enters, and listens to the Team space."""
        answer = await self.enter()
        assert answer.startswith("40/chat"), answer
        await self.emit("SUBSCRIBE_CHANNEL", channel(TEAM))
        assert (await self.read()).startswith('42/chat,["CHANNEL_SUBSCRIBED",')

    async def emit(self, *event: object) -> None:
        await self.websocket.send(f"42/chat,{json.dumps(event)}")

    def vanish(self) -> None:
        """Is gone without a word."""
        self.websocket.transport.abort()


@asynccontextmanager
async def visiting(root: str, protocol: int, name: str, namespace: str) -> AsyncIterator[Visitor]:
    """Connects a user to a contract's root until the block ends."""
    query = {"token": token(name), "tokenType": "jwt", NAMESPACE: namespace}
    text = urlencode({**query, "EIO": protocol, "transport": "websocket"})
    url = f"{root.replace('http', 'ws', 1)}/socket.io/?{text}"
    async with connect(url, proxy=None, compression=None, max_size=None) as websocket:
        yield Visitor(websocket, protocol, query)


async def _close(visitor: Visitor) -> None:
    await visitor.subscribe()


async def _leave(visitor: Visitor) -> None:
    await visitor.subscribe()
    await visitor.websocket.send("41/chat,")
    await visitor.websocket.send("1")


async def _vanish(visitor: Visitor) -> None:
    await visitor.subscribe()
    visitor.vanish()


async def _vanish_at_once(visitor: Visitor) -> None:
    visitor.vanish()


async def _vanish_while_told(visitor: Visitor) -> None:
    await visitor.subscribe()
    for _ in range(3):
        await visitor.emit("SEND_PRESENCE_EVENT", {"category": "party.typing", "topicId": TEAM})
    visitor.vanish()


async def _be_refused(visitor: Visitor) -> None:
    visitor.query["token"] = "mock-jwt-nobody"
    answer = await visitor.enter()
    assert answer.startswith("44/chat,"), answer


#: How visitors behave. Those who say nothing in the end close the websocket as they should.
WAYS: tuple[Callable[[Visitor], Awaitable[None]], ...] = (
    _close,
    _leave,
    _vanish,
    _vanish_at_once,
    _vanish_while_told,
    _be_refused,
)


async def visits(root: str, count: int) -> None:
    """So many visits, as many at once as there are users in all the namespaces."""
    turns = iter(range(count))
    generations_and_ways = list(itertools.product((3, 4), WAYS))

    async def visit(name: str, namespace: str) -> None:
        for turn in turns:
            protocol, behave = generations_and_ways[turn % len(generations_and_ways)]
            async with visiting(root, protocol, name, namespace) as visitor:
                await behave(visitor)

    async with asyncio.TaskGroup() as group:
        for name, namespace in itertools.product(_USERS, NAMESPACES):
            group.create_task(visit(name, namespace))
