"""Validators for schemas that stand nowhere in a contract, but refer into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jsonschema_rs

from understudy_validators.schemas import compile_schema, is_binary

_HERE = "urn:understudy:fuzzing"
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
    "number": (int, float),
}


class Checks:
    """Compiles such schemas, for one contract's document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._registry = jsonschema_rs.Registry([(_HERE, _prepared(document, ""))])

    def fits(self, schema: Any) -> Callable[[Any], bool]:
        """Whether a value fits the schema. Files are objects here, as in the view."""
        fits: Callable[[Any], bool] = compile_schema(_prepared(schema, _HERE), self._registry).is_valid
        return fits


def _prepared(schema: Any, base: str) -> Any:
    if isinstance(schema, Mapping):
        if is_binary(schema):
            return {"type": "object"}
        result = {word: _prepared(value, base) for word, value in schema.items() if word != "x-also"}
        if isinstance(schema.get("$ref"), str) and schema["$ref"].startswith("#"):
            result["$ref"] = base + schema["$ref"]
        if "x-also" in schema:
            result["allOf"] = [*result.get("allOf", ()), *_prepared(schema["x-also"], base)]
        return result
    return [_prepared(inner, base) for inner in schema] if isinstance(schema, list) else schema


def is_type(value: Any, name: str) -> bool:
    """Whether the value is of the JSON Schema type."""
    if name == "integer":
        return not isinstance(value, bool) and (
            isinstance(value, int) or (isinstance(value, float) and value == int(value))
        )
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, _TYPES.get(name, ()))
