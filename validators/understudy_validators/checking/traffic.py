"""Exchanges as a judge takes them, without the server's state: requests read again, and what of them can be judged."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from understudy_validators import pointers
from understudy_validators.bodies import essence
from understudy_validators.case import Case, Request
from understudy_validators.contract import Contract, Operation
from understudy_validators.exchange import Exchange
from understudy_validators.judging import NO_QUOTAS
from understudy_validators.realtime import Event
from understudy_validators.records import World
from understudy_validators.redaction import HEADERS
from understudy_validators.routing import Router
from understudy_validators.rules import Check
from understudy_validators.schemas import dereference, located
from understudy_validators.violation import Violation

#: Members of the view that come with the request.
_CARRIED = frozenset({"path", "query", "headers", "body"})
_ALONE = ("parameters", "form", "schema")
_NOBODY = World({})
_DEEPEST = 12
_EVENT = Request("EVENT", "")


def router_of(contract: Contract) -> Router[Operation]:
    """Finds operations by method and path below the contract's root, aliases included."""
    router: Router[Operation] = Router()
    for operation in contract:
        for template in (operation.path, *operation.aliases):
            router.add(operation.method, template, operation)
    return router


def parameters_of(operation: Operation, path: str) -> dict[str, str]:
    """The texts of the path parameters, whatever stands in front of the operation's own path."""
    router: Router[Operation] = Router()
    for template in (operation.path, *operation.aliases):
        router.add(operation.method, template, operation)
    segments = path.split("/")
    for start in range(1, len(segments)):
        match = router.match(operation.method, "/" + "/".join(segments[start:]))
        if match is not None and match.target is not None:
            return match.parameters
    return {}


def to_request(exchange: Exchange) -> Request:
    """The request of an exchange; its path is whole."""
    url = urlsplit(exchange.url)
    names = {name.lower(): name for name, _ in exchange.request_headers}
    headers = {lower: exchange.request_header(name) for lower, name in names.items()}
    return Request(exchange.method.upper(), url.path, headers, url.query, exchange.request_body)


def read(operation: Operation, request: Request, parameters: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    """The view of a request as far as it comes with it, and the media type that its body was read as."""
    case = _case(operation, request, parameters)
    for check in operation.checks:
        if check.kind == "form":
            check.judge(case)
    return case.view, case.media_type.name if case.media_type else ""


def judge_alone(operation: Operation, request: Request, parameters: Mapping[str, str]) -> tuple[Violation, ...]:
    """Every way in which a request breaks what can be judged without the server's state, in the contract's order.

    Credentials are not judged, nor headers that carry some: recorders leave them out.
    """
    case = _case(operation, request, parameters)
    for check in operation.checks:
        if is_alone(check) and not (case.violations and check.blocked(case)):
            check.judge(case)
    secret = {f"/headers/{name}" for name in HEADERS}
    return tuple(violation for violation in case.violations if violation.path not in secret)


def judge_event_alone(event: Event, payload: Any, carried: Mapping[str, Any]) -> tuple[Violation, ...]:
    """As `judge_alone`, of an event or a connection; `carried` is what the handshake carried."""
    view = {"query": dict(carried), "body": copy.deepcopy(payload)}
    case = Case(_EVENT, _NOBODY, 0.0, NO_QUOTAS, view, media_type=event.payload)
    for check in event.checks:
        if is_alone(check) and not (case.violations and check.blocked(case)):
            check.judge(case)
    return tuple(case.violations)


def _case(operation: Operation, request: Request, parameters: Mapping[str, str]) -> Case:
    case = Case(request, _NOBODY, 0.0, NO_QUOTAS, {})
    operation.read(case, parameters)
    return case


def is_alone(check: Check) -> bool:
    """Whether a check needs nothing but the request: no records, no caller, no earlier calls."""
    if check.kind in _ALONE:
        return True
    roots = {pointer.split("/")[1] for pointer in check.reads}
    return check.kind == "require" and bool(roots) and roots <= _CARRIED


def answers_of(checks: Iterable[Check], *, alone: bool) -> set[str]:
    """Names of the answers that those checks give which need nothing but the request, or of those that need more."""
    return {answer for check in checks if is_alone(check) is alone for answer in check.answers}


def answers_of_constraints(operation: Operation, document: Mapping[str, Any]) -> set[str]:
    """Names of the answers that constraints of the request have for themselves."""
    node = pointers.resolve(document, operation.pointer)
    found = {name for parameter in operation.parameters for name in _own_answers(parameter.schema, document)}
    if "requestBody" in node:
        for content in located(f"{operation.pointer}/requestBody", document)[1]["content"].values():
            found.update(_own_answers(content.get("schema"), document))
    return found


def _own_answers(schema: Any, document: Mapping[str, Any], depth: int = 0) -> Iterator[str]:
    schema = dereference(schema, document)
    if isinstance(schema, dict) and depth < _DEEPEST:
        yield from schema.get("x-answers", {}).values()
        for word, inner in schema.items():
            if word in ("properties", "patternProperties", "dependentSchemas"):
                yield from (name for each in inner.values() for name in _own_answers(each, document, depth + 1))
            elif isinstance(inner, dict) and word != "x-answers":
                yield from _own_answers(inner, document, depth + 1)
            elif isinstance(inner, list):
                yield from (name for each in inner for name in _own_answers(each, document, depth + 1))


def media_type_of_request(exchange: Exchange) -> str:
    """The media type of the request's body, in lower case and without parameters."""
    return essence(exchange.request_header("content-type"))
