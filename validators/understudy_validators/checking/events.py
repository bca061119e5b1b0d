"""Judging what came back through a socket: that an event was let through, or refused as the contract says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from understudy_validators.answers import Answer
from understudy_validators.checking.finding import Difference
from understudy_validators.checking.recognition import fits
from understudy_validators.checking.target import Connection
from understudy_validators.contract import Contract
from understudy_validators.realtime import CONNECT, CONNECT_ERROR, Event
from understudy_validators.violation import Violation, shorten

Received = tuple[str, Any]


class EventConformance:
    """The realtime side of a contract, ready to judge what servers emit."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        channels = contract.realtime.channels.values()
        self._emissions = {name: schema for channel in channels for name, schema in channel.emissions.items()}

    def connected(self, event: Event, connection: Connection, expected: Violation | None) -> list[Difference]:
        """What is wrong with how a connection was answered."""
        came = [] if connection.client else [(CONNECT_ERROR, connection.refused)]
        return self.answered(event, came, expected)

    def answered(self, event: Event, came: Sequence[Received], expected: Violation | None) -> list[Difference]:
        """What is wrong with the events that came after one was sent; `expected` is why it had to be refused."""
        failures = {answer.event for answer in event.answers.values()}
        refusals = [(name, payload) for name, payload in came if name in failures]
        if expected is None:
            found = [self._refused(event, *refusal) for refusal in refusals]
            return [*found, *self.promised(came)]
        answer = event.answers[expected.answer]
        if not refusals:
            return [_let_through(event, answer, expected)]
        return [*self._other(refusals[0], answer, expected), *self.promised(came)]

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
