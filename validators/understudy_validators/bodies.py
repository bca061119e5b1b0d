"""Request bodies: the built-in checks `form` (the body can be read) and `schema` (it fits)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import orjson

from understudy_validators import multipart
from understudy_validators.case import MAX_DEPTH, Case, Upload
from understudy_validators.defaults import Fill, fill_defaults
from understudy_validators.parameters import AnswerFor, coerce
from understudy_validators.rules import Check
from understudy_validators.schemas import SchemaValidator, as_object, dereference, is_binary
from understudy_validators.violation import Violation, shorten


class FormError(ValueError):
    """A body that cannot be read; the text says why."""


Read = Callable[[Case], Any]


@dataclass(frozen=True, slots=True)
class MediaType:
    """One media type of a request body: how it is read, and what it must look like."""

    name: str
    read: Read
    validator: SchemaValidator
    fill: Fill | None


@lru_cache(maxsize=64)
def essence(content_type: str) -> str:
    """The media type without parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def compile_media_type(
    name: str, node: Mapping[str, Any], document: Mapping[str, Any], validator: SchemaValidator
) -> MediaType:
    """One entry of a request body's `content`."""
    schema = dereference(node.get("schema", True), document)
    return MediaType(name, _reader(name, schema, document), validator, fill_defaults(schema, document))


def _reader(name: str, schema: Any, document: Mapping[str, Any]) -> Read:
    if name == "application/json" or name.endswith("+json"):
        return _read_json
    node = schema if isinstance(schema, dict) else {}
    plan = {key: as_object(inner, document) for key, inner in node.get("properties", {}).items()}
    if name == "multipart/form-data":
        strict = node.get("additionalProperties") is False
        return lambda case: _read_multipart(case, plan, document, strict)
    if name == "application/x-www-form-urlencoded":
        return lambda case: {key: _value(case, text, plan.get(key, {})) for key, text in _fields(case)}
    return _read_file if is_binary(schema) else lambda case: case.request.body.decode("utf-8", "replace")


def _fields(case: Case) -> list[tuple[str, str]]:
    return parse_qsl(case.request.body.decode("utf-8", "replace"), keep_blank_values=True)


def _read_json(case: Case) -> Any:
    body = case.request.body
    if not body:
        return {}
    content_type = case.request.headers.get("content-type", "")
    if ";" in content_type:
        charset = content_type.lower().partition("charset=")[2].strip(' "')
        if charset and charset.partition(";")[0].strip(' "') not in ("utf-8", "utf8", "us-ascii"):
            raise FormError(f"JSON is UTF-8, not {charset}")
    return parse_json(body, case.request.max_depth)


def parse_json(body: bytes | str, max_depth: int = MAX_DEPTH) -> Any:
    """The value of a JSON text. Raises `FormError` where it is none, or nests deeper than so many levels."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise FormError(f"the JSON is malformed: {error}") from None
    if len(body) > max_depth and _is_deeper(value, max_depth):
        raise FormError(f"the JSON nests deeper than {max_depth}")
    return value


def _is_deeper(value: Any, levels: int) -> bool:
    if type(value) is dict:
        value = value.values()
    elif type(value) is not list:
        return False
    inner = [item for item in value if type(item) in (dict, list)]
    return levels == 0 or any(_is_deeper(item, levels - 1) for item in inner)


def _read_file(case: Case) -> dict[str, Any]:
    content_type = case.request.headers.get("content-type", "application/octet-stream")
    return _file(case, Upload("", content_type, case.request.body))


def _file(case: Case, upload: Upload) -> dict[str, Any]:
    """The view of a file: what rules may ask of it, and its place among the case's uploads."""
    case.uploads.append(upload)
    return {
        "filename": upload.filename,
        "contentType": upload.content_type,
        "size": len(upload.content),
        "upload": len(case.uploads) - 1,
    }


def _read_multipart(case: Case, plan: Mapping[str, Any], document: Mapping[str, Any], strict: bool) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if not case.request.body:
        return body
    try:
        parts = multipart.parse(case.request.headers.get("content-type", ""), case.request.body)
    except multipart.MultipartError as error:
        raise FormError(f"the multipart body is malformed: {error}") from None
    for part in parts:
        if (part.name not in plan and not strict) or (part.filename == "" and not part.content):
            continue  # a field that nobody knows, or a file input of a page in which nothing was chosen
        schema = plan.get(part.name, {})
        items = as_object(schema.get("items"), document)
        if is_binary(schema):
            body[part.name] = _sent(case, part)
        elif is_binary(items):
            body.setdefault(part.name, []).append(_sent(case, part))
        elif part.name in body:
            raise FormError(f"the part {part.name!r} came twice")
        else:
            body[part.name] = _value(case, _text(part), schema, part.name)
    return body


def _sent(case: Case, part: multipart.Part) -> Any:
    """What came where a file is due: a text without a file's name is none, and stays a text."""
    is_text = part.filename is None and essence(part.content_type) in ("", "text/plain")
    return _text(part) if is_text else _file(case, _upload(part))


def _upload(part: multipart.Part) -> Upload:
    return Upload(part.filename or "upload", essence(part.content_type) or "application/octet-stream", part.content)


def _text(part: multipart.Part) -> str:
    try:
        return part.content.decode()
    except UnicodeDecodeError:
        raise FormError(f"the part {part.name!r} is not UTF-8") from None


def _value(case: Case, text: str, schema: Mapping[str, Any], name: str = "") -> Any:
    """A field's value: JSON text for objects and arrays, else what its type says."""
    types = schema.get("type", ())
    types = (types,) if isinstance(types, str) else types
    if "string" in types or not ("object" in types or "array" in types or "oneOf" in schema or "anyOf" in schema):
        return coerce(text, schema)
    try:
        return parse_json(text, case.request.max_depth)
    except FormError as error:
        raise FormError(f"in the part {name!r} {error}") from None


def compile_form(
    media_types: Sequence[MediaType], *, answer: str, unsupported: str, required: bool, assume: str
) -> Check:
    """The check that a body came where one must, in a media type of the operation, and can be read."""
    known = {media_type.name: media_type for media_type in media_types}
    default = known.get("*/*")

    def judge(case: Case) -> None:
        sent = essence(case.request.headers.get("content-type", ""))
        media_type = known.get(assume or sent, default)
        if not case.request.body and (required or media_type is None):
            if required:
                _refuse(case, "required", "a body", None, answer, "a body is required")
            case.view["body"], case.media_type = {}, media_types[0]
        elif media_type is None:
            _refuse(case, "media-type", list(known), sent, unsupported, f"the body is of type {sent!r}")
        else:
            _read_into(case, media_type, answer)

    return Check("form", "form", judge, tuple(dict.fromkeys((answer, unsupported))))


def _read_into(case: Case, media_type: MediaType, answer: str) -> None:
    try:
        case.view["body"] = media_type.read(case)
        case.media_type = media_type
    except FormError as error:
        _refuse(case, "form", media_type.name, shorten(str(error)), answer, str(error))


def _refuse(case: Case, rule: str, limit: Any, actual: Any, answer: str, message: str) -> None:
    case.broken.append("/body")
    case.add(Violation(path="/body", rule=rule, limit=limit, actual=actual, answer=answer, message=message))


def compile_schema_check(answer: str, answer_for: AnswerFor) -> Check:
    """The check that the body fits the schema of its media type; then defaults are filled in."""

    def judge(case: Case) -> None:
        media_type, body = case.media_type, case.view.get("body")
        if media_type is None:
            return
        if media_type.validator.fits(body):
            if media_type.fill:
                media_type.fill(body)
            return
        for finding in media_type.validator.findings(body):
            violation = finding.violation("/body", answer_for(finding, answer))
            case.broken.append(violation.path)
            case.add(violation)

    return Check("schema", "schema", judge, (answer,), frozenset({"/body"}))
