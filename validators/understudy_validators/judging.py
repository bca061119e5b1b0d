"""Judging: a request against an operation, a reply against what the operation promises. Pure, and never raising."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from understudy_validators import answers
from understudy_validators.answers import Answer
from understudy_validators.case import Case, NoQuotas, Quotas, Request, Upload
from understudy_validators.contract import Operation
from understudy_validators.realtime import Event
from understudy_validators.records import World
from understudy_validators.rules import Check
from understudy_validators.values import value
from understudy_validators.violation import Violation

NO_QUOTAS = NoQuotas()
_JSON = "application/json"
_EVENT = Request("EVENT", "")


@value
class Verdict:
    """What was found of a request: nothing, or violations of which the first decides the answer.

    `view` is what the rules saw, `headers` what quotas announce on any answer.
    """

    view: Mapping[str, Any]
    violations: tuple[Violation, ...]
    uploads: Sequence[Upload]
    headers: Mapping[str, str]

    @property
    def accepted(self) -> bool:
        """Whether the request breaks nothing."""
        return not self.violations


def judge(
    operation: Operation,
    request: Request,
    path: Mapping[str, str],
    world: World,
    now: float,
    quotas: Quotas = NO_QUOTAS,
) -> Verdict:
    """Every way in which the request breaks the operation's contract, in the contract's order.

    `path` holds the texts of the path parameters, `now` is in Unix seconds.
    """
    case = Case(request, world, now, quotas, {})
    operation.read(case, path)
    operation.course.run(case)
    return Verdict(case.view, tuple(case.violations), case.uploads, case.headers)


def judge_event(
    event: Event, payload: Any, view: Mapping[str, Any], world: World, now: float, quotas: Quotas = NO_QUOTAS
) -> Verdict:
    """Every way in which an event breaks its contract; `view` is what is known of the connection.

    The payload stays as it was sent: defaults are filled into a copy, in the verdict's view.
    """
    payload = copy.deepcopy(payload) if event.payload.fill else payload
    return _judge_event(event, {**view, "body": payload}, world, now, quotas)


def judge_connect(
    event: Event, handshake: Mapping[str, Any], world: World, now: float, quotas: Quotas = NO_QUOTAS
) -> Verdict:
    """Every way in which a connection breaks its contract; what the handshake carried is both `query` and `body`."""
    query = dict(handshake)
    return _judge_event(event, {"query": query, "body": query}, world, now, quotas)


def _judge_event(event: Event, view: dict[str, Any], world: World, now: float, quotas: Quotas) -> Verdict:
    case = Case(_EVENT, world, now, quotas, view, media_type=event.payload)
    event.course.run(case)
    return Verdict(case.view, tuple(case.violations), case.uploads, case.headers)


def refusal_of_event(event: Event, verdict: Verdict, sent: Any) -> tuple[Answer, Any]:
    """The answer that the first violation gives, and the payload of the event that carries it."""
    first = verdict.violations[0]
    answer = event.answers[first.answer]
    return answer, event_body(answer, verdict.view, sent, first)


def event_body(answer: Answer, view: Mapping[str, Any], sent: Any, violation: Violation | None = None) -> Any:
    """A refusal's payload: the answer's, over what was sent where the contract echoes that."""
    body = answer.body(view, violation)
    return {**sent, **body} if answer.echo and isinstance(sent, dict) else body


def refusal(operation: Operation, verdict: Verdict) -> tuple[Answer, Any]:
    """The answer that the first violation gives, and its body."""
    first = verdict.violations[0]
    answer = operation.answers[first.answer]
    body = answer.body(verdict.view, first)
    if operation.collect:
        body = _collected(operation, verdict, answer, body)
    return answer, body


def _collected(operation: Operation, verdict: Verdict, answer: Answer, body: Any) -> Any:
    """Joins what further violations of the same kind have to say into the first one's body."""
    bodies = [body]
    for violation in verdict.violations[1:]:
        other = operation.answers[violation.answer]
        if other.status == answer.status:
            bodies.append(other.body(verdict.view, violation))
    return answers.collect(operation.collect, bodies) if len(bodies) > 1 else body


def judge_reply(operation: Operation, status: int, media_type: str, body: Any) -> list[Violation]:
    """Every way in which a successful reply's body breaks what the operation promises."""
    success = operation.promised.get((status, media_type))
    if success is None:
        statuses = [success for success in operation.successes if success.status == status]
        if not statuses:
            return [_promise("/status", "status", [s.status for s in operation.successes], status)]
        return [_promise("/headers/content-type", "media-type", [s.media_type for s in statuses], media_type)]
    if success.validator is None or success.validator.fits_surely(body) or success.validator.fits(body):
        return []
    return [finding.violation("/body", "") for finding in success.validator.findings(body)]


def _promise(path: str, rule: str, limit: Any, actual: Any) -> Violation:
    message = f"{actual!r} is not among what the contract lists"
    return Violation(path=path, rule=rule, limit=limit, actual=actual, answer="", message=message)


def judge_body(operation: Operation, body: Any, world: World, now: float) -> Verdict:
    """What can be judged of a JSON body alone: its schema, and the rules that look at nothing else."""
    request = Request(operation.method, "", {"content-type": _JSON}, "", orjson.dumps(body))
    case = Case(request, world, now, NO_QUOTAS, {})
    for check in operation.checks:
        alone = check.kind in ("form", "schema") or _reads_body_only(check)
        if alone and (not case.violations or not check.blocked(case)):
            check.judge(case)
    return Verdict(case.view, tuple(case.violations), case.uploads, case.headers)


def _reads_body_only(check: Check) -> bool:
    return bool(check.reads) and all(pointer.split("/")[1] == "body" for pointer in check.reads)
