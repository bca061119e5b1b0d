"""Path, query and header parameters: from text to values, and the built-in `parameters` check."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from understudy_validators import pointers
from understudy_validators.case import Case
from understudy_validators.rules import Check
from understudy_validators.schemas import Finding, Schemas, SchemaValidator, as_object, located
from understudy_validators.viewpaths import MISSING
from understudy_validators.violation import Violation

# ASCII digits only: int() would take "1_0", "٥" and "+1" as well.
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,18})", re.ASCII)
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,18})?", re.ASCII)
# Integers beyond 64 bits are no values that JSON parsers agree on.
_TOO_LARGE = 2**63
_BOOLEANS = {"true": True, "false": False}

# Names the answer that a finding gives, or the default.
AnswerFor = Callable[[Finding, str], str]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operation: where it is sent, its name, and its compiled schema."""

    location: str
    name: str
    required: bool
    schema: Mapping[str, Any]
    validator: SchemaValidator
    example: Any
    # What it is made of, where it is an array or an object.
    items: Mapping[str, Any] = field(default_factory=dict)
    properties: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def pointer(self) -> str:
        """JSON pointer of its value in the view."""
        return {"path": "/path", "query": "/query", "header": "/headers"}[self.location] + pointers.join(self.key)

    @property
    def key(self) -> str:
        """Its name in the view."""
        return self.name.lower() if self.location == "header" else self.name


def compile_parameter(pointer: str, document: Mapping[str, Any], schemas: Schemas) -> Parameter:
    """The parameter object that stands at the pointer, or that what stands there refers to."""
    pointer, node = located(pointer, document)
    schema = as_object(node.get("schema"), document)
    return Parameter(
        location=node["in"],
        name=node["name"],
        required=node.get("required", False),
        schema=schema,
        validator=schemas.at(f"{pointer}/schema"),
        example=node.get("example"),
        items=as_object(schema.get("items"), document),
        properties={name: as_object(inner, document) for name, inner in schema.get("properties", {}).items()},
    )


def coerce(text: str, schema: Mapping[str, Any]) -> Any:
    """The value that a text stands for, by the schema's type; the text itself where it stands for none."""
    types = schema.get("type", ())
    types = (types,) if isinstance(types, str) else types
    if "integer" in types and _INTEGER.fullmatch(text) and abs(int(text)) < _TOO_LARGE:
        return int(text)
    if "number" in types and _NUMBER.fullmatch(text):
        return float(text)
    if "boolean" in types and text in _BOOLEANS:
        return _BOOLEANS[text]
    return text


def reader(parameters: Sequence[Parameter]) -> Callable[[Case, Mapping[str, str]], None]:
    """A function that puts `path`, `query` and `headers` into the view; values that don't fit stay texts."""
    # What is a string anyway needs no look.
    others = [parameter for parameter in parameters if parameter.schema.get("type") != "string"]
    in_path = [parameter for parameter in others if parameter.location == "path"]
    in_headers = [parameter for parameter in others if parameter.location == "header"]
    defaults = _defaults(parameters)

    def read(case: Case, path: Mapping[str, str]) -> None:
        query, headers = case.request.query, case.request.headers
        case.view["path"] = {**path, **_values(in_path, path)} if in_path else path
        case.view["query"] = {**defaults, **_query(parameters, query)} if query else {**defaults}
        case.view["headers"] = {**headers, **_values(in_headers, headers)} if in_headers else headers

    return read


def _values(parameters: Iterable[Parameter], texts: Mapping[str, str]) -> dict[str, Any]:
    return {p.key: coerce(texts[p.key], p.schema) for p in parameters if p.key in texts}


def _defaults(parameters: Iterable[Parameter]) -> dict[str, Any]:
    return {p.name: p.schema["default"] for p in parameters if p.location == "query" and "default" in p.schema}


def _query(parameters: Sequence[Parameter], query: str) -> dict[str, Any]:
    pairs = parse_qsl(query, keep_blank_values=True)
    result: dict[str, Any] = dict(pairs)
    for parameter in parameters:
        if parameter.location == "query":
            value = _structured(parameter, pairs)
            if value is not MISSING:
                result[parameter.name] = value
    return result


def _structured(parameter: Parameter, pairs: Sequence[tuple[str, str]]) -> Any:
    """A parameter's value: arrays repeat `name` or `name[]`, objects come as `name[key]` (deepObject)."""
    name, schema = parameter.name, parameter.schema
    if schema.get("type") == "array":
        items = [coerce(text, parameter.items) for key, text in pairs if key in (name, f"{name}[]")]
        return items or MISSING
    if schema.get("type") == "object":
        inner = parameter.properties
        found = {key[len(name) + 1 : -1]: text for key, text in pairs if key.startswith(f"{name}[") and key[-1] == "]"}
        return {key: coerce(text, inner.get(key, {})) for key, text in found.items()} or MISSING
    return next((coerce(text, schema) for key, text in reversed(pairs) if key == name), MISSING)


def compile_parameters(parameters: Sequence[Parameter], answer: str, answer_for: AnswerFor) -> Check:
    """The check that every parameter is there, where required, and fits its schema."""
    roots = {"path": "path", "query": "query", "header": "headers"}
    plans = [(roots[p.location], p.key, p.validator, p) for p in parameters]

    def judge(case: Case) -> None:
        for root, key, validator, parameter in plans:
            value = case.view[root].get(key, MISSING)
            if value is MISSING:
                if parameter.required and parameter.location != "path":
                    _note(case, parameter, _missing(parameter, answer))
            elif not validator.fits(value):
                for finding in parameter.validator.findings(value):
                    _note(case, parameter, finding.violation(parameter.pointer, answer_for(finding, answer)))

    return Check("parameters", "parameters", judge, (answer,))


def _note(case: Case, parameter: Parameter, violation: Violation) -> None:
    case.broken.append(parameter.pointer)
    case.add(violation)


def _missing(parameter: Parameter, answer: str) -> Violation:
    message = f"the {parameter.location} parameter {parameter.name} is required"
    return Violation(
        path=parameter.pointer, rule="required", limit=parameter.name, actual=None, answer=answer, message=message
    )
