"""What is fuzzed: an operation or an event, as something that drafts are judged by."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode

import orjson

from understudy_validators import judging, wire
from understudy_validators.answers import as_text
from understudy_validators.case import Quotas, Request
from understudy_validators.catalogue import Step
from understudy_validators.contract import Contract, Operation
from understudy_validators.fuzzing.drafts import Draft, Tokens
from understudy_validators.judging import NO_QUOTAS, Verdict
from understudy_validators.records import World
from understudy_validators.routing import Router
from understudy_validators.rules import Check
from understudy_validators.schemas import dereference
from understudy_validators.sockets import SocketStep
from understudy_validators.wire import FORM, JSON, NOTHING, WireRequest

Node = Mapping[str, Any]
#: What a header may hold so that every client and server passes it on as it is.
_HEADER = re.compile(r"[!-~]([ -~]*[!-~])?")
_ROOTS = {"path": "path", "query": "query", "header": "headers"}
_URLENCODED = "application/x-www-form-urlencoded"

#: Longer addresses are refused for a reason of their own, by servers and by what stands before them.
LONGEST_QUERY = 4000


class Subject(Protocol):
    """An operation or an event."""

    id: str
    document: Node
    checks: tuple[Check, ...]
    #: Schemas of the body by media type; an event has one.
    bodies: Mapping[str, Any]
    world: World
    now: float

    def place(self, tokens: Tokens) -> Tokens:
        """Where a draft has what rules see at the end of that way."""
        ...

    def parameter_schema(self, tokens: Tokens) -> Any:
        """The schema of a parameter, or `True`."""
        ...

    def is_text(self, tokens: Tokens) -> bool:
        """Whether whatever is sent at a place arrives as a text."""
        ...

    def extra_moves(self) -> Iterator[tuple[tuple[Tokens, Any], ...]]:
        """What can be tried beside other values at the places that rules look at."""
        ...

    def starts(self) -> Iterator[Draft]:
        """Drafts from the contract's examples, the first one being what everything starts from."""
        ...

    def examples(self) -> Iterator[Draft]:
        """Drafts from the contract's examples alone."""
        ...

    def step(self, draft: Draft) -> WireRequest | SocketStep:
        """The draft as it is sent."""
        ...

    def before(self, draft: Draft) -> tuple[Step, ...]:
        """Steps that come first."""
        ...

    def judge(self, draft: Draft, quotas: Quotas = NO_QUOTAS) -> Verdict | None:
        """What is found of it as it arrives; `None` if it cannot arrive there at all."""
        ...

    def schema(self, draft: Draft) -> Any:
        """The schema of the draft's body."""
        ...


class RestSubject:
    """An operation, in a world."""

    def __init__(self, contract: Contract, operation: Operation, world: World, now: float) -> None:
        self.contract, self.operation, self.world, self.now = contract, operation, world, now
        self.id, self.checks = operation.id, operation.checks
        self.document: Node = contract.document.data
        content = _content(operation, self.document)
        self.bodies: Mapping[str, Any] = {
            media_type.name: content[media_type.name].get("schema", True) for media_type in operation.media_types
        }
        self._arrays = {
            p.name for p in operation.parameters if p.location == "query" and p.schema.get("type") == "array"
        }
        self._router: Router[Operation] = Router()
        for other in contract:
            for template in (other.path, *other.aliases):
                self._router.add(other.method, template, other)

    def place(self, tokens: Tokens) -> Tokens:
        """The same."""
        return tokens

    def parameter_schema(self, tokens: Tokens) -> Any:
        """The schema of a parameter, with its example."""
        for parameter in self.operation.parameters:
            if (_ROOTS[parameter.location], parameter.key) == tokens:
                given = [] if parameter.example is None else [parameter.example]
                return {**parameter.schema, "examples": [*given, *parameter.schema.get("examples", ())]}
        return True

    def is_text(self, tokens: Tokens) -> bool:
        """Whether it is one of the parameters."""
        return tokens[0] != "body"

    def extra_moves(self) -> Iterator[tuple[tuple[Tokens, Any], ...]]:
        """None."""
        yield from ()

    def starts(self) -> Iterator[Draft]:
        """Its examples; then the requests that its answers' triggers end in."""
        yield from self.examples()
        yield from (self.draft(request) for request in self._triggers())

    def examples(self) -> Iterator[Draft]:
        """The operation's request examples, with its parameters'."""
        base = self.draft(wire.build(self.contract, {"send": self.id}))
        examples = [
            replace(base, body=self.readable(value, media_type), media_type=media_type)
            for media_type, values in self.operation.request_examples.items()
            for value in values.values()
        ]
        yield from examples or [base]

    def _triggers(self) -> Iterator[WireRequest]:
        framing = {answer.name for answer in self.contract.framing.values()}  # which no rule judges
        for answer in (answer for answer in self.operation.answers.values() if answer.name not in framing):
            last = answer.trigger[-1] if answer.trigger else {}
            last = last.get("repeat", {}).get("of", last)
            if last.get("send") == self.id and not {"raw", "method"} & last.keys():
                yield wire.build(self.contract, last)

    def readable(self, body: Any, media_type: str) -> Any:
        """A form's fields with each file as an object."""
        if media_type != FORM or not isinstance(body, Mapping):
            return body
        schema = self.bodies[FORM]
        return wire.from_parts(wire.to_parts(body, schema, self.document), schema, self.document)

    def draft(self, request: WireRequest) -> Draft:
        """The draft of a request that is written already."""
        headers = {k.lower(): v for k, v in request.headers.items() if k.lower() != "content-type"}
        query: dict[str, Any] = {}
        for name, text in parse_qsl(request.query, keep_blank_values=True):
            query[name] = [*query.get(name, ()), text] if name in self._arrays else text
        path = dict(request.parameters)
        if request.parts is not None:
            return Draft(path, query, headers, wire.from_parts(request.parts, self.bodies[FORM], self.document), FORM)
        first = next(iter(self.bodies), "")
        media_type = "" if request.body is NOTHING else first if first != FORM else JSON
        return Draft(path, query, headers, request.body, media_type)

    def schema(self, draft: Draft) -> Any:
        """The schema of the draft's body."""
        return self.bodies.get(draft.media_type, next(iter(self.bodies.values()), True))

    def step(self, draft: Draft) -> WireRequest:
        """The request."""
        request = WireRequest(
            method=self.operation.method,
            path=wire.fill(self.operation.path, draft.path),
            headers=_titled(draft.headers),
            parameters=draft.path,
            query=urlencode(list(_pairs(draft.query))),
            operation=self.id,
        )
        body = draft.body
        if draft.media_type == _URLENCODED and isinstance(body, Mapping):
            body = urlencode(list(_pairs(body)))
        elif isinstance(body, str) and (draft.media_type == JSON or draft.media_type.endswith("+json")):
            body = orjson.dumps(body).decode()
        return wire.to_wire(request, draft.media_type, body, self.schema(draft), self.document)

    def before(self, draft: Draft) -> tuple[Step, ...]:
        """Nothing: the world has it all."""
        return ()

    def judge(self, draft: Draft, quotas: Quotas = NO_QUOTAS) -> Verdict | None:
        """What is found of the request as it arrives."""
        if not self.arrives(draft):
            return None
        return self.judge_request(self.step(draft), quotas)

    def judge_request(self, step: WireRequest, quotas: Quotas = NO_QUOTAS) -> Verdict:
        """What is found of a request that goes to the operation."""
        request: Request = step.to_request()
        return judging.judge(self.operation, request, step.parameters, self.world, self.now, quotas)

    def arrives(self, draft: Draft) -> bool:
        """Whether the request can be sent, and comes to the operation with these parameters."""
        if draft.media_type in (FORM, _URLENCODED) and not isinstance(draft.body, Mapping):
            return False
        if not all(_HEADER.fullmatch(value) for value in draft.headers.values()):
            return False
        if len(urlencode(list(_pairs(draft.query)))) > LONGEST_QUERY:
            return False
        if not all(
            text.isprintable() and "/" not in text and text not in ("", ".", "..") for text in draft.path.values()
        ):
            return False
        match = self._router.match(self.operation.method, wire.fill(self.operation.path, draft.path))
        return match is not None and match.target is self.operation and match.parameters == draft.path


def _content(operation: Operation, document: Node) -> Node:
    node = document["paths"][operation.path][operation.method.lower()]
    content: Node = dereference(node.get("requestBody", {}), document).get("content", {})
    return content


def _titled(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers as they are usually written; X-API and the like stay as they are said."""
    return {"-".join(part.capitalize() for part in name.split("-")): value for name, value in headers.items()}


def _pairs(query: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A query's names and texts: arrays repeat their name, objects come as `name[key]`."""
    for name, value in query.items():
        if isinstance(value, list):
            yield from ((name, as_text(item)) for item in value)
        elif isinstance(value, Mapping):
            yield from ((f"{name}[{key}]", as_text(inner)) for key, inner in value.items())
        elif value is not None and value is not NOTHING:
            yield name, as_text(value)
