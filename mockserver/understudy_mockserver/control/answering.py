"""Answers out of turn: those that were forced, and those of a server that is made to fail."""

from __future__ import annotations

from collections.abc import Mapping

from understudy_mockserver import verdicts
from understudy_mockserver.asgi import raw
from understudy_mockserver.control.steering import Fault
from understudy_mockserver.namespaces import State
from understudy_mockserver.preferences import Forced
from understudy_mockserver.responses import Response, forced
from understudy_validators.answers import encode
from understudy_validators.case import Request
from understudy_validators.contract import Contract, Operation
from understudy_validators.judging import Verdict, judge

#: Faults that come in the place of the request's own answer: the request is not processed.
STATUS = "status"
_INSTEAD = frozenset({STATUS})


def steered(
    contract: Contract, operation: Operation, request: Request, parameters: Mapping[str, str], state: State, now: float
) -> Response | None:
    """The answer that was asked for in the place of the request's own, if any. It changes nothing, as with `Prefer`."""
    verdict = judge(operation, request, parameters, state.world, now)
    forcing = state.steering.force(operation.id, verdict.view)
    if forcing is not None and isinstance(forcing.choice, Forced):
        return forced(operation, verdict, forcing.choice)
    failing = state.steering.meet(operation.id, verdict.view, _INSTEAD, 1)
    return _failing(contract, operation, verdict, failing[0]) if failing else None


def _failing(contract: Contract, operation: Operation, verdict: Verdict, fault: Fault) -> Response:
    """The contract's own answer of that status; without one, the status over the envelope of an internal error."""
    status = fault.options["status"]
    known = [answer for answer in operation.answers.values() if answer.status == status]
    answer = known[0] if known else contract.framing["internal-error"]
    body = encode(answer.body(verdict.view, None), answer.media_type)
    headers = raw([(verdicts.VERDICT, f"forced; example={answer.name}"), (verdicts.FAULT, STATUS)])
    return Response(
        status, answer.media_type, body, headers, "forced", answer.name, "", verdict, operation, fault=STATUS
    )
