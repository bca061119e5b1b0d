"""The realtime part of a contract: Socket.IO events that clients emit, and those that the server emits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from understudy_validators.answers import Answer
from understudy_validators.bodies import MediaType
from understudy_validators.course import Course
from understudy_validators.documents import Document
from understudy_validators.rules import Check
from understudy_validators.schemas import SchemaValidator

#: The event that stands for the connection to a namespace itself.
CONNECT = "connect"
#: The event with which a connection is refused.
CONNECT_ERROR = "connect_error"


@dataclass(frozen=True, slots=True)
class Event:
    """An event that clients emit: what is checked in which order, and what it can be refused with."""

    id: str
    name: str
    namespace: str
    pointer: str
    summary: str
    payload: MediaType
    schema: Any
    examples: Mapping[str, Any]
    checks: tuple[Check, ...]
    answers: Mapping[str, Answer]
    # Names of the security schemes of a connection; the first is the one that examples use.
    security: tuple[str, ...] = ()
    # The checks, ready to run.
    course: Course = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "course", Course(self.checks))


@dataclass(frozen=True, slots=True)
class Channel:
    """A Socket.IO namespace: its connection, the events that it takes, and the schemas of those that it emits."""

    namespace: str
    connect: Event
    events: Mapping[str, Event]
    emissions: Mapping[str, SchemaValidator]

    def __iter__(self) -> Iterator[Event]:
        yield self.connect
        yield from self.events.values()


@dataclass(frozen=True, slots=True)
class Realtime:
    """All channels of a contract, by namespace. An API without events has none."""

    channels: Mapping[str, Channel] = field(default_factory=dict)
    document: Document | None = None
    # The words of each security scheme: where its example credential stands, and how it is sent.
    credentials: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Event]:
        for channel in self.channels.values():
            yield from channel

    @property
    def answers(self) -> list[Answer]:
        """Every refusal, each event's own, in the order in which the document lists them."""
        found: dict[tuple[str, str], Answer] = {}
        for event in self:
            for answer in event.answers.values():
                found.setdefault((answer.event, answer.name), answer)
        return list(found.values())
