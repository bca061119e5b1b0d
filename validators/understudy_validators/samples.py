"""Small values that fit a schema: what a request is completed with before one constraint of it is tried."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy_validators.schemas import dereference

_FORMATS = {
    "uuid": "00000000-0000-4000-8000-000000000000",
    "date-time": "2026-01-01T00:00:00.000Z",
    "date": "2026-01-01",
    "uri": "https://example.com/",
    "email": "someone@example.com",
}


def sample(schema: Any, document: Mapping[str, Any]) -> Any:
    """The plainest value that fits the schema; only required properties are filled in."""
    schema = dereference(schema, document)
    if not isinstance(schema, dict):
        return "x"
    for word in ("const", "default", "example"):
        if word in schema:
            return schema[word]
    for word in ("enum", "examples"):
        if schema.get(word):
            return schema[word][0]
    for word in ("oneOf", "anyOf"):
        if schema.get(word):
            return sample(schema[word][0], document)
    return _of_type(first_type(schema), schema, document)


def first_type(schema: Mapping[str, Any]) -> str:
    """The schema's type; of several the first that is not null, of none what its other words suggest."""
    types = schema.get("type", ())
    types = [types] if isinstance(types, str) else [name for name in types if name != "null"]
    if types:
        return str(types[0])
    return "object" if "properties" in schema else "array" if "items" in schema else "string"


def _of_type(kind: str, schema: Mapping[str, Any], document: Mapping[str, Any]) -> Any:
    if kind == "object":
        properties = schema.get("properties", {})
        return {name: sample(properties.get(name, True), document) for name in schema.get("required", ())}
    if kind == "array":
        return [sample(schema.get("items", True), document) for _ in range(schema.get("minItems", 0))]
    if kind == "string":
        return _FORMATS.get(schema.get("format", ""), "x" * max(1, schema.get("minLength", 1)))
    number = min(max(1, schema.get("minimum", 1)), schema.get("maximum", 1)) if kind != "boolean" else True
    return number if kind in ("integer", "number", "boolean") else None
