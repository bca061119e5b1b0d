"""Faults of events that are asked for out of band, and connections that are cut."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from tests.mockserver.control.steering import REPLYKE, Steered, wire_of
from tests.mockserver.realtime.inside import until
from understudy_mockserver.server import serving
from understudy_validators import sockets
from understudy_validators.socket_client import SocketClient

CREATED = "message:created"
PATIENCE = 20


class Room:
    """Alice listens to her conversation; Bob writes."""

    def __init__(self, url: str, client: httpx.AsyncClient, alice: SocketClient, steered: Steered) -> None:
        self.url = url
        self.client = client
        self.alice = alice
        self.state = steered.app.namespaces.state("t", "replyke")

    async def fault(self, **body: Any) -> None:
        response = await self.client.post("/_understudy/namespaces/t/faults", json={"contract": "replyke", **body})
        assert response.status_code == 201, response.text

    async def say(self, *texts: str) -> None:
        for text in texts:
            asked = wire_of({"send": "sendMessage", "as": "bob-token", "patch": {"content": text}}, "t")
            response = await self.client.request(asked.pop("method"), asked.pop("path"), **asked)
            assert response.status_code == 201

    async def heard(self, count: int) -> list[str]:
        """The next texts that come; fewer if no more do."""
        return [payload["content"] for _, payload in await self.alice.collect(count, PATIENCE)]


def in_room(play: Callable[[Room], Awaitable[None]]) -> None:
    """Plays in a room of its own."""
    steered = Steered()

    async def run() -> None:
        async with serving(steered.app) as url, httpx.AsyncClient(base_url=url, trust_env=False) as client:
            step = sockets.build(REPLYKE, {"connect": "/", "as": "alice-token"})
            alice = await SocketClient.open(f"{url}/~t/replyke", "/", step.query)
            async with alice:
                join = sockets.build(REPLYKE, {"emit": "join:conversation"})
                await alice.emit(join.event, join.payload)
                room = Room(url, client, alice, steered)
                await until(lambda: any("conversation" in name for name in room.state.hub.rooms))
                await play(room)

    asyncio.run(run())


def test_events_are_dropped_so_often() -> None:
    async def play(room: Room) -> None:
        await room.fault(fault="drop", event=CREATED, times=1)
        await room.say("one", "two")
        assert await room.heard(1) == ["two"]

    in_room(play)


def test_events_come_twice() -> None:
    async def play(room: Room) -> None:
        await room.fault(fault="duplicate", times=1)
        await room.say("one", "two")
        assert await room.heard(3) == ["one", "one", "two"]

    in_room(play)


def test_events_come_late() -> None:
    async def play(room: Room) -> None:
        await room.fault(fault="delay", event=CREATED, times=1, seconds=0.3)
        await room.say("one", "two")
        assert await room.heard(2) == ["two", "one"]

    in_room(play)


def test_events_come_in_the_opposite_order() -> None:
    async def play(room: Room) -> None:
        await room.fault(fault="reorder", event=CREATED, times=3)
        await room.say("one", "two", "three", "four")
        assert await room.heard(4) == ["three", "two", "one", "four"]

    in_room(play)


def test_what_is_held_back_comes_when_the_fault_is_cleared() -> None:
    async def play(room: Room) -> None:
        await room.fault(fault="reorder", times=5)
        await room.say("one")
        cleared = await room.client.delete("/_understudy/namespaces/t/faults")
        assert cleared.json() == {"cleared": 1}
        assert await room.heard(1) == ["one"]

    in_room(play)


def test_other_events_are_left_alone() -> None:
    async def play(room: Room) -> None:
        await room.fault(fault="drop", event="message:deleted")
        await room.say("one")
        assert await room.heard(1) == ["one"]

    in_room(play)


def test_whoever_should_have_heard_is_cut_off() -> None:
    async def play(room: Room) -> None:
        await room.fault(fault="disconnect", event=CREATED, times=1)
        await room.say("one")
        await until(lambda: not room.state.hub.connections)
        listed = (await room.client.get("/_understudy/namespaces/t/faults")).json()["orders"]
        assert [(order["fault"], order["used"], order["left"]) for order in listed] == [("disconnect", 1, 0)]

    in_room(play)


@pytest.mark.parametrize(("caller", "count"), [("alice", 1), ("bob", 0), (None, 1)])
def test_sockets_are_cut_at_once(caller: str | None, count: int) -> None:
    async def play(room: Room) -> None:
        body = {"contract": "replyke", **({"caller": caller} if caller else {})}
        cut = await room.client.post("/_understudy/namespaces/t/disconnect", json=body)
        assert cut.json() == {"disconnected": count}
        await until(lambda: len(room.state.hub.connections) == 1 - count)

    in_room(play)


def test_chance_repeats_with_the_seed() -> None:
    def dropped() -> list[str]:
        found: list[str] = []

        async def play(room: Room) -> None:
            await room.fault(fault="drop", event=CREATED, probability=0.5)
            await room.say(*[str(number) for number in range(12)])
            await room.client.delete("/_understudy/namespaces/t/faults")
            await room.say("end")
            while not found or found[-1] != "end":
                found.extend(await room.heard(1))

        in_room(play)
        return found

    first = dropped()
    assert 1 < len(first) < 13
    assert dropped() == first


def test_chance_of_answers_repeats_with_the_seed() -> None:
    def statuses(namespace: str) -> list[int]:
        steered = Steered()
        body = {"contract": "replyke", "fault": "status", "status": 500, "probability": 0.5}
        steered.ok("POST", "/faults", body, namespace)
        return [steered.send(namespace=namespace).status_code for _ in range(20)]

    assert statuses("a") == statuses("b")
    assert set(statuses("a")) == {201, 500}


def test_chance_takes_no_ids_away() -> None:
    plain, unlucky = Steered(), Steered()
    unlucky.ok("POST", "/faults", {"contract": "replyke", "fault": "latency", "seconds": 0, "probability": 0.5})
    assert [plain.send().content for _ in range(5)] == [unlucky.send().content for _ in range(5)]


@pytest.mark.parametrize(
    "body",
    [
        {"fault": "latency"},
        {"fault": "delay"},
        {"fault": "nope"},
        {"fault": "latency", "seconds": 301},
        {"fault": "latency", "seconds": {"uniform": [1]}},
        {"fault": "drop", "operation": "sendMessage"},
        {"fault": "reset", "event": CREATED},
        {"fault": "reorder", "times": 1},
        {"fault": "status", "status": 404},
        {"fault": "drop", "event": "nope"},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(body: dict[str, Any]) -> None:
    assert Steered().call("POST", "/faults", {"contract": "replyke", **body}).status_code == 400
