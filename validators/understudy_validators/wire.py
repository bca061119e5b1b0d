"""Requests as they are sent: built from an operation's own examples, for triggers, tests and curl lines."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

import orjson

from understudy_validators import edges
from understudy_validators.answers import as_text
from understudy_validators.case import Request
from understudy_validators.contract import Contract, Operation
from understudy_validators.edges import Constraint
from understudy_validators.errors import UsageError
from understudy_validators.parameters import Parameter
from understudy_validators.schemas import as_object, dereference, is_binary

JSON = "application/json"
FORM = "multipart/form-data"
NOTHING: Final = object()

Part = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WireRequest:
    """A request below the contract's root.

    `body` is a JSON value, a text that is sent as it is, or `NOTHING`; a form has `parts` instead.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = NOTHING
    parts: Sequence[Part] | None = None
    # The path without its query, the path parameters' texts, and the query.
    parameters: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    operation: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The request as JSON: `{method, path, headers, body}`, or `multipart` instead of `body`."""
        path = f"{self.path}?{self.query}" if self.query else self.path
        result: dict[str, Any] = {"method": self.method, "path": path, "headers": dict(self.headers)}
        if self.parts is not None:
            result["multipart"] = [dict(part) for part in self.parts]
        elif self.body is not NOTHING:
            result["body"] = self.body
        return result

    def encode(self) -> tuple[dict[str, str], bytes]:
        """Headers and bytes as they go over the wire."""
        if self.parts is not None:
            boundary = f"understudy-{secrets.token_hex(8)}"
            headers = {**self.headers, "Content-Type": f"{FORM}; boundary={boundary}"}
            return headers, encode_parts(self.parts, boundary)
        if self.body is NOTHING:
            return dict(self.headers), b""
        body = self.body.encode() if isinstance(self.body, str) else orjson.dumps(self.body)
        return dict(self.headers), body

    def to_request(self) -> Request:
        """The request as a judge takes it."""
        headers, body = self.encode()
        lower = {name.lower(): value for name, value in headers.items()}
        return Request(self.method, self.path, lower, self.query, body)


def encode_parts(parts: Sequence[Part], boundary: str) -> bytes:
    """A multipart/form-data body."""
    chunks: list[str] = []
    for part in parts:
        disposition = f'form-data; name="{_quotable(part["name"])}"'
        typed = ""
        if "filename" in part:
            disposition += f'; filename="{_quotable(part["filename"])}"'
            typed = f"Content-Type: {part['content_type']}\r\n"
        content = part.get("value", part.get("content", ""))
        chunks.append(f"--{boundary}\r\nContent-Disposition: {disposition}\r\n{typed}\r\n{content}\r\n")
    return ("".join(chunks) + f"--{boundary}--\r\n").encode()


def _quotable(name: str) -> str:
    """A name as browsers write it between quotes (HTML, multipart form data)."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def build(contract: Contract, step: Mapping[str, Any]) -> WireRequest:
    """The request that a trigger's step stands for (specs/README.md has its words).

    Raises `UsageError` for a wrong one.
    """
    if "send" not in step:
        return _bare(step)
    operation = contract.operation(step["send"])
    parameters = _replaced(
        {p.name: as_text(p.example) for p in operation.parameters if p.location == "path"}, step, "path"
    )
    query = _replaced(
        {**_required(operation, "query"), **_credential(contract, operation, step, "query")}, step, "query"
    )
    request = WireRequest(
        method=step.get("method", operation.method).upper(),
        path=fill(operation.path, parameters),
        headers=_headers(contract, operation, step),
        parameters=parameters,
        query=urlencode(query),
        operation=operation.id,
    )
    return _with_body(request, contract, operation, step)


def _bare(step: Mapping[str, Any]) -> WireRequest:
    headers = {name: str(value) for name, value in step.get("headers", {}).items() if value is not None}
    body = step.get("raw", step.get("body", NOTHING))
    return WireRequest(step.get("method", "get").upper(), step["url"], headers, body)


def fill(template: str, parameters: Mapping[str, str]) -> str:
    """A path template with its parameters filled in, percent-encoded."""
    for name, value in parameters.items():
        template = template.replace(f"{{{name}}}", quote(value, safe=""))
    return template


def _required(operation: Operation, location: str) -> dict[str, str]:
    wanted = [p for p in operation.parameters if p.location == location and p.required]
    return {parameter.name: as_text(parameter.example) for parameter in wanted}


def _replaced(defaults: Mapping[str, str], step: Mapping[str, Any], word: str) -> dict[str, str]:
    merged = {**defaults, **step.get(word, {})}
    return {name: as_text(value) for name, value in merged.items() if value is not None}


def _headers(contract: Contract, operation: Operation, step: Mapping[str, Any]) -> dict[str, str]:
    headers = {**_required(operation, "header"), **_credential(contract, operation, step, "header")}
    lower = {name.lower(): name for name in headers}
    for name, value in step.get("headers", {}).items():
        headers.pop(lower.get(name.lower(), name), None)
        if value is not None:
            headers[name] = str(value)
    return headers


def _credential(contract: Contract, operation: Operation, step: Mapping[str, Any], place: str) -> dict[str, str]:
    """The header or query parameter, as `place` says, with the step's credential: the example, another, or none."""
    names = [name for alternative in operation.security[:1] for name in alternative]
    other = step.get("as", NOTHING)
    if not names or other is None:
        return {}
    scheme = contract.document.data["components"]["securitySchemes"][names[0]]
    value = contract.credentials[names[0]]["example"] if other is NOTHING else other
    if scheme["type"] == "apiKey":
        return {scheme["name"]: value} if scheme["in"] == place else {}
    word = scheme["scheme"]
    return {"Authorization": f"{word.capitalize() if word == 'bearer' else word} {value}"} if place == "header" else {}


def _with_body(request: WireRequest, contract: Contract, operation: Operation, step: Mapping[str, Any]) -> WireRequest:
    document = contract.document.data
    place = step.get("past", "").split("/")[1:2]
    if place and place != ["body"]:
        request, step = _past_parameter(request, operation, document, step)
    constraint, media_type = _constraint(operation, document, step)
    schema = _schema(document, operation, media_type)
    if "raw" in step:
        return _carrying(request, media_type or JSON, step["raw"])
    if "multipart" in step:
        media_type = FORM
        schema = _schema(document, operation, FORM)
    body = (
        from_parts(step["multipart"], schema, document) if "multipart" in step else _body(operation, media_type, step)
    )
    if constraint is not None:
        body = edges.apply({} if body is NOTHING else body, constraint, schema, document, past=True)
    return to_wire(request, media_type, body, schema, document)


def _past_parameter(
    request: WireRequest, operation: Operation, document: Mapping[str, Any], step: Mapping[str, Any]
) -> tuple[WireRequest, dict[str, Any]]:
    """The request with a parameter past the constraint, and the step without it."""
    rest = {word: value for word, value in step.items() if word != "past"}
    for parameter in operation.parameters:
        if step["past"].startswith(f"{parameter.pointer}/"):
            constraint = edges.find(parameter.schema, document, step["past"], parameter.pointer)
            beyond = edges.resized(parameter.example, constraint, document)
            return _with_parameter(request, operation, parameter, as_text(beyond)), rest
    known = ", ".join(parameter.pointer for parameter in operation.parameters)
    raise UsageError(f"No parameter at {step['past']}. There is: {known or 'none'}.")


def _with_parameter(request: WireRequest, operation: Operation, parameter: Parameter, text: str) -> WireRequest:
    if parameter.location == "path":
        parameters = {**request.parameters, parameter.name: text}
        return _replace(request, parameters=parameters, path=fill(operation.path, parameters))
    if parameter.location == "header":
        return _replace(request, headers={**request.headers, parameter.name: text})
    return _replace(request, query=urlencode({**dict(parse_qsl(request.query)), parameter.name: text}))


def to_wire(request: WireRequest, media_type: str, body: Any, schema: Any, document: Mapping[str, Any]) -> WireRequest:
    """The request with a body in the media type: JSON, or the parts of a form."""
    if body is NOTHING or not media_type:
        return request
    if media_type == FORM:
        return _replace(request, parts=to_parts(body, schema, document))
    return _carrying(request, media_type, body)


def _carrying(request: WireRequest, media_type: str, body: Any) -> WireRequest:
    typed = any(name.lower() == "content-type" for name in request.headers)
    headers = request.headers if typed else {**request.headers, "Content-Type": media_type.replace("*/*", "text/plain")}
    return _replace(request, headers=headers, body=body)


def _replace(request: WireRequest, **changes: Any) -> WireRequest:
    fields = {name: getattr(request, name) for name in WireRequest.__dataclass_fields__}
    return WireRequest(**{**fields, **changes})


def _constraint(
    operation: Operation, document: Mapping[str, Any], step: Mapping[str, Any]
) -> tuple[Constraint | None, str]:
    """The constraint that the step breaks, and the first media type of the request that knows it."""
    names = [media_type.name for media_type in operation.media_types]
    if "past" not in step:
        return None, names[0] if names else ""
    names = [FORM] if "multipart" in step else names
    for name in names:
        try:
            return edges.find(_schema(document, operation, name), document, step["past"]), name
        except UsageError as error:
            failure = error
    raise failure if names else UsageError(f"{operation.id} has no body to break at {step['past']}.")


def _schema(document: Mapping[str, Any], operation: Operation, media_type: str) -> Any:
    if not media_type:
        return True
    node = document["paths"][operation.path][operation.method.lower()]
    body = dereference(node["requestBody"], document)
    return body["content"][media_type].get("schema", True)


def _body(operation: Operation, media_type: str, step: Mapping[str, Any]) -> Any:
    if "body" in step:
        return step["body"]
    examples = operation.request_examples.get(media_type, {})
    body = next(iter(examples.values()), NOTHING)
    return merge_patch(body, step["patch"]) if "patch" in step else body


def merge_patch(value: Any, patch: Any) -> Any:
    """JSON Merge Patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(value) if isinstance(value, dict) else {}
    for name, inner in patch.items():
        if inner is None:
            result.pop(name, None)
        else:
            result[name] = merge_patch(result.get(name), inner)
    return result


def to_parts(body: Mapping[str, Any], schema: Any, document: Mapping[str, Any]) -> list[dict[str, str]]:
    """A form's fields as parts: files become file parts, objects and lists JSON text."""
    properties = as_object(schema, document).get("properties", {})
    parts: list[dict[str, str]] = []
    for name, value in body.items():
        inner = as_object(properties.get(name), document)
        if is_binary(inner):
            parts.append(_file_part(name, value, 0))
        elif is_binary(dereference(inner.get("items"), document)):
            files = value if isinstance(value, list) else [value]
            parts += [_file_part(name, item, index) for index, item in enumerate(files)]
        else:
            parts.append({"name": name, "value": as_text(value)})
    return parts


def _file_part(name: str, value: Any, index: int) -> dict[str, str]:
    file = value if isinstance(value, dict) else {"content": str(value)}
    defaults = {"filename": f"file-{index + 1}.txt", "content_type": "text/plain"}
    return {"name": name, **defaults, **{key: inner for key, inner in file.items() if key != "name"}}


def from_parts(parts: Sequence[Part], schema: Any, document: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that parts stand for; a file stays the object that describes it."""
    properties = as_object(schema, document).get("properties", {})
    body: dict[str, Any] = {}
    for part in parts:
        inner = as_object(properties.get(part["name"]), document)
        value: Any = part["value"] if "value" in part else dict(part)
        if is_binary(dereference(inner.get("items"), document)):
            body.setdefault(part["name"], []).append(value)
        else:
            body[part["name"]] = value
    return body
