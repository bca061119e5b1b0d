"""Judging what came back through a socket: that an event was let through, or refused as the contract says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from understudy_validators import pointers
from understudy_validators.answers import Answer
from understudy_validators.checking.finding import Difference
from understudy_validators.checking.recognition import fits
from understudy_validators.checking.target import Connection
from understudy_validators.contract import Contract
from understudy_validators.event_compiler import event_operations
from understudy_validators.realtime import CONNECT, CONNECT_ERROR, Event
from understudy_validators.schemas import located
from understudy_validators.violation import Violation, shorten

Received = tuple[str, Any]
#: The name under which an acknowledgement's argument stands among messages.
ACK = "ack"


class EventConformance:
    """The realtime side of a contract, ready to judge what servers emit."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        channels = contract.realtime.channels.values()
        self._emissions = {name: schema for channel in channels for name, schema in channel.emissions.items()}
        # Names of messages that are no mere refusals.
        self._telling = {ACK, *_told(contract)}

    def connected(self, event: Event, connection: Connection, expected: Violation | None) -> list[Difference]:
        """What is wrong with how a connection was answered."""
        came = [] if connection.client else [(CONNECT_ERROR, connection.refused)]
        return self.answered(event, came, expected)

    def answered(self, event: Event, came: Sequence[Received], expected: Violation | None) -> list[Difference]:
        """What is wrong with the events that came after one was sent; `expected` is why it had to be refused."""
        refusals = [(name, payload) for name, payload in came if self._is_refusal(event, name, payload)]
        if expected is None:
            found = [self._refused(event, *refusal) for refusal in refusals]
            return [*found, *self.promised(came)]
        answer = event.answers[expected.answer]
        if not refusals:
            return [_let_through(event, answer, expected)]
        return [*self._other(refusals[0], answer, expected), *self.promised(came)]

    def _is_refusal(self, event: Event, name: str, payload: Any) -> bool:
        """Whether something refuses the event: what tells other things as well must have a refusal's body."""
        answers = [answer for answer in event.answers.values() if answer.event == name]
        return any(name not in self._telling or self.is_answer(answer, payload) for answer in answers)

    def promised(self, came: Sequence[Received]) -> Iterator[Difference]:
        """Events that the contract does not have, or that break the schemas it has for them."""
        for name, payload in came:
            schema = self._emissions.get(name)
            if schema is None and name != CONNECT_ERROR:
                yield Difference(
                    rule="events",
                    path="/events",
                    expected=sorted(self._emissions),
                    actual=name,
                    message=f"the event {name} is none that the contract has",
                )
            elif schema is not None:
                for finding in schema.findings(payload):
                    violation = finding.violation(f"/events/{name}", "")
                    yield Difference(
                        rule=violation.rule,
                        path=violation.path,
                        expected=violation.limit,
                        actual=violation.actual,
                        message=f"the event {name} breaks the contract at {violation.path}: {violation.message}",
                    )

    def _refused(self, event: Event, name: str, payload: Any) -> Difference:
        message = f"an event that breaks nothing was refused with {name}: {shorten(payload)!r}"
        return Difference(rule="events", path="/events", expected=event.name, actual=name, message=message)

    def _other(self, refusal: Received, wanted: Answer, expected: Violation) -> Iterator[Difference]:
        name, payload = refusal
        if name != wanted.event or not self.is_answer(wanted, payload):
            yield Difference(
                rule=expected.rule,
                path=f"/events/{name}",
                expected={wanted.event: wanted.value},
                actual={name: shorten(payload)},
                message=f"refused, but with {name} {shorten(payload)!r} instead of {wanted.event} {wanted.name}",
            )

    def is_answer(self, answer: Answer, payload: Any) -> bool:
        """Whether the payload is the answer's, apart from what it echoes."""
        if answer.echo and isinstance(payload, dict) and isinstance(answer.value, dict):
            payload = {key: value for key, value in payload.items() if key in answer.value}
        return fits(answer.value, payload)


def _told(contract: Contract) -> Iterator[str]:
    """Names of the messages that a server sends of itself."""
    document = contract.realtime.document
    if document is None:
        return
    for _, operation in event_operations(document.data):
        if operation["action"] == "send":
            for reference in operation["messages"]:
                pointer = reference["$ref"].removeprefix("#")
                yield located(pointer, document.data)[1].get("name", pointers.split(pointer)[-1])


def _let_through(event: Event, answer: Answer, expected: Violation) -> Difference:
    what = "a connection was let in" if event.name == CONNECT else f"{event.name} was let through"
    return Difference(
        rule=expected.rule,
        path=expected.path,
        expected=f"{answer.event} {answer.name}",
        actual=None,
        message=f"{what}, although {expected.path or 'it'} breaks {expected.rule}"
        f" (limit {shorten(expected.limit)!r}, sent {shorten(expected.actual)!r})",
    )
