"""Every constraint in a schema, with the way to the value that it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from understudy_validators import pointers
from understudy_validators.fuzzing.drafts import Tokens
from understudy_validators.fuzzing.regexes import matching
from understudy_validators.fuzzing.sources import Plainest
from understudy_validators.places import EACH
from understudy_validators.schemas import is_binary

Node = Mapping[str, Any]
#: Words that say something about a value itself.
PLAIN_WORDS = (
    *("type", "enum", "const", "not", "format", "pattern", "minLength", "maxLength", "x-max-bytes", "x-max-file-bytes"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems"),
    *("uniqueItems", "contains", "minProperties", "maxProperties", "propertyNames"),
)
#: Words that forbid where they are false, and else hold schemas.
CLOSING = ("additionalProperties", "unevaluatedProperties", "items", "unevaluatedItems")
BRANCHING = ("anyOf", "oneOf")
#: The property that no schema names.
STRANGER = "unknown"
_DEEPEST = 16


@dataclass(frozen=True, slots=True)
class Constraint:
    """One constraint: `at` is the way to the value, `pointer` its text with the keyword, `/body/tags/items/maxLength`.

    Breaking one inside of a branch of `anyOf` or `oneOf` breaks that word, which stands `under` the way to its value.
    """

    pointer: str
    at: Tokens
    keyword: str
    limit: Any
    schema: Node
    under: tuple[Tokens, str] | None = None

    @property
    def broken(self) -> tuple[Tokens, str]:
        """The way to the value that is found wrong, and the keyword that finds it so."""
        return self.under or (self.at, self.keyword)


def constraints(schema: Any, document: Node, at: Tokens) -> Iterator[Constraint]:
    """Every constraint in a schema and below it, each once; a recursive schema is gone into once."""
    seen: set[str] = set()
    for constraint in _walk(schema, document, (at, pointers.join(*at), None), ()):
        if constraint.pointer not in seen:
            seen.add(constraint.pointer)
            yield constraint


#: The way to a value, its text, and the branch it is in.
_Where = tuple[Tokens, str, tuple[Tokens, str] | None]


def _walk(schema: Any, document: Node, where: _Where, above: tuple[int, ...]) -> Iterator[Constraint]:
    if not isinstance(schema, Mapping) or id(schema) in above or len(above) > _DEEPEST:
        return
    above = (*above, id(schema))
    at, text, under = where
    if "$ref" in schema:
        yield from _walk(pointers.resolve(document, schema["$ref"]), document, where, above)
    for word in PLAIN_WORDS:
        if word in schema and not _says_nothing(word, schema):
            yield Constraint(f"{text}/{word}", at, word, schema[word], schema, under)
    yield from _of_objects(schema, document, where, above)
    yield from _of_arrays(schema, document, where, above)
    for inner in (*schema.get("allOf", ()), schema.get("then"), schema.get("else")):
        yield from _walk(inner, document, where, above)
    for word in BRANCHING:
        yield from _branches(schema, word, document, where, above)


def _says_nothing(word: str, schema: Node) -> bool:
    if word in ("type", "format"):
        return is_binary(schema)
    return word == "uniqueItems" and not schema[word]


def _branches(schema: Node, word: str, document: Node, where: _Where, above: tuple[int, ...]) -> Iterator[Constraint]:
    at, text, under = where
    if word not in schema:
        return
    yield Constraint(f"{text}/{word}", at, word, schema[word], schema, under)
    for index, branch in enumerate(schema[word]):
        yield from _walk(branch, document, (at, f"{text}/{word}/{index}", under or (at, word)), above)


def _of_objects(schema: Node, document: Node, where: _Where, above: tuple[int, ...]) -> Iterator[Constraint]:
    at, text, under = where
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        place = pointers.child(text, name)
        yield Constraint(f"{place}/required", (*at, name), "required", name, properties.get(name, {}), under)
    for name, inner in properties.items():
        place = pointers.child(text, name)
        if inner is False:
            yield Constraint(f"{place}/false", (*at, name), "false", False, {}, under)
        yield from _walk(inner, document, ((*at, name), place, under), above)
    for name in schema.get("dependentRequired", {}):
        place = f"{pointers.child(text, name)}/dependentRequired"
        yield Constraint(place, (*at, name), "dependentRequired", schema["dependentRequired"][name], schema, under)
    for pattern, inner in schema.get("patternProperties", {}).items():
        build = matching(pattern)
        name = build(Plainest()) if build else STRANGER
        place = f"{text}/patternProperties{pointers.join(pattern)}"
        yield from _walk(inner, document, ((*at, name), place, under), above)
    for word in ("additionalProperties", "unevaluatedProperties"):
        yield from _closing(schema, word, document, (at, text, under), above)


def _closing(schema: Node, word: str, document: Node, where: _Where, above: tuple[int, ...]) -> Iterator[Constraint]:
    at, text, under = where
    if schema.get(word) is False:
        yield Constraint(f"{text}/{word}", at, word, False, schema, under)
    below = EACH if word in ("items", "unevaluatedItems") else STRANGER
    yield from _walk(schema.get(word), document, ((*at, below), f"{text}/{word}", under), above)


def _of_arrays(schema: Node, document: Node, where: _Where, above: tuple[int, ...]) -> Iterator[Constraint]:
    at, text, under = where
    for index, inner in enumerate(schema.get("prefixItems", ())):
        yield from _walk(inner, document, ((*at, str(index)), f"{text}/prefixItems/{index}", under), above)
    for word in ("items", "unevaluatedItems"):
        yield from _closing(schema, word, document, (at, text, under), above)
