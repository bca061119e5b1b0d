"""One plain schema for all that a schema says through references and `allOf`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from understudy_validators import pointers

Node = Mapping[str, Any]
_DEEPEST = 24
_KEPT_BY_OTHERS = "allOf"
_LARGER = ("minLength", "minItems", "minimum", "exclusiveMinimum", "minProperties", "minContains")
_SMALLER = (
    "maxLength",
    "maxItems",
    "maximum",
    "exclusiveMaximum",
    "maxProperties",
    "maxContains",
    "x-max-bytes",
    "x-max-file-bytes",
)
_NESTED = ("items", "additionalProperties", "unevaluatedProperties", "propertyNames", "contains")
#: Words that say nothing about a value.
SILENT = frozenset(
    ("title", "description", "examples", "example", "default", "deprecated", "x-answers", "x-source", "$comment")
)


def flat(schema: Any, document: Node, depth: int = 0) -> Node | bool:
    """The schema without `$ref` and `allOf` at its top; `False` where nothing can fit."""
    if not isinstance(schema, Mapping):
        return True if schema is None else bool(schema)
    own: Node | bool = {word: value for word, value in schema.items() if word not in ("$ref", _KEPT_BY_OTHERS)}
    if depth > _DEEPEST:
        return own
    others = [pointers.resolve(document, schema["$ref"])] if "$ref" in schema else []
    for other in (*others, *schema.get(_KEPT_BY_OTHERS, ())):
        own = merged(own, flat(other, document, depth + 1))
    return own


def merged(one: Node | bool, other: Node | bool) -> Node | bool:
    """A schema that says what both say."""
    if isinstance(one, bool):
        return other if one else False
    if isinstance(other, bool):
        return one if other else False
    result = dict(one)
    for word, value in other.items():
        result[word] = _both(word, result[word], value) if word in result and result[word] != value else value
        if result[word] is _CLASH:
            result[word] = one[word]
            result["x-also"] = [*result.get("x-also", ()), {word: value}]
    return False if result.get("type") == [] else result


_CLASH: Any = object()


def _both(word: str, one: Any, other: Any) -> Any:
    if word in _LARGER:
        return max(one, other)
    if word in _SMALLER:
        return min(one, other)
    if word in _NESTED:
        return False if one is False or other is False else {"allOf": [one, other]}
    combine = _COMBINED.get(word)
    return combine(one, other) if combine else one if word in SILENT else _CLASH


def _types(one: Any, other: Any) -> list[str]:
    first, second = types_of(one), types_of(other)
    wide = [name for name in first if name in second or (name == "integer" and "number" in second)]
    return wide + [name for name in second if name == "integer" and "number" in first and name not in wide]


def types_of(types: Any) -> list[str]:
    """The names in a `type` word."""
    return [types] if isinstance(types, str) else list(types or ())


def _properties(one: Node, other: Node) -> dict[str, Any]:
    return {**one, **{name: {"allOf": [one[name], inner]} if name in one else inner for name, inner in other.items()}}


_COMBINED: Mapping[str, Callable[[Any, Any], Any]] = {
    "type": _types,
    "properties": _properties,
    "patternProperties": _properties,
    "required": lambda one, other: list(dict.fromkeys([*one, *other])),
    "enum": lambda one, other: [value for value in one if value in other],
    "x-also": lambda one, other: [*one, *other],
    "dependentRequired": lambda one, other: {**one, **other},
}
