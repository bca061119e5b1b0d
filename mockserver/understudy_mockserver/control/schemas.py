"""JSON Schemas that clients bring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from understudy_mockserver.control.call import RefusedError
from understudy_validators.schemas import Schemas, SchemaValidator, compile_schema


def fits(schema: Mapping[str, Any]) -> Callable[[Any], bool]:
    """Whether a value fits the schema. Raises `RefusedError` for one that is none, or refers to something outside."""
    try:
        fits: Callable[[Any], bool] = compile_schema(dict(schema)).is_valid
    except ValueError as error:
        raise _refused(error) from None
    return fits


def validator(schema: Mapping[str, Any]) -> SchemaValidator:
    """The same, for who wants to know why a value does not fit."""
    try:
        return Schemas({"where": dict(schema)}).at("/where")
    except ValueError as error:
        raise _refused(error) from None


def _refused(error: Exception) -> RefusedError:
    return RefusedError("invalid-schema", f"`where` is no JSON Schema: {str(error).splitlines()[0]}.")
