"""What an API's module in `providers/` is made of: a `Call` goes in, a `Reply` comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from understudy_mockserver.blobs import Blobs
from understudy_mockserver.ids import Ids
from understudy_mockserver.realtime.hub import Connection, Emission, Hub
from understudy_validators import times
from understudy_validators.case import Upload
from understudy_validators.contract import Operation
from understudy_validators.realtime import Event
from understudy_validators.records import World
from understudy_validators.values import value


@value
class Call:
    """An accepted request or event, as a handler sees it. Every limit and rule of the contract holds already.

    `view` is what the rules saw, bindings included. `files` are the uploads that the view's file objects number
    with `upload`. `now` is in Unix seconds. `base_url` is the contract's root as the client reaches it, without a
    slash at its end, in the client's own namespace. `connection` is the one that an event came through. What the
    handler emits is sent once it has ended well; where it is not `heard`, nobody is connected who could be told.
    """

    operation: Operation | Event | None
    view: Mapping[str, Any]
    files: Sequence[Upload]
    world: World
    blobs: Blobs
    ids: Ids
    now: float
    base_url: str
    hub: Hub = field(default_factory=Hub)
    connection: Connection | None = None
    emissions: list[Emission] = field(default_factory=list)
    heard: bool = True

    def emit(
        self, event: str, payload: Any, *to: str, own: Mapping[str, Any] | None = None, others: bool = False
    ) -> None:
        """Emits an event to rooms (`user_room`, `own_room`, or any that connections joined), to each connection once.

        `own`: keys that only the connection which this call came through gets on top; `others`: it gets nothing.
        """
        source = self.connection.id if self.connection else ""
        self.emissions.append(Emission(event, payload, to, own, source, others))

    @property
    def body(self) -> dict[str, Any]:
        """The request's body."""
        body: dict[str, Any] = self.view["body"]
        return body

    @property
    def path(self) -> Mapping[str, Any]:
        """The path parameters."""
        path: Mapping[str, Any] = self.view["path"]
        return path

    @property
    def time(self) -> str:
        """The time of the call: ISO 8601, UTC, milliseconds."""
        return times.iso(self.now)


@value
class Reply:
    """What a handler answers. Status and media type are those of the contract's first success unless said."""

    body: Any = None
    status: int | None = None
    media_type: str | None = None
    headers: Mapping[str, str] | None = None


Handler = Callable[[Call], Reply]
#: Acts on an event that a client emitted; what it has to say, it emits.
EventHandler = Callable[[Call], None]


@dataclass(frozen=True, slots=True)
class Provider:
    """One API's part of the mock: its contract's name, and a handler for each operationId.

    `events` has handlers by the operation's name in `asyncapi.yaml`; `connect` and `disconnect` may be among them.
    `prepare` completes a fresh world before anyone sees it, such as the bytes of files that the world lists.
    """

    name: str
    handlers: Mapping[str, Handler]
    events: Mapping[str, EventHandler] = field(default_factory=dict)
    prepare: Callable[[World, Blobs], None] = lambda world, blobs: None
