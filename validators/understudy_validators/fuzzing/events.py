"""An event, or the connection to a namespace, as something that drafts are judged by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import orjson

from understudy_validators import judging, sockets
from understudy_validators.answers import as_text
from understudy_validators.case import Quotas
from understudy_validators.catalogue import Step
from understudy_validators.contract import Contract
from understudy_validators.fuzzing.drafts import Draft, Tokens
from understudy_validators.fuzzing.subjects import LONGEST_QUERY, Node
from understudy_validators.judging import NO_QUOTAS, Verdict
from understudy_validators.realtime import CONNECT, Channel, Event
from understudy_validators.records import World
from understudy_validators.schemas import located
from understudy_validators.sockets import SocketStep
from understudy_validators.wire import JSON, NOTHING

#: The place of a draft that says how often something comes before it: connections, or the event that it needs.
BEFORE: Tokens = ("headers", "before")
NONE = "0"
_CONNECTIONS = "connections"
_NAMES = "bcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Needed:
    """An event that another needs to have been accepted on the same connection, for a record to be there.

    `collection` is where that record is looked for, `fields` its fields by path. The value at the other event's place
    `at` goes to the place `to` in this one's payload.
    """

    event: Event
    payload: Any
    at: Tokens
    to: Tokens
    collection: str
    fields: Mapping[str, str]


class EventSubject:
    """An event, in a world, on a connection that the draft's `query` opens."""

    def __init__(self, contract: Contract, event: Event, world: World, now: float) -> None:
        self.contract, self.event, self.now = contract, event, now
        self.world = world.copy()
        self.id, self.checks = event.id, event.checks
        self.document: Node = contract.realtime.document.data if contract.realtime.document else {}
        self.channel: Channel = contract.realtime.channels[event.namespace]
        self.bodies: Mapping[str, Any] = {JSON: event.schema}
        self.is_connect = event.name == CONNECT
        self.needed = None if self.is_connect else self._needed()
        self._connections: dict[bytes, Mapping[str, Any] | None] = {}

    def place(self, tokens: Tokens) -> Tokens:
        """What the handshake carries is its query and its body at once."""
        return ("body", *tokens[1:]) if self.is_connect and tokens[0] == "query" else tokens

    def parameter_schema(self, tokens: Tokens) -> Any:
        """None: events have no parameters."""
        return True

    def is_text(self, tokens: Tokens) -> bool:
        """Whether it is carried by a handshake."""
        return self.is_connect and len(tokens) > 1

    def extra_moves(self) -> Iterator[tuple[tuple[Tokens, Any], ...]]:
        """Without what is needed before; with as many connections as are allowed already."""
        if self.needed:
            yield ((BEFORE, NONE),)
        yield from (((BEFORE, str(limit)),) for limit in self._limits())

    def _limits(self) -> Iterator[int]:
        for check in self.checks if self.is_connect else ():
            rule = located(check.pointer, self.document)[1] if check.pointer else {}
            if rule.get("unique") == _CONNECTIONS:
                yield rule.get("limit", 1)

    def starts(self) -> Iterator[Draft]:
        """Its examples; then the events that its answers' triggers end in."""
        yield from self.examples()
        for answer in self.event.answers.values():
            last = answer.trigger[-1] if answer.trigger else {}
            if last.get("emit") == self.event.name:
                yield replace(self._on_connection(), body=sockets.build(self.contract, last).payload)

    def examples(self) -> Iterator[Draft]:
        """Its examples; an event's on the first connection that the contract has as an example."""
        values: list[Any] = list(self.event.examples.values()) or [{}]
        yield from (replace(self._on_connection(), body=value) for value in values)

    def _on_connection(self) -> Draft:
        example: Mapping[str, Any] = next(iter(self.channel.connect.examples.values()), {})
        return Draft(query={} if self.is_connect else example, body=NOTHING, media_type=JSON)

    def schema(self, draft: Draft) -> Any:
        """The schema of the payload."""
        return self.event.schema

    def step(self, draft: Draft) -> SocketStep:
        """The step."""
        if self.is_connect:
            return self._connect(_texts(draft.body))
        payload = None if draft.body is NOTHING else draft.body
        return SocketStep("emit", event=self.event.name, payload=payload, operation=self.id)

    def _connect(self, query: Mapping[str, str], name: str = "a") -> SocketStep:
        return SocketStep("connect", name, self.event.namespace, query, operation=self.channel.connect.id)

    def before(self, draft: Draft) -> tuple[Step, ...]:
        """The connection, and what else is needed."""
        if self.is_connect:
            count = int(draft.headers.get("before", NONE))
            return tuple((1, self._connect(_texts(draft.body), name)) for name in _NAMES[:count])
        first: Step = (1, self._connect(_texts(draft.query)))
        needed = self._needed_payload(draft)
        if needed is NOTHING or self.needed is None or not self._is_accepted(draft, needed):
            return (first,)
        event = self.needed.event
        return first, (1, SocketStep("emit", event=event.name, payload=needed, operation=event.id))

    def judge(self, draft: Draft, quotas: Quotas = NO_QUOTAS) -> Verdict | None:
        """What is found of it; `None` where the connection itself is refused."""
        if self.is_connect:
            return self._judge_connect(draft)
        view = self._view(draft)
        if view is None:
            return None
        with self._records(self._of_needed(draft, view)):
            return judging.judge_event(self.event, self.step(draft).payload, view, self.world, self.now, quotas)

    def _judge_connect(self, draft: Draft) -> Verdict | None:
        if not isinstance(draft.body, Mapping):
            return None
        query = _texts(draft.body)
        if len(urlencode(query)) > LONGEST_QUERY:
            return None
        verdict = judging.judge_connect(self.event, query, self.world, self.now)
        count = int(draft.headers.get("before", NONE))
        if not count or not verdict.accepted:
            return verdict
        records = [(_CONNECTIONS, {**self._connection(verdict.view), "id": f"connection-{n}"}) for n in range(count)]
        with self._records(records):
            return judging.judge_connect(self.event, query, self.world, self.now)

    def _connection(self, view: Mapping[str, Any]) -> dict[str, Any]:
        user = view.get("token", {}).get("userId")
        return {"id": "connection", "userId": user, "namespace": self.event.namespace}

    def _view(self, draft: Draft) -> Mapping[str, Any] | None:
        """What is known of the connection; `None` if it is refused."""
        query = _texts(draft.query)
        key = orjson.dumps(query)
        if key not in self._connections:
            verdict = judging.judge_connect(self.channel.connect, query, self.world, self.now)
            view = {name: value for name, value in verdict.view.items() if name != "body"}
            self._connections[key] = {**view, "connection": self._connection(view)} if verdict.accepted else None
        return self._connections[key]

    @contextmanager
    def _records(self, records: Sequence[tuple[str, Mapping[str, Any]]]) -> Iterator[None]:
        """A world with these records as well."""
        inserted = [(name, self.world[name].insert(record)) for name, record in records]
        try:
            yield
        finally:
            for name, record in inserted:
                self.world[name].remove(record)

    def _of_needed(self, draft: Draft, view: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
        """The record that the needed event has left, where it was accepted."""
        payload = self._needed_payload(draft)
        if self.needed is None or payload is NOTHING or not self._is_accepted(draft, payload):
            return []
        connection = view["connection"]
        value = draft.get(self.needed.at)
        fields = {
            field: connection.get(path.partition(".")[2]) if path.startswith("connection.") else value
            for field, path in self.needed.fields.items()
        }
        return [(self.needed.collection, fields)]

    def _needed_payload(self, draft: Draft) -> Any:
        if self.needed is None or draft.headers.get("before") == NONE:
            return NOTHING
        value = draft.get(self.needed.at)
        if not isinstance(value, str | int):
            return NOTHING
        template = Draft(body=self.needed.payload)
        return template.put(self.needed.to, value, self.needed.event.schema, self.document).body

    def _is_accepted(self, draft: Draft, payload: Any) -> bool:
        view = self._view(draft)
        if view is None or self.needed is None:
            return False
        return judging.judge_event(self.needed.event, payload, view, self.world, self.now).accepted

    def _needed(self) -> Needed | None:
        """The event that a rule of this one needs: the contract's own triggers show which."""
        for check in self.checks:
            rule = located(check.pointer, self.document)[1] if check.pointer else {}
            where = {field: path for field, path in rule.get("where", {}).items() if isinstance(path, str)}
            if "lookup" in rule and any(path.startswith("connection.") for path in where.values()):
                ways = [tuple(path.split(".")) for path in where.values() if path.startswith("body.")]
                return self._shown(rule["lookup"], where, ways[0]) if len(ways) == 1 else None
        return None

    def _shown(self, collection: str, fields: Mapping[str, str], at: Tokens) -> Needed | None:
        for answer in (a for event in self.channel for a in event.answers.values()):
            steps = [step for step in answer.trigger if "emit" in step]
            for one, other in pairwise(steps):
                if other["emit"] != self.event.name or one["emit"] == other["emit"]:
                    continue
                first, second = sockets.build(self.contract, one), sockets.build(self.contract, other)
                value = Draft(body=second.payload).get(at)
                to = next((tokens for tokens, leaf in _leaves(first.payload, ("body",)) if leaf == value), None)
                if to and value is not NOTHING:
                    event = sockets.find_event(self.contract, first.event)
                    return Needed(event, first.payload, at, to, collection, fields)
        return None


def _leaves(value: Any, at: Tokens) -> Iterator[tuple[Tokens, Any]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, (*at, name))
    elif isinstance(value, str | int):
        yield at, value


def _texts(values: Any) -> dict[str, str]:
    """What a handshake carries: texts."""
    if not isinstance(values, Mapping):
        return {}
    return {str(name): as_text(value) for name, value in values.items() if value is not None}
