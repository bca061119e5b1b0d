"""Conversations with two servers at once: each step goes to the mock first, then to the server under test.

The mock is the model: what it answers is what the contract says in the state that the steps before have led to. So
what no single exchange shows comes to light: a page with a gap, an event that comes twice, a field that should not
have been stored, a refused request that changed something.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Protocol

from understudy_validators.checking.comparison import Correspondence, scalars
from understudy_validators.checking.conformance import Conformance, body_of, media_type_of
from understudy_validators.checking.finding import Difference
from understudy_validators.checking.target import Target
from understudy_validators.checking.who import ANYWHERE, Who
from understudy_validators.contract import Contract, Operation
from understudy_validators.exchange import Exchange
from understudy_validators.records import World
from understudy_validators.sockets import SocketStep
from understudy_validators.wire import NOTHING, WireRequest

#: Seconds in which an event is expected of which the mock had one: from a server far away, and from one that is a mock.
EVENT_WAIT, MOCK_WAIT = 2.0, 0.3
_REFUSED = 400
_VERDICT = "understudy-verdict"


class Model(Protocol):
    """A mock of the contract, whose state can be looked into."""

    @property
    def target(self) -> Target:
        """The mock, as a server to send to."""
        ...

    def world(self) -> World:
        """What it holds now."""
        ...

    def delivered(self) -> int:
        """How many events it has sent over sockets since the last `begin` of its target."""
        ...


class DifferenceError(Exception):
    """The servers differ; `trail` are the exchanges of the one under test, the last one shows it."""

    def __init__(self, operation: str, differences: Sequence[Difference], trail: Sequence[Exchange], step: Any) -> None:
        super().__init__(differences[0].message)
        self.operation = operation
        self.differences = tuple(differences)
        self.trail = tuple(trail)
        self.step = step


class Pair:
    """The mock and the server under test, side by side; a system for conversations."""

    def __init__(self, contract: Contract, model: Model, target: Target) -> None:
        self.contract = contract
        self._model = model
        self._target = target
        self._who = target.who
        self._conformance = Conformance(contract)
        self._known = frozenset(scalars([list(contract.world[name]) for name in contract.world]))
        self._same = Correspondence(self._known)
        self._trail: list[Exchange] = []
        self._delivered = 0

    def begin(self) -> None:
        """Both start anew, where the one under test can."""
        self._model.target.begin()
        self._target.begin()
        self._same = Correspondence(self._known)
        self._trail = []
        self._delivered = 0

    def world(self) -> World:
        """What the mock holds now."""
        return self._model.world()

    def call(self, request: WireRequest) -> Exchange:
        """Sends a request to both. Raises `DifferenceError` where their answers differ."""
        operation = self.contract.operation(request.operation)
        expected = self._model.target.send(request)
        self._same.sent([request.body if request.body is not NOTHING else None, request.parts, request.query])
        self._target.who = _with_counterparts(self._who, self._same)
        actual = self._target.send(request)
        self._trail.append(actual)
        self._raise(operation.id, [*self._answers(operation, expected, actual)], request)
        self._raise(operation.id, [*self._events()], request)
        return expected

    def take(self, step: SocketStep) -> bool:
        """Takes a step over a socket of both, and says whether the mock let it in.

        Raises `DifferenceError` where the servers differ.
        """
        expected = self._model.target.take(step)
        self._same.sent(step.payload)
        self._target.who = _with_counterparts(self._who, self._same)
        actual = self._target.take(step)
        if (expected.refused is None) != (actual.refused is None):
            message = f"{step.kind} {step.namespace or step.event}: the mock answers {expected.refused or 'nothing'}"
            difference = Difference(
                rule="events", path="/events", expected=expected.refused, actual=actual.refused, message=message
            )
            self._raise(step.operation, [difference], step)
        self._raise(step.operation, [*self._events()], step)
        return expected.client is not None

    def end(self) -> None:
        """Ends a conversation: nothing more may have come than the mock had sent."""
        for name in list(self._target.sockets):
            surplus = self._target.listen(name, 1, 0.1)
            self._raise("", [*self._event_differences([], surplus)], None)

    def _raise(self, operation: str, differences: Sequence[Difference], step: Any) -> None:
        if differences:
            raise DifferenceError(operation, differences, self._trail, step)

    def _answers(self, operation: Operation, expected: Exchange, actual: Exchange) -> Iterator[Difference]:
        rule = expected.header(_VERDICT).partition("rule=")[2]
        if actual.status != expected.status:
            yield Difference(
                rule=rule or ("server-error" if actual.status >= 500 else "status"),
                path="/status",
                expected=expected.status,
                actual=actual.status,
                message=f"answered with {actual.status} where the mock answers {expected.status}"
                + (f" by {rule}" if rule else ""),
            )
            return
        broken = list(self._conformance.promised(operation, actual))
        if broken:
            yield from broken
        elif expected.status < _REFUSED:
            if "json" in media_type_of(expected):
                yield from self._same.differences(body_of(expected), body_of(actual))
        elif self._name(operation, expected) != self._name(operation, actual):
            message = f"refused with {self._name(operation, actual)}, where the mock's answer is by {rule}"
            yield Difference(
                rule=rule,
                path="/body",
                expected=self._name(operation, expected),
                actual=self._name(operation, actual),
                message=message,
            )

    def _name(self, operation: Operation, exchange: Exchange) -> str:
        answer = self._conformance.answer(operation, exchange)
        return answer.name if answer else ""

    def _events(self) -> Iterator[Difference]:
        """Compares the events that the last step caused."""
        count = self._model.delivered() - self._delivered
        self._delivered += count
        for name in self._model.target.sockets:
            expected = self._model.target.listen(name, count, EVENT_WAIT) if count else []
            wait = MOCK_WAIT if self._target.renews else EVENT_WAIT
            actual = self._target.listen(name, count, wait) if count else []
            yield from self._event_differences(expected, actual)

    def _event_differences(self, expected: Sequence[Any], actual: Sequence[Any]) -> Iterator[Difference]:
        names, others = [name for name, _ in expected], [name for name, _ in actual]
        if names != others:
            message = f"events {others} came where the mock sends {names}"
            yield Difference(rule="events", path="/events", expected=names, actual=others, message=message)
            return
        for (name, payload), (_, other) in zip(expected, actual, strict=True):
            for difference in self._same.differences(payload, other, f"/events/{name}"):
                yield replace(difference, rule="events")


def _with_counterparts(who: Who, same: Correspondence) -> Who:
    """Who is who, with what the servers have made up since."""
    made_up = {(ANYWHERE, mine): theirs for mine, theirs in same.counterparts.items() if mine != theirs}
    return who.also(made_up) if made_up else who
