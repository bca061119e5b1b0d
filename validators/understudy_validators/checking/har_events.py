"""Judging recorded sockets: what clients emitted, what came back, and whether the one fits the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from understudy_validators.checking import frames
from understudy_validators.checking.coverage import Coverage
from understudy_validators.checking.events import ACK, EventConformance
from understudy_validators.checking.finding import Difference
from understudy_validators.checking.frames import Packet
from understudy_validators.checking.har_reader import Recorded
from understudy_validators.checking.traffic import answers_of, judge_event_alone
from understudy_validators.contract import Contract
from understudy_validators.realtime import CONNECT_ERROR, Event
from understudy_validators.violation import Violation


@dataclass(slots=True)
class _Emitted:
    """An event that a client emitted, or a connection: what it broke, and what the server said afterwards."""

    event: Event
    payload: Any
    violations: tuple[Violation, ...]
    came: list[tuple[str, Any]] = field(default_factory=list)
    id: str = ""


class SocketJudge:
    """Judges the sockets of one contract."""

    def __init__(self, contract: Contract, coverage: Coverage) -> None:
        self.contract = contract
        self._coverage = coverage
        self._conformance = EventConformance(contract)

    def differences(self, recorded: Recorded) -> Iterator[tuple[Event, Difference]]:
        """What is wrong with the frames of a websocket, each with the event that it is about."""
        carried = frames.handshake(urlsplit(recorded.exchange.url).query)
        emitted: list[_Emitted] = []
        for packet in frames.packets(recorded.frames or ()):
            channel = self.contract.realtime.channels.get(packet.namespace)
            if channel is None:
                continue
            if not packet.sent:
                received = _received(packet)
                if received is not None and (packet.kind != frames.ACK or ACK in channel.emissions):
                    asked = [one for one in emitted if packet.kind != frames.ACK or one.id == packet.id]
                    for one in asked:
                        one.came.append(received)
                    anchor = asked[-1].event if asked else channel.connect
                    yield from ((anchor, one) for one in self._conformance.promised([received]))
            elif packet.kind == frames.CONNECT:
                value = packet.value if isinstance(packet.value, dict) else {}
                carried = {**carried, **packet.query, **value}
                emitted.append(_emitted(channel.connect, carried, carried))
            elif packet.name in channel.events:
                emitted.append(_emitted(channel.events[packet.name], packet.value, carried, packet.id))
        for one in emitted:
            yield from ((one.event, difference) for difference in self._answered(one, emitted))

    def _answered(self, one: _Emitted, emitted: list[_Emitted]) -> list[Difference]:
        first = one.violations[0] if one.violations else None
        answer = self._answer(one)
        self._coverage.record_event(one.event, one.payload, violations=one.violations, answer=answer)
        if first is not None:
            wanted = one.event.answers[first.answer]
            refusals = [(name, payload) for name, payload in one.came if name == wanted.event]
            fitting = [each for each in refusals if self._conformance.is_answer(wanted, each[1])]
            return [] if fitting else self._conformance.answered(one.event, refusals[:1], first)
        blameless = not any(other.violations for other in emitted)
        alone = answers_of(one.event.checks, alone=True) - answers_of(one.event.checks, alone=False)
        if blameless and answer in alone:
            wanted = one.event.answers[answer]
            payload = next(payload for name, payload in one.came if name == wanted.event)
            return self._conformance.answered(one.event, [(wanted.event, payload)], None)
        return []

    def _answer(self, one: _Emitted) -> str:
        """The name of the answer that an event was refused with: of an event that came next, if it is its failure."""
        for name, payload in [*[told for told in one.came if told[0] == ACK], *one.came][:1]:
            for answer in one.event.answers.values():
                if answer.event == name and self._conformance.is_answer(answer, payload):
                    return answer.name
        return ""


def _emitted(event: Event, payload: Any, carried: dict[str, Any], identifier: str = "") -> _Emitted:
    return _Emitted(event, payload, judge_event_alone(event, payload, carried), id=identifier)


def _received(packet: Packet) -> tuple[str, Any] | None:
    """An event's name and payload; a refused connection as the event that the contract calls it."""
    if packet.kind == frames.EVENT:
        return packet.name, packet.value
    if packet.kind == frames.ACK:
        return ACK, packet.value
    if packet.kind == frames.ERROR:
        value = packet.value
        told = isinstance(value, dict) and set(value) <= {"message", "data"}
        return CONNECT_ERROR, (value.get("data") or value.get("message")) if told else value
    return None
