"""The hub of one API in one namespace: who is connected, who listens where, and what reaches them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from understudy_mockserver.context import Context
from understudy_mockserver.realtime.faults import Faults

#: Events that wait for a client to read them. One that lets more pile up is dropped, and costs the others nothing.
MAX_WAITING = 256
#: The event that is none: what goes out under this name acknowledges the client's own event instead.
ACK = "ack"


@dataclass(frozen=True, slots=True)
class Emission:
    """An event on its way: to every connection in one of the rooms `to`, once each.

    `own` are keys that only the connection `source` gets on top; `others`: `source` itself gets nothing.
    """

    event: str
    payload: Any
    to: tuple[str, ...]
    own: Mapping[str, Any] | None = None
    source: str = ""
    others: bool = False

    def payload_for(self, connection_id: str) -> Any:
        """What the connection gets."""
        if self.own and connection_id == self.source and isinstance(self.payload, dict):
            return {**self.payload, **self.own}
        return self.payload


@dataclass(slots=True, eq=False)
class Connection:
    """One client's connection to one Socket.IO namespace. `view` is what rules know of it: query, token, caller.

    `drop` ends its transport at once; `waiting` holds what the transport's writer has not sent yet.
    """

    id: str
    namespace: str
    context: Context
    hub: Hub
    drop: Callable[[], None]
    view: dict[str, Any] = field(default_factory=dict)
    rooms: set[str] = field(default_factory=set)
    waiting: asyncio.Queue[tuple[str, Any]] = field(default_factory=lambda: asyncio.Queue(MAX_WAITING))
    # The name of an answer that its next event is to be refused with.
    preferred: str = ""
    # What acknowledges the event that it emitted last.
    acknowledgement: list[Any] = field(default_factory=list)

    def join(self, room: str) -> None:
        """From now on it gets what is emitted to the room."""
        self.rooms.add(room)
        self.hub.rooms.setdefault(room, {})[self.id] = self

    def leave(self, room: str) -> None:
        """Undoes `join`."""
        self.rooms.discard(room)
        members = self.hub.rooms.get(room, {})
        members.pop(self.id, None)
        if not members:
            self.hub.rooms.pop(room, None)

    def send(self, event: str, payload: Any) -> None:
        """Queues an event; a client that reads too slowly is dropped."""
        if event == ACK:
            self.acknowledgement = [payload]
            return
        try:
            self.waiting.put_nowait((event, payload))
        except asyncio.QueueFull:
            self.hub.remove(self)
            self.drop()


#: Told of each event that is delivered, and of the connections that it goes to.
Observer = Callable[[Emission, tuple[str, ...]], None]


def own_room(connection_id: str) -> str:
    """The room of one connection alone."""
    return f"connection:{connection_id}"


def user_room(user_id: Any) -> str:
    """The room of all of a user's connections."""
    return f"user:{user_id}"


class Hub:
    """Connections and rooms. Every event passes `publish`, and the faults that a test has asked for."""

    def __init__(self, observe: Observer | None = None) -> None:
        self._observe = observe
        self.connections: dict[str, Connection] = {}
        self.rooms: dict[str, dict[str, Connection]] = {}
        self.faults: Faults[Emission] = Faults()
        self._timers: set[asyncio.TimerHandle] = set()
        #: Where a list is here, late events wait in it for whoever plays a recording, instead of for their time.
        self.held: list[Emission] | None = None

    def add(self, connection: Connection, user_id: Any) -> None:
        """Takes a connection in; it is in its own room, and in its user's."""
        self.connections[connection.id] = connection
        connection.join(own_room(connection.id))
        connection.join(user_room(user_id))

    def remove(self, connection: Connection) -> None:
        """Forgets a connection."""
        self.connections.pop(connection.id, None)
        for room in list(connection.rooms):
            connection.leave(room)

    def disconnect(self, user_id: Any) -> int:
        """Cuts all of a user's connections, as a lost network would; returns how many there were."""
        lost = list(self.rooms.get(user_room(user_id), {}).values())
        for connection in lost:
            connection.drop()
        return len(lost)

    def publish(self, emissions: Iterable[Emission]) -> None:
        """Sends each event to its rooms, as the faults have it."""
        for emission in emissions:
            for seconds, event in self.faults.apply(emission):
                if seconds:
                    self._later(seconds, event)
                else:
                    self._deliver(event)

    def close(self) -> None:
        """Cancels what was to be sent later, and cuts every connection."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        for connection in list(self.connections.values()):
            self.remove(connection)
            connection.drop()

    def release(self, emission: Emission) -> None:
        """Delivers an event that is held."""
        if self.held is not None:
            self.held.remove(emission)
            self._deliver(emission)

    def _later(self, seconds: float, emission: Emission) -> None:
        if self.held is not None:
            self.held.append(emission)
            return

        def fire() -> None:
            self._timers.discard(timer)
            self._deliver(emission)

        timer = asyncio.get_running_loop().call_later(seconds, fire)
        self._timers.add(timer)

    def _deliver(self, emission: Emission) -> None:
        reached = {key: found for room in emission.to for key, found in self.rooms.get(room, {}).items()}
        if emission.others:
            reached.pop(emission.source, None)
        if self._observe:
            self._observe(emission, tuple(reached))
        for key, connection in reached.items():
            connection.send(emission.event, emission.payload_for(key))
