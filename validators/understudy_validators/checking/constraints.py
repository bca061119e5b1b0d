"""Every constraint in a schema that a value can break by itself, and where values stand exactly at its limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from understudy_validators import pointers
from understudy_validators.edges import SIZES, only_tells
from understudy_validators.schemas import compact_size, dereference

#: Keywords that judge a value; `anyOf` and its like do so as a whole, whatever stands in them.
KEYWORDS = (
    *("type", "enum", "const", "pattern", "format", "multipleOf", "exclusiveMaximum", "exclusiveMinimum"),
    *("maxProperties", "minProperties", "propertyNames", "uniqueItems", "contains", "dependentRequired"),
    *("anyOf", "oneOf", "not"),
)
#: Keywords that judge a value where they are `false`, and else hold a schema of what they speak of.
_CLOSED = ("additionalProperties", "unevaluatedProperties", "unevaluatedItems")
#: Stands for whatever property has no schema of its own.
ANY = "*"
_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Constraint:
    """One constraint: `pointer` is the way to the value and the keyword, `/body/tags/items/maxLength`."""

    pointer: str
    keyword: str
    limit: Any = field(compare=False)

    @property
    def tokens(self) -> list[str]:
        """The way to the value."""
        return pointers.split(self.pointer)[:-1]

    @property
    def has_edge(self) -> bool:
        """Whether a value can be exactly at its limit."""
        return self.keyword in SIZES or self.keyword in ("maxProperties", "minProperties")


def constraints(schema: Any, document: Mapping[str, Any], at: str, depth: int = 0) -> Iterator[Constraint]:
    """Every constraint in a schema and below it; `at` is the pointer of the value that it judges.

    What stands in `allOf`, `then` and `else` counts for the value itself. A schema that contains itself is followed
    twelve levels down.
    """
    schema = dereference(schema, document)
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return
    yield from _own(schema, at)
    for inner in _beside(schema):
        yield from constraints(inner, document, at, depth + 1)
    for name, inner in _below(schema):
        yield from constraints(inner, document, pointers.child(at, name), depth + 1)


def _own(schema: Mapping[str, Any], at: str) -> Iterator[Constraint]:
    for keyword in (*SIZES, *KEYWORDS):
        if keyword in schema and not only_tells(schema, keyword):
            yield Constraint(f"{at}/{keyword}", keyword, schema[keyword])
    for keyword in _CLOSED:
        if schema.get(keyword) is False:
            yield Constraint(f"{at}/{keyword}", keyword, False)
    for name in schema.get("required", ()):
        yield Constraint(f"{pointers.child(at, name)}/required", "required", name)


def _beside(schema: Mapping[str, Any]) -> Iterator[Any]:
    yield from schema.get("allOf", ())
    yield from (schema[word] for word in ("then", "else") if word in schema)
    yield from schema.get("dependentSchemas", {}).values()


def _below(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from schema.get("properties", {}).items()
    yield from ((ANY, inner) for inner in schema.get("patternProperties", {}).values())
    yield from ((ANY, schema[word]) for word in ("additionalProperties", "unevaluatedProperties") if word in schema)
    yield from ((str(index), inner) for index, inner in enumerate(schema.get("prefixItems", ())))
    if "items" in schema:
        yield "items", schema["items"]


_MEASURES: Mapping[str, tuple[type | tuple[type, ...], Callable[[Any], Any]]] = {
    "maxLength": (str, len),
    "minLength": (str, len),
    "maxItems": (list, len),
    "minItems": (list, len),
    "maxProperties": (dict, len),
    "minProperties": (dict, len),
    "maximum": ((int, float), lambda value: value),
    "minimum": ((int, float), lambda value: value),
    "x-max-bytes": (object, compact_size),
    "x-max-file-bytes": (dict, lambda value: value.get("size")),
}


def is_at_edge(constraint: Constraint, view: Mapping[str, Any]) -> bool:
    """Whether any value in the view stands exactly at the limit of a constraint that has an edge."""
    kind, measure = _MEASURES[constraint.keyword]
    return any(
        isinstance(value, kind) and not isinstance(value, bool) and measure(value) == constraint.limit
        for value in _values(view, constraint.tokens)
    )


def _values(value: Any, tokens: list[str]) -> Iterator[Any]:
    """What stands at the end of a way."""
    if not tokens:
        yield value
        return
    first, *rest = tokens
    if isinstance(value, Mapping):
        named = [value[first]] if first in value else list(value.values()) if first == ANY else []
        for inner in named:
            yield from _values(inner, rest)
    elif isinstance(value, list):
        chosen = (
            value if first == "items" else [value[int(first)]] if first.isdecimal() and int(first) < len(value) else []
        )
        for item in chosen:
            yield from _values(item, rest)
