"""Every constraint in a schema that a value can break by itself, and where values stand exactly at its limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from understudy_validators import pointers
from understudy_validators.edges import only_tells
from understudy_validators.places import EACH
from understudy_validators.schemas import compact_size

#: Keywords that judge a value itself.
KEYWORDS = (
    *("type", "enum", "const", "not", "format", "pattern", "minLength", "maxLength", "x-max-bytes", "x-max-file-bytes"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems"),
    *("uniqueItems", "contains", "minProperties", "maxProperties", "propertyNames"),
)
#: Keywords that forbid where they are `false`, and else hold a schema of what they speak of.
_CLOSED = ("additionalProperties", "unevaluatedProperties", "items", "unevaluatedItems")
_BRANCHES = ("anyOf", "oneOf")
#: Stands for whatever property has no schema of its own.
ANY = "*"
_DEEPEST = 16

Tokens = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Constraint:
    """One constraint: `pointer` is the way to it through the schema, `/body/tags/items/maxLength`.

    `at` is the way to the value: names, `[]` for each item, `*` for any other property. What is broken inside of a
    branch of `anyOf` or `oneOf` breaks that word, which stands `under` the way to its value.
    """

    pointer: str
    at: Tokens
    keyword: str
    limit: Any = field(compare=False)
    under: tuple[Tokens, str] | None = None

    @property
    def has_edge(self) -> bool:
        """Whether a value can be exactly at its limit."""
        return self.keyword in _MEASURES


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a schema stands: the value's way, the way's text, and the branch that it is in."""

    at: Tokens
    text: str
    under: tuple[Tokens, str] | None = None

    def below(self, token: str, text: str) -> _Spot:
        return _Spot((*self.at, token), f"{self.text}/{text}", self.under)

    def constraint(self, keyword: str, limit: Any) -> Constraint:
        return Constraint(f"{self.text}/{keyword}", self.at, keyword, limit, self.under)


def constraints(schema: Any, document: Mapping[str, Any], at: str) -> Iterator[Constraint]:
    """Every constraint in a schema and below it, each once; `at` is the pointer of the value that it judges.

    What stands in `allOf`, `then` and `else` counts for the value itself; a schema that contains itself is gone into
    once.
    """
    found = _walk(schema, document, _Spot(tuple(pointers.split(at)), at), ())
    yield from _once(found)


def _once(found: Iterator[Constraint]) -> Iterator[Constraint]:
    seen: set[str] = set()
    for constraint in found:
        if constraint.pointer not in seen:
            seen.add(constraint.pointer)
            yield constraint


def _walk(schema: Any, document: Mapping[str, Any], spot: _Spot, above: tuple[int, ...]) -> Iterator[Constraint]:
    if not isinstance(schema, dict) or id(schema) in above or len(above) > _DEEPEST:
        return
    above = (*above, id(schema))
    if "$ref" in schema:
        yield from _walk(pointers.resolve(document, schema["$ref"]), document, spot, above)
    yield from _own(schema, spot)
    for inner, where in _inner(schema, spot):
        yield from _walk(inner, document, where, above)


def _own(schema: Mapping[str, Any], spot: _Spot) -> Iterator[Constraint]:
    for keyword in (*KEYWORDS, *_BRANCHES):
        if keyword in schema and not only_tells(schema, keyword):
            yield spot.constraint(keyword, schema[keyword])
    yield from (spot.constraint(keyword, False) for keyword in _CLOSED if schema.get(keyword) is False)
    for name in schema.get("required", ()):
        yield spot.below(name, pointers.escape(name)).constraint("required", name)
    for name in schema.get("dependentRequired", {}):
        pointer = f"{pointers.child(spot.text, name)}/dependentRequired"
        yield Constraint(pointer, spot.at, "dependentRequired", schema["dependentRequired"][name], spot.under)


def _inner(schema: Mapping[str, Any], spot: _Spot) -> Iterator[tuple[Any, _Spot]]:
    """The schemas in a schema, and where they stand."""
    yield from (
        (inner, spot.below(name, pointers.escape(name))) for name, inner in schema.get("properties", {}).items()
    )
    for pattern, inner in schema.get("patternProperties", {}).items():
        yield inner, spot.below(ANY, f"patternProperties{pointers.join(pattern)}")
    for index, inner in enumerate(schema.get("prefixItems", ())):
        yield inner, spot.below(str(index), f"prefixItems/{index}")
    for word in _CLOSED:
        yield schema.get(word), spot.below(EACH if "tems" in word else ANY, word)
    yield from ((inner, spot) for inner in (*schema.get("allOf", ()), schema.get("then"), schema.get("else")))
    for word in _BRANCHES:
        for index, inner in enumerate(schema.get(word, ())):
            yield inner, _Spot(spot.at, f"{spot.text}/{word}/{index}", spot.under or (spot.at, word))


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
        for value in _values(view, constraint.at)
    )


def _values(value: Any, tokens: Sequence[str]) -> Iterator[Any]:
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
        chosen = value if first == EACH else value[int(first) :][:1] if first.isdecimal() else []
        for item in chosen:
            yield from _values(item, rest)
