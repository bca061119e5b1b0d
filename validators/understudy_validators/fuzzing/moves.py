"""What can be tried at the places of a request that rules look at: what the world holds there, and what it doesn't."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from understudy_validators.answers import as_text
from understudy_validators.fuzzing import breaking, fresh
from understudy_validators.fuzzing.constraints import constraints
from understudy_validators.fuzzing.drafts import Tokens, alternatives, below_schema
from understudy_validators.fuzzing.kits import Kit
from understudy_validators.fuzzing.subjects import Subject
from understudy_validators.places import EACH
from understudy_validators.rules import Check
from understudy_validators.samples import sample
from understudy_validators.schemas import located
from understudy_validators.viewpaths import getter
from understudy_validators.wire import NOTHING

Node = Mapping[str, Any]
#: Values that are put into a draft together.
Move = tuple[tuple[Tokens, Any], ...]
ROOTS = ("path", "query", "headers", "body")
#: Records of a collection whose values are tried.
_RECORDS = 40
_CONDITIONS = 24
#: A credential that no world knows.
STRANGE = "understudy-no-such-credential"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the contract, as written and compiled."""

    check: Check
    node: Node


@dataclass(frozen=True, slots=True)
class Reading:
    """What an operation's rules look at, and what can be tried there.

    `identifying` places are compared with records, with the values that those hold; `conditional` ones are looked at by
    `when` and `require` alone. `new` are the places in which an id must be new, with the form of a new one.
    """

    rules: tuple[Rule, ...]
    identifying: Mapping[Tokens, tuple[Any, ...]]
    conditional: frozenset[Tokens]
    new: Mapping[Tokens, tuple[fresh.Form, frozenset[Any]]]
    credentials: tuple[Move, ...]
    moves: tuple[Move, ...]


def read(subject: Subject, kit: Kit, credentials: Sequence[Move]) -> Reading:
    """All that the rules of an operation look at."""
    rules = tuple(rules_of(subject.checks, subject.document))
    place = subject.place
    carried = {tokens for move in credentials for tokens, _ in move}
    compared = [one for rule in rules for one in _compared(rule, place) if one.at not in carried]
    known: dict[Tokens, tuple[Any, ...]] = {}
    new: dict[Tokens, tuple[fresh.Form, frozenset[Any]]] = {}
    for one in compared:
        values = _values(subject, one.collection, one.field)
        known[one.at] = tuple(_distinct((*known.get(one.at, ()), *values)))
        if one.kind == "unique":
            new[one.at] = (_form(subject, one.at, values), frozenset(map(as_text, values)))
    conditions = {place(tokens) for rule in rules for tokens in _conditions(rule)}
    moves = [_move(tokens, value) for tokens, values in known.items() for value in _tried(subject, tokens, values)]
    conditional = frozenset(conditions - known.keys() - carried)
    for tokens in sorted(conditions - carried):
        moves += [_move(tokens, value) for value in _conditioned(subject, kit, rules, tokens)]
    moves += subject.extra_moves()
    return Reading(rules, known, conditional, new, tuple(credentials), tuple(_distinct_moves(moves)))


def rules_of(checks: Iterable[Check], document: Node) -> Iterator[Rule]:
    """The rules among the checks."""
    for check in checks:
        if check.pointer:
            yield Rule(check, located(check.pointer, document)[1])


def way_to(path: str, each: str) -> Tokens | None:
    """The way to what a rule's path means, if it is a place of the request."""
    if path.split(".", maxsplit=1)[0] == "item":
        path = path.replace("item", each, 1)
    tokens = tuple(path.replace(EACH, f".{EACH}").split("."))
    return tokens if tokens[0] in ROOTS and len(tokens) > 1 else None


@dataclass(frozen=True, slots=True)
class _Compared:
    """A place that a rule of a kind compares with a field of a collection."""

    at: Tokens
    collection: str
    field: str
    kind: str


def _compared(rule: Rule, place: Callable[[Tokens], Tokens]) -> Iterator[_Compared]:
    if rule.check.kind not in ("lookup", "unique"):
        return
    for word in ("where", "where_not"):
        for field, path in rule.node.get(word, {}).items():
            tokens = way_to(path, rule.node.get("each", "")) if isinstance(path, str) else None
            if tokens:
                yield _Compared(place(tokens), rule.node[rule.check.kind], field, rule.check.kind)


def _conditions(rule: Rule) -> Iterator[Tokens]:
    """Places of the request that `when` and `require` look at."""
    each = rule.node.get("each", "")
    for word in ("when", "require"):
        for tokens, _ in _looked_at(rule.node.get(word, True), ()):
            way = way_to(".".join(tokens), each)
            if way:
                yield way


def _looked_at(schema: Any, at: Tokens) -> Iterator[tuple[Tokens, Node]]:
    """The schemas in a schema, each with the place it is about."""
    if not isinstance(schema, Mapping):
        return
    if at:
        yield at, schema
    for name in schema.get("required", ()):
        yield (*at, name), {}
    for name, inner in schema.get("properties", {}).items():
        yield from _looked_at(inner, (*at, name))
    for word in ("allOf", "anyOf", "oneOf"):
        for inner in schema.get(word, ()):
            yield from _looked_at(inner, at)
    for word in ("not", "if", "then", "else"):
        yield from _looked_at(schema.get(word), at)


def _values(subject: Subject, collection: str, field: str) -> list[Any]:
    """What the collection's records hold in a field."""
    get = getter(field)
    held = [get(record) for record in subject.world[collection]]
    return [value for value in _distinct(held) if isinstance(value, str | int) and value != ""][:_RECORDS]


def _distinct(values: Iterable[Any]) -> list[Any]:
    found: dict[bytes, Any] = {}
    for value in values:
        if value is not NOTHING and value.__class__.__name__ != "_Missing":
            found.setdefault(orjson.dumps(value, option=orjson.OPT_SORT_KEYS), value)
    return list(found.values())


def _distinct_moves(moves: Iterable[Move]) -> list[Move]:
    found = {repr(move): move for move in moves}
    return list(found.values())


def _move(tokens: Tokens, value: Any) -> Move:
    text = tokens[0] in ("path", "headers") and value is not NOTHING
    return ((tokens, as_text(value) if text else value),)


def _form(subject: Subject, tokens: Tokens, known: Sequence[Any]) -> fresh.Form:
    schema = _schema_at(subject, tokens)
    formats = [one["format"] for one in alternatives(schema, subject.document) if "format" in one]
    return fresh.form_of(known, *formats[:1])


def _schema_at(subject: Subject, tokens: Tokens) -> Any:
    if tokens[0] != "body":
        return subject.parameter_schema(tokens)
    found = (_below(body, tokens[1:], subject.document) for body in subject.bodies.values())
    return next((schema for schema in found if schema is not True), True)


def _below(schema: Any, tokens: Tokens, document: Node) -> Any:
    return _below(below_schema(schema, tokens[0], document), tokens[1:], document) if tokens else schema


def _tried(subject: Subject, tokens: Tokens, values: Sequence[Any]) -> list[Any]:
    """What is tried where an id stands."""
    absent = [] if tokens[0] == "path" else [NOTHING]
    return [*values, _form(subject, tokens, values)(1), *absent]


def _conditioned(subject: Subject, kit: Kit, rules: Sequence[Rule], tokens: Tokens) -> list[Any]:
    """What is tried where `when` or `require` look: what the rules name there, and what they don't."""
    schemas = [
        schema for rule in rules for way, schema in _condition_schemas(rule) if way and subject.place(way) == tokens
    ]
    schema = _schema_at(subject, tokens)
    values = [] if schema is True else [sample(schema, subject.document)]
    for inner in schemas:
        values += [inner["const"]] if "const" in inner else []
        values += inner.get("enum", ())
        if inner:
            values.append(sample(inner, subject.document))
        for constraint in constraints(inner, subject.document, ()):
            if not constraint.at:
                values += breaking.plain(constraint, kit.values)
    values += kit.seen(tokens)
    found = _distinct(value for value in values if _writable(value))[:_CONDITIONS]
    return [*found, *([] if tokens[0] == "path" else [NOTHING])]


def _writable(value: Any) -> bool:
    try:
        return len(orjson.dumps(value)) < 100_000
    except TypeError:
        return False


def _condition_schemas(rule: Rule) -> Iterator[tuple[Tokens | None, Node]]:
    for word in ("when", "require"):
        for tokens, schema in _looked_at(rule.node.get(word, True), ()):
            yield way_to(".".join(tokens), rule.node.get("each", "")), schema
