"""The error catalogue of a contract: every answer, who says so, and how to cause it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from understudy_validators import judging, pointers, sockets, times, wire
from understudy_validators.answers import Answer, has_placeholders
from understudy_validators.contract import Contract, Operation
from understudy_validators.sockets import SocketStep
from understudy_validators.wire import WireRequest


class _Spent:
    """Quotas of which nothing is left."""

    def hit(self, rule: str, key: tuple[Any, ...], limit: int, window: float, now: float) -> tuple[int, float]:
        """Refuses."""
        return -1, window


#: A trigger's step, and how often it is taken.
Step = tuple[int, WireRequest | SocketStep]


@dataclass(frozen=True, slots=True)
class Entry:
    """One error of the catalogue.

    `trigger` ends in exactly the answer's status and `body`; it is empty where `how` says how to force it.
    """

    contract: str
    answer: Answer
    code: Any
    body: Any
    operation: str
    trigger: tuple[Step, ...]
    how: str

    @property
    def forced(self) -> bool:
        """Whether nothing natural causes it."""
        return not self.trigger

    def as_dict(self) -> dict[str, Any]:
        """The entry as `errors --json` prints it."""
        answer = self.answer
        facts: dict[str, Any] = {
            "contract": self.contract,
            "name": answer.name,
            "status": answer.status or None,
            "code": self.code,
            "body": self.body,
            **({"event": answer.event} if answer.event else {"media_type": answer.media_type}),
            "summary": answer.summary,
            "source": {"is": answer.source.kind, "from": answer.source.origin},
            "operation": self.operation,
        }
        if self.forced:
            return {**facts, "forced": True, "how": self.how}
        return {**facts, "trigger": [_step_as_dict(step) for step in self.trigger]}


def _step_as_dict(step: Step) -> dict[str, Any]:
    count, taken = step
    return taken.as_dict() if count == 1 else {"repeat": {"times": count, "of": taken.as_dict()}}


def catalogue(contract: Contract) -> list[Entry]:
    """Every answer of the contract, in the order in which it lists them; those of realtime events last."""
    order = list(contract.document.data.get("components", {}).get("examples", {}))
    answers = sorted(contract.answers.values(), key=lambda answer: _rank(answer.name, order))
    return [entry(contract, answer) for answer in (*answers, *contract.realtime.answers)]


def _rank(name: str, order: list[str]) -> int:
    return order.index(name) if name in order else len(order)


def entry(contract: Contract, answer: Answer) -> Entry:
    """The catalogue's entry of one answer."""
    trigger = tuple(steps(contract, answer.trigger))
    return Entry(
        contract=contract.name,
        answer=answer,
        code=_code(contract, answer),
        body=_body(contract, answer, trigger),
        operation=_operation(contract, answer, trigger),
        trigger=trigger,
        how="" if trigger else f"Prefer: example={answer.name}. {answer.forced}".strip(),
    )


def steps(contract: Contract, trigger: Iterable[Mapping[str, Any]]) -> Iterable[Step]:
    """A trigger's steps, ready to be taken."""
    for step in trigger:
        count, taken = (step["repeat"]["times"], step["repeat"]["of"]) if "repeat" in step else (1, step)
        build = sockets.build if sockets.is_socket_step(taken) else wire.build
        yield count, build(contract, taken)


def _code(contract: Contract, answer: Answer) -> Any:
    pointer = answer.code or contract.code_pointer
    try:
        return pointers.follow(answer.value, pointers.split(pointer)) if pointer else None
    except KeyError:
        return None


def _operation(contract: Contract, answer: Answer, trigger: tuple[Step, ...]) -> str:
    """The operation that the trigger ends with, else the first that lists the answer; framing may have none."""
    if trigger:
        return trigger[-1][1].operation
    if answer.event:
        return next(event.id for event in contract.realtime if answer.name in event.answers)
    return next((o.id for o in contract if answer.name in o.answers and answer.name not in _framing(contract)), "")


def _framing(contract: Contract) -> set[str]:
    return {answer.name for answer in contract.framing.values()}


def _body(contract: Contract, answer: Answer, trigger: tuple[Step, ...]) -> Any:
    """The exact body. Where the contract's has placeholders, the trigger's last step fills them in."""
    last = trigger[-1][1] if trigger else None
    if isinstance(last, SocketStep):
        return _event_body(contract, answer, trigger, last)
    operation = contract.operation(last.operation) if last and last.operation else None
    if last is None or operation is None or not (has_placeholders(answer.value) or operation.collect):
        return answer.body({}, None)
    verdict = _judged(contract, operation, last)
    if verdict.violations and verdict.violations[0].answer == answer.name:
        return judging.refusal(operation, verdict)[1]
    return answer.body(verdict.view, None)


def _event_body(contract: Contract, answer: Answer, trigger: tuple[Step, ...], last: SocketStep) -> Any:
    """The payload that carries a refusal: over what was sent, and with what is known of the connection."""
    now = times.to_seconds(contract.now)
    opened = {s.name: s for _, s in trigger if isinstance(s, SocketStep) and s.kind == "connect"}
    connection = opened.get(last.name, last)
    connect = contract.realtime.channels[connection.namespace].connect
    view = judging.judge_connect(connect, connection.query, contract.world, now).view
    if last.kind == "emit":
        event = sockets.find_event(contract, last.event)
        view = judging.judge_event(event, last.payload, view, contract.world, now).view
    return judging.event_body(answer, view, last.payload if last.kind == "emit" else connection.query)


def _judged(contract: Contract, operation: Operation, request: WireRequest) -> judging.Verdict:
    """The last request of a trigger. Where nothing else is wrong with it, the requests before it used up a quota."""
    now = times.to_seconds(contract.now)
    facts = operation, request.to_request(), request.parameters, contract.world, now
    verdict = judging.judge(*facts)
    return verdict if verdict.violations else judging.judge(*facts, _Spent())
