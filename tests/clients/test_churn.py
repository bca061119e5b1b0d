"""Connections that come and go leave nothing behind, and one that never reads costs the others nothing."""

from __future__ import annotations

import asyncio
import gc
import json
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.clients.deaf import Deaf
from tests.clients.visits import NAMESPACES, visits
from tests.mockserver.realtime.avaya import TEAM, Socket, entering, token
from tests.mockserver.realtime.inside import inside, until
from tests.servers import Served, serve
from understudy_mockserver.namespaces import State
from understudy_mockserver.realtime import engineio4, packets
from understudy_mockserver.realtime.hub import Connection, Emission

CONTRACT = "avaya-spaces"
COUNT = 500
#: So many visits before memory is measured: by then, whatever is made once has been made.
WARM_UP = 100
#: The one task that python-engineio starts with the first connection and keeps, and what that waits for.
WATCH = Counter(["AsyncServer._service_task", "Event.wait"])
#: Bytes that a connection may leave behind on average. A record of one, or anything that holds one, is larger.
CRUMBS = 500
#: Seconds; only a broken server takes as long.
PATIENCE = 10.0
# A client that does not read has been dropped long before so many events of so many bytes.
EVENTS, PADDING = 5000, "x" * 12_000


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that nobody else is connected to."""
    with serve(tmp_path_factory.mktemp("busy"), CONTRACT) as served:
        if not descriptors_of(served).is_dir():
            pytest.skip("There is no /proc, which tells what a process has open.")
        yield served


def descriptors_of(served: Served) -> Path:
    return Path(f"/proc/{served.process.pid}/fd")


def descriptors(served: Served) -> int:
    """How many files and sockets the server has open."""
    return len(list(descriptors_of(served).iterdir()))


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether the condition holds before long."""
    end = time.monotonic() + PATIENCE
    while not (holds := condition()) and time.monotonic() < end:
        time.sleep(0.01)
    return holds


def test_500_connections_leave_no_file_descriptor_behind(busy: Served) -> None:
    before = descriptors(busy)
    asyncio.run(visits(busy.contracts[CONTRACT], COUNT))
    assert eventually(lambda: descriptors(busy) <= before), (before, descriptors(busy))


@pytest.mark.parametrize(("protocol", "polls_first"), [(3, False), (4, False), (4, True)])
def test_a_subscriber_that_never_reads_is_dropped_and_others_get_everything(
    busy: Served, protocol: int, polls_first: bool
) -> None:
    """It is dropped once more waits for it than the server keeps; others are told in full, and in order."""
    root = busy.contracts[CONTRACT]
    with entering(root, "default") as enter:
        listening = [enter("example", TEAM, protocol=3), enter("gina", TEAM, protocol=4)]
        with Deaf(root, protocol, "ben", polls_first=polls_first) as deaf:
            before = descriptors(busy)
            for number in range(EVENTS):
                assert heard(listening, number) == [number] * 2
                if descriptors(busy) < before:
                    break
            assert descriptors(busy) == before - 1
            assert deaf.is_over()
        assert heard(listening, EVENTS) == [EVENTS] * 2


def heard(listening: list[Socket], number: int) -> list[int]:
    """The number that the first of them says, as they all hear it."""
    content = {"number": number, "padding": PADDING}
    listening[0].emit("SEND_PRESENCE_EVENT", {"category": "party.typing", "topicId": TEAM, "content": content})
    events = [socket.next() for socket in listening]
    assert {name for name, _ in events} == {"PRESENCE_EVENT_RESPONSE"}
    return [payload["content"]["number"] for _, payload in events]


# --- A server in this process


@dataclass(frozen=True)
class Left:
    """What 500 connections left behind in the server: tasks, hub entries, records, objects, and bytes."""

    tasks: Counter[str]
    connections: list[Any]
    rooms: list[str]
    records: list[Any]
    objects: int
    size: int


@pytest.fixture(scope="module")
def left() -> Left:
    tracemalloc.start()
    try:
        return asyncio.run(visited())
    finally:
        tracemalloc.stop()


async def visited() -> Left:
    """What is left after 500 visits."""
    async with inside(CONTRACT) as mock:
        root, before = f"{mock.url}/{CONTRACT}", tasks() + WATCH
        await visits(root, WARM_UP)
        await settled(before)
        states = [mock.state(CONTRACT, namespace) for namespace in NAMESPACES]
        size = traced_but_for_journals(states)
        await visits(root, COUNT)
        await settled(before)
        return Left(
            tasks() - before,
            [connection for state in states for connection in state.hub.connections],
            [room for state in states for room in state.hub.rooms],
            [record for state in states for name in ("connections", "subscriptions") for record in state.world[name]],
            sum(type(found) is Connection for found in gc.get_objects()),
            traced_but_for_journals(states) - size,
        )


def tasks() -> Counter[str]:
    """The tasks that run, by what they run."""
    return Counter(str(getattr(task.get_coro(), "__qualname__", "")) for task in asyncio.all_tasks())


def traced_but_for_journals(states: list[State]) -> int:
    """The bytes in use. Journals keep what happened on purpose, up to their limit."""
    for state in states:
        state.journal.clear()
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


async def settled(wanted: Counter[str]) -> None:
    """Waits, though not for ever, until no other tasks run than these."""
    end = time.monotonic() + PATIENCE
    while tasks() - wanted and time.monotonic() < end:  # noqa: ASYNC110 - no event tells of it
        await asyncio.sleep(0.01)


def test_500_connections_leave_no_task_behind(left: Left) -> None:
    assert left.tasks == Counter()


def test_500_connections_leave_nothing_in_hub_and_world(left: Left) -> None:
    assert (left.connections, left.rooms, left.records) == ([], [], [])


def test_500_connections_leave_no_memory_behind(left: Left) -> None:
    assert left.objects == 0
    assert left.size < COUNT * CRUMBS


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers in this process give up clients of Engine.IO 4 that say nothing for two seconds."""
    monkeypatch.setattr(engineio4, "Server", partial(packets.Server, ping_interval=1, ping_timeout=1))


@pytest.mark.usefixtures("impatient")
def test_a_client_that_falls_silent_is_cut_off_though_it_has_not_read_everything() -> None:
    async def run() -> None:
        async with inside(CONTRACT) as mock:
            hub, before = mock.state(CONTRACT).hub, tasks() + WATCH
            with await asyncio.to_thread(Deaf, f"{mock.url}/{CONTRACT}", 4, "ben") as deaf:
                hub.publish([Emission("MESSAGE_SENT", PADDING * 10, tuple(hub.rooms))] * 100)
                await until(lambda: not hub.connections)
                await settled(before)
                assert tasks() - before == Counter()
                assert await asyncio.to_thread(deaf.is_over)

    asyncio.run(run())


@pytest.mark.usefixtures("impatient")
def test_a_client_that_polls_no_more_is_forgotten() -> None:
    async def run() -> None:
        async with inside(CONTRACT) as mock, httpx.AsyncClient(trust_env=False) as client:
            hub, before = mock.state(CONTRACT).hub, tasks() + WATCH
            url = f"{mock.url}/{CONTRACT}/socket.io/?EIO=4&transport=polling"
            session = json.loads((await client.get(url)).text[1:])["sid"]
            query = {"token": token("ben"), "tokenType": "jwt"}
            await client.post(f"{url}&sid={session}", content=f"40/chat,{json.dumps(query)}")
            assert len(hub.connections) == 1
            await until(lambda: not hub.connections)
            await settled(before)
            assert tasks() - before == Counter()

    asyncio.run(run())
