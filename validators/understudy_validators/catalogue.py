"""The error catalogue of a contract: every answer, who says so, and how to cause it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from understudy_validators import judging, pointers, times, wire
from understudy_validators.answers import Answer, has_placeholders
from understudy_validators.contract import Contract, Operation
from understudy_validators.wire import WireRequest

#: A trigger's step: a request, or one that is sent so many times.
Step = tuple[int, WireRequest]


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
            "status": answer.status,
            "code": self.code,
            "body": self.body,
            "media_type": answer.media_type,
            "summary": answer.summary,
            "source": {"is": answer.source.kind, "from": answer.source.origin},
            "operation": self.operation,
        }
        if self.forced:
            return {**facts, "forced": True, "how": self.how}
        return {**facts, "trigger": [_step_as_dict(step) for step in self.trigger]}


def _step_as_dict(step: Step) -> dict[str, Any]:
    times_, request = step
    return request.as_dict() if times_ == 1 else {"repeat": {"times": times_, "of": request.as_dict()}}


def catalogue(contract: Contract) -> list[Entry]:
    """Every answer of the contract, in the order in which it lists them."""
    order = list(contract.document.data.get("components", {}).get("examples", {}))
    answers = sorted(contract.answers.values(), key=lambda answer: _rank(answer.name, order))
    return [entry(contract, answer) for answer in answers]


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
    """A trigger's steps as requests."""
    for step in trigger:
        if "repeat" in step:
            yield step["repeat"]["times"], wire.build(contract, step["repeat"]["of"])
        else:
            yield 1, wire.build(contract, step)


def _code(contract: Contract, answer: Answer) -> Any:
    try:
        return pointers.follow(answer.value, pointers.split(contract.code_pointer)) if contract.code_pointer else None
    except KeyError:
        return None


def _operation(contract: Contract, answer: Answer, trigger: tuple[Step, ...]) -> str:
    """The operation that the trigger ends with, else the first that lists the answer; framing may have none."""
    if trigger:
        return trigger[-1][1].operation
    return next((o.id for o in contract if answer.name in o.answers and answer.name not in _framing(contract)), "")


def _framing(contract: Contract) -> set[str]:
    return {answer.name for answer in contract.framing.values()}


def _body(contract: Contract, answer: Answer, trigger: tuple[Step, ...]) -> Any:
    """The exact body. Where the contract's has placeholders, the trigger's last request fills them in."""
    request = trigger[-1][1] if trigger else None
    if request is None or not request.operation or not has_placeholders(answer.value):
        return answer.body({}, None)
    operation = contract.operation(request.operation)
    verdict = _judged(contract, operation, request)
    cause = next((v for v in verdict.violations if v.answer == answer.name), None)
    return answer.body(verdict.view, cause)


def _judged(contract: Contract, operation: Operation, request: WireRequest) -> judging.Verdict:
    now = times.to_seconds(contract.now)
    return judging.judge(operation, request.to_request(), request.parameters, contract.world, now)
