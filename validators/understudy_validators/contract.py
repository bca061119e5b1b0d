"""A compiled contract: frozen values that judge requests and replies, and know every answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from understudy_validators.answers import Answer
from understudy_validators.bodies import MediaType
from understudy_validators.case import Case
from understudy_validators.course import Course
from understudy_validators.documents import Document
from understudy_validators.errors import UsageError
from understudy_validators.parameters import Parameter
from understudy_validators.realtime import Realtime
from understudy_validators.records import World
from understudy_validators.rules import Check
from understudy_validators.schemas import SchemaValidator


@dataclass(frozen=True, slots=True)
class Success:
    """What an operation answers when nothing is wrong: one for each 2xx status and media type."""

    status: int
    media_type: str
    validator: SchemaValidator | None
    examples: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: how requests reach it, what is checked in which order, and what it can answer."""

    id: str
    method: str
    path: str
    aliases: tuple[str, ...]
    pointer: str
    summary: str
    parameters: tuple[Parameter, ...]
    media_types: tuple[MediaType, ...]
    request_examples: Mapping[str, Mapping[str, Any]]
    security: tuple[Mapping[str, Any], ...]
    checks: tuple[Check, ...]
    answers: Mapping[str, Answer]
    successes: tuple[Success, ...]
    read: Callable[[Case, Mapping[str, str]], None]
    # JSON pointer at which the lists of several schema violations' answers are joined.
    collect: str = ""
    # The checks, ready to run.
    course: Course = field(init=False, compare=False, repr=False)
    # The successes by status and media type.
    promised: Mapping[tuple[int, str], Success] = field(init=False, compare=False, repr=False)
    #: The first of its successes.
    success: Success = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "course", Course(self.checks))
        promised = {(success.status, success.media_type): success for success in reversed(self.successes)}
        object.__setattr__(self, "promised", promised)
        object.__setattr__(self, "success", next(iter(self.successes), None))


@dataclass(frozen=True, slots=True)
class Contract:
    """One API. `framing` names the answer to each situation outside of any operation."""

    name: str
    title: str
    document: Document
    operations: Mapping[str, Operation]
    answers: Mapping[str, Answer]
    framing: Mapping[str, Answer]
    # The first example credential of each security scheme, and how it is sent.
    credentials: Mapping[str, Mapping[str, Any]]
    code_pointer: str
    world: World = field(repr=False)
    now: str = ""
    # Fields, or lists of fields, that differ between the records of a collection.
    unique: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    realtime: Realtime = field(default_factory=Realtime)

    def operation(self, operation_id: str) -> Operation:
        """The operation of that id. Raises `UsageError`, which lists what there is."""
        if operation_id in self.operations:
            return self.operations[operation_id]
        known = ", ".join(sorted(self.operations))
        raise UsageError(f"{self.name} has no operation {operation_id!r}. It has: {known}.")

    @property
    def main_operation(self) -> Operation:
        """The operation that the API is mocked for: the first that creates something, as contracts begin with it."""
        return next((operation for operation in self if operation.method == "POST"), next(iter(self)))

    def named(self, name: str, among: Mapping[str, Answer] | None = None) -> Sequence[Answer]:
        """The answers of that name or with that vendor's code; none, one, or several that share a code."""
        among = self.answers if among is None else among
        if name in among:
            return (among[name],)
        return tuple(answer for answer in among.values() if self.code(answer) == name)

    def code(self, answer: Answer) -> str:
        """The vendor's own code in the answer's body, as a text; empty where there is none."""
        value = answer.value
        for token in (answer.code or self.code_pointer).split("/")[1:]:
            value = value.get(token, "") if isinstance(value, dict) else ""
        return str(value)

    def __iter__(self) -> Iterator[Operation]:
        return iter(self.operations.values())
