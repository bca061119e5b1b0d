"""Every way in which requests and events can be refused: each constraint, and each way to break each rule.

The list comes from the compiled contract alone. Campaigns try what it names, and coverage counts it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Protocol

from understudy_validators import pointers
from understudy_validators.checking.constraints import ANY, Constraint, constraints
from understudy_validators.contract import Contract, Operation
from understudy_validators.parameters import Parameter
from understudy_validators.places import EACH
from understudy_validators.realtime import Event
from understudy_validators.rules import Check
from understudy_validators.schemas import located
from understudy_validators.violation import Violation

CONSTRAINT, RULE = "constraint", "rule"
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
#: How `form` is broken, by the keyword of the violation.
_FORM = {"required": "missing", "media-type": "media-type"}
_READ = {"application/json": "not-json", "multipart/form-data": "not-multipart"}
_SECURITY = ("missing", "invalid", "expired")


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which an operation refuses.

    `kind` is `constraint` or `rule`. The `place` of a constraint is the pointer to it (`/body/tags/items/maxLength`);
    that of a rule is the rule's id. `detail` says how the rule is broken (`missing`, `must/isActive`), and of a
    constraint the media type, where the operation has several.
    """

    operation: str
    kind: str
    place: str
    detail: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.operation, self.place, self.detail) if part)


class AnyWay(Protocol):
    """A way, of whoever made it; its text is what tells it from others."""

    @property
    def kind(self) -> str:
        """`constraint` or `rule`."""
        ...

    @property
    def place(self) -> str:
        """The constraint's pointer, or the rule's id."""
        ...


@dataclass(frozen=True, slots=True)
class Placed:
    """A constraint and the way to break it."""

    way: Way
    constraint: Constraint


class Ways:
    """The ways of one contract, by operation and event."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self._constraints = {one.id: tuple(_constraints(one, contract)) for one in (*contract, *contract.realtime)}
        self._rules = {one.id: tuple(_rules(one, contract)) for one in (*contract, *contract.realtime)}
        self._known = {str(way): way for way in self}
        self._broken = {_key(placed): placed.way for name in self._constraints for placed in self._constraints[name]}

    def __iter__(self) -> Iterator[Way]:
        for name in self._constraints:
            yield from self.of(name)

    def of(self, operation: str) -> tuple[Way, ...]:
        """All ways of an operation or event, by its id: constraints first, then rules."""
        return (*[placed.way for placed in self._constraints[operation]], *self._rules[operation])

    def constraints(self, operation: str) -> tuple[Placed, ...]:
        """The constraints of an operation or event."""
        return self._constraints[operation]

    def of_violation(self, operation: Operation | Event, violation: Violation, media_type: str = "") -> Way | None:
        """The way in which a request was refused, if the violation tells; `media_type` is that of its body.

        A lookup does not tell whether a record stands elsewhere, or which of several demands it did not meet.
        """
        keys = _keys(operation, violation, media_type)
        constraint = next((self._broken[key] for key in keys if key in self._broken), None)
        return constraint or next((self._known.get(text) for text in self._of_rule(operation, violation)), None)

    def of_answer(self, operation: Operation | Event, answer: str) -> tuple[Way, ...]:
        """The ways of the one rule that alone gives an answer; none, where several rules or a constraint do.

        Of a rule with several ways, an answer of their own tells some apart: a missing credential from a wrong one.
        """
        giving = [check for check in operation.checks if answer in check.answers]
        if len(giving) != 1 or giving[0].kind in ("parameters", "form", "schema"):
            return ()
        ways = [way for way in self._rules[operation.id] if way.place == giving[0].id]
        if giving[0].kind == "security":
            answers = _security_answers(operation, self.contract)
            ways = [way for way in ways if answers.get(way.detail, answer) == answer]
        return tuple(ways)

    def _of_rule(self, operation: Operation | Event, violation: Violation) -> Iterator[str]:
        check = next((check for check in operation.checks if check.id == violation.rule), None)
        if violation.rule == "security":
            yield f"{operation.id} security {violation.actual}"
        elif violation.path == "/body" and violation.rule in (*_FORM, "form"):
            detail = _FORM.get(violation.rule) or _READ.get(str(violation.limit), "")
            yield f"{operation.id} form {detail}"
        elif check is not None:
            yield from self._told(operation, check, violation)

    def _told(self, operation: Operation | Event, check: Check, violation: Violation) -> Iterator[str]:
        """The one way that fits what a rule's violation tells; nothing, where several do."""
        ways = [way for way in self._rules[operation.id] if way.place == check.id]
        if check.kind == "lookup":
            nothing_found = isinstance(violation.limit, str)
            ways = [way for way in ways if nothing_found is (not way.detail.startswith("must/"))]
        if len(ways) == 1:
            yield str(ways[0])


_Key = tuple[str, str, tuple[str, ...], str]


def _key(placed: Placed) -> _Key:
    """What a violation of the constraint tells: operation, media type, where, and which keyword."""
    constraint, way = placed.constraint, placed.way
    inside = (constraint.pointer,) if constraint.under else ()  # a branch's own constraints tell nothing themselves
    return (way.operation, way.detail, (*constraint.at, *inside), constraint.keyword)


def _keys(operation: Operation | Event, violation: Violation, media_type: str) -> Iterator[_Key]:
    """The keys that a violation may have: an index is an item, a name that no schema knows is any."""
    tokens = pointers.split(violation.path)
    choices = [(token, EACH, ANY) if token.isdecimal() else (token, ANY) for token in tokens]
    for at in product(*choices):
        yield operation.id, media_type, at, violation.rule
        yield operation.id, "", at, violation.rule


def _constraints(operation: Operation | Event, contract: Contract) -> Iterator[Placed]:
    found = _of_event(operation, contract) if isinstance(operation, Event) else _of_operation(operation, contract)
    for constraint, detail in dict.fromkeys(found):
        yield Placed(Way(operation.id, CONSTRAINT, constraint.pointer, detail), constraint)


def _of_event(event: Event, contract: Contract) -> Iterator[tuple[Constraint, str]]:
    document = contract.realtime.document
    if document is not None:
        yield from ((constraint, "") for constraint in constraints(event.schema, document.data, "/body"))


def _of_operation(operation: Operation, contract: Contract) -> Iterator[tuple[Constraint, str]]:
    document = contract.document.data
    for parameter in operation.parameters:
        yield from ((constraint, "") for constraint in _of_parameter(parameter, document))
    several = len(operation.media_types) > 1
    for name, node in _content(operation, document).items():
        found = constraints(node.get("schema", True), document, "/body")
        forms = name in _FORMS
        yield from ((one, name if several else "") for one in found if not (forms and _is_given(one)))


def _is_given(constraint: Constraint) -> bool:
    """Whether a form meets the constraint whatever it holds: it is an object, and its fields are texts."""
    depth = len(constraint.at)
    return constraint.keyword == "type" and (depth == 1 or (depth == 2 and is_text(constraint.limit)))


def is_text(types: Any) -> bool:
    """Whether a schema's `type` lets every text through."""
    return types == "string" or (isinstance(types, list) and "string" in types)


def _of_parameter(parameter: Parameter, document: Mapping[str, Any]) -> Iterator[Constraint]:
    if parameter.required and parameter.location != "path":
        at = tuple(pointers.split(parameter.pointer))
        yield Constraint(f"{parameter.pointer}/required", at, "required", parameter.name)
    for constraint in constraints(parameter.schema, document, parameter.pointer):
        if not (constraint.keyword == "type" and is_text(constraint.limit)):  # it is sent as a text
            yield constraint


def _content(operation: Operation, document: Mapping[str, Any]) -> Mapping[str, Any]:
    node = pointers.resolve(document, operation.pointer)
    if "requestBody" not in node:
        return {}
    content: Mapping[str, Any] = located(f"{operation.pointer}/requestBody", document)[1]["content"]
    return content


def _rules(operation: Operation | Event, contract: Contract) -> Iterator[Way]:
    for check in operation.checks:
        if check.kind in ("parameters", "schema"):
            continue  # whose ways are the constraints
        for detail in _details(check, operation, contract):
            yield Way(operation.id, RULE, check.id, detail)


def _details(check: Check, operation: Operation | Event, contract: Contract) -> Iterator[str]:
    if check.kind == "security":
        yield from _SECURITY
    elif check.kind == "form":
        yield from _of_form(operation, contract)
    else:
        document = contract.realtime.document if isinstance(operation, Event) else contract.document
        if document:
            rule = located(check.pointer, document.data)[1]
            yield from dict.fromkeys(_DETAILS[check.kind](rule, document.data))


def _security_answers(operation: Operation | Event, contract: Contract) -> Mapping[str, str]:
    """Which answer each way of failing `security` gives."""
    document = contract.realtime.document if isinstance(operation, Event) else contract.document
    rules = pointers.resolve(document.data, operation.pointer).get("x-rules", ()) if document else ()
    return next((rule["answers"] for rule in rules if rule.get("id") == "security"), {})


def _of_form(operation: Operation | Event, contract: Contract) -> Iterator[str]:
    if isinstance(operation, Event):
        return
    body = located(f"{operation.pointer}/requestBody", contract.document.data)[1]
    names = [media_type.name for media_type in operation.media_types]
    if body.get("required"):
        yield "missing"
    if "*/*" not in names and "x-assume" not in body:
        yield "media-type"
    yield from (_READ[name] for name in names if name in _READ)


Node = Mapping[str, Any]


def _of_lookup(rule: Node, document: Node) -> Iterator[str]:
    yield "missing"
    roots = {path.split(".")[0] for path in rule["where"].values() if isinstance(path, str)}
    if len(rule["where"]) > 1 and roots & {"item", "body", "path", "query", "headers"}:
        yield "elsewhere"
    yield from (word for word in ("live", "where_not") if word in rule)
    for constraint in constraints(rule.get("must", True), document, ""):
        if constraint.under is None:
            yield f"must/{constraint.at[0] if constraint.at else constraint.keyword}"


def _of_require(rule: Node, document: Node) -> Iterator[str]:
    for constraint in constraints(rule["require"], document, ""):
        if constraint.under is None:
            yield pointers.join(*constraint.at, constraint.keyword).removeprefix("/")


def _of_unique(rule: Node, document: Node) -> Iterator[str]:
    yield "taken"


def _of_quota(rule: Node, document: Node) -> Iterator[str]:
    yield "used-up"


_DETAILS: Mapping[str, Callable[[Node, Node], Iterator[str]]] = {
    "lookup": _of_lookup,
    "require": _of_require,
    "unique": _of_unique,
    "quota": _of_quota,
}
