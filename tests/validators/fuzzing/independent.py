"""A second opinion: the reference validator for Python, with the contract language's own keywords."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from understudy_validators.schemas import located


def _is_uuid(value: Any) -> bool:
    return not isinstance(value, str) or str(UUID(value)) == value.lower()


def _is_date_time(value: Any) -> bool:
    if not isinstance(value, str):
        return True
    whole = re.fullmatch(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", value, re.ASCII)
    return whole is not None and datetime.fromisoformat(value.upper()) is not None


def _is_date(value: Any) -> bool:
    return not isinstance(value, str) or date.fromisoformat(value).isoformat() == value


def _is_uri(value: Any) -> bool:
    return not isinstance(value, str) or re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]*", value) is not None


def _is_email(value: Any) -> bool:
    return not isinstance(value, str) or re.fullmatch(r"[^@\s]+@[^@\s]+", value) is not None


_CHECKER = FormatChecker(formats=())
for _name, _check in {
    "uuid": _is_uuid,
    "date-time": _is_date_time,
    "date": _is_date,
    "uri": _is_uri,
    "email": _is_email,
}.items():
    _CHECKER.checks(_name, ValueError)(_check)


def _compact(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _max_bytes(validator: Any, limit: int, value: Any, schema: Any) -> Iterator[ValidationError]:
    if _compact(value) > limit:
        yield ValidationError("too many bytes")


def _max_file_bytes(validator: Any, limit: int, value: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(value, dict) and value.get("size", 0) > limit:
        yield ValidationError("too large a file")


_VALIDATOR = extend(Draft202012Validator, {"x-max-bytes": _max_bytes, "x-max-file-bytes": _max_file_bytes})
_URI = "urn:contract"


class Independent:
    """Judges values by schemas of a document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        resource = DRAFT202012.create_resource(_with_files(document))
        self._registry: Any = Registry().with_resource(_URI, resource)

    def errors(self, pointer: str, value: Any) -> list[tuple[str, str]]:
        """(JSON pointer, keyword) of each constraint that the value breaks; a missing property's is its own."""
        schema = {"$ref": f"{_URI}#{pointer}"}
        validator = _VALIDATOR(schema, registry=self._registry, format_checker=_CHECKER)
        return sorted(_told(error) for error in validator.iter_errors(value))


def _told(error: ValidationError) -> tuple[str, str]:
    path = [str(token).replace("~", "~0").replace("/", "~1") for token in error.absolute_path]
    if error.validator == "required":
        missing = re.match(r"'(.*)' is a required property", error.message)
        path.append(missing[1] if missing else "")
    return "".join(f"/{token}" for token in path), str(error.validator)


def _with_files(schema: Any) -> Any:
    """Files as rules see them: objects."""
    if isinstance(schema, list):
        return [_with_files(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "binary":
        return {**{key: value for key, value in schema.items() if key != "format"}, "type": "object"}
    return {key: _with_files(value) for key, value in schema.items()}


def parameter_schemas(document: Mapping[str, Any], operation: Any) -> dict[str, tuple[str, bool]]:
    """Pointer of the schema of each parameter, by its place in the view, and whether it must be there."""
    found: dict[str, tuple[str, bool]] = {}
    item = operation.pointer.rpartition("/")[0]
    for at in (item, operation.pointer):
        for index in range(len(located(at, document)[1].get("parameters", ()))):
            pointer, node = located(f"{at}/parameters/{index}", document)
            root = {"path": "path", "query": "query", "header": "headers"}[node["in"]]
            name = node["name"].lower() if root == "headers" else node["name"]
            found[f"/{root}/{name}"] = (f"{pointer}/schema", node.get("required", False) and root != "path")
    return found
