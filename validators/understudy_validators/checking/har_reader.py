"""HAR 1.2 as browsers and proxies write it, read into exchanges; what they left out is told from what was empty."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import orjson

from understudy_validators import wire
from understudy_validators.bodies import essence
from understudy_validators.errors import UsageError
from understudy_validators.exchange import Exchange, Headers

_KINDS: Mapping[str, tuple[type, ...]] = {
    "an object": (dict,),
    "a list": (list,),
    "a text": (str,),
    "a number": (int, float),
}
_BOUNDARY = "understudy-recorded"


@dataclass(frozen=True, slots=True)
class Frame:
    """One text that went over a websocket, to the server or from it."""

    sent: bool
    text: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry of a HAR: its exchange, and whether the bodies in it are what went over the wire.

    `number` counts from 0, as the entry's place does. `frames` is `None` for what is no websocket.
    """

    number: int
    exchange: Exchange
    request_known: bool
    answer_known: bool
    frames: tuple[Frame, ...] | None = None


def read_har(content: str | bytes, name: str) -> list[Recorded]:
    """The entries of a HAR. Raises `UsageError`, which names the file and the place of what is wrong in it."""
    try:
        data = orjson.loads(content.removeprefix(b"\xef\xbb\xbf") if isinstance(content, bytes) else content)
    except orjson.JSONDecodeError as error:
        raise UsageError(f"{name} is no HAR: it is not JSON ({error}).") from None
    root = _Node(data, "", name)
    entries = root.member("log", "an object").member("entries", "a list")
    return [_recorded(number, entry) for number, entry in enumerate(entries)]


@dataclass(frozen=True, slots=True)
class _Node:
    """A value of the file, which knows its place."""

    value: Any
    place: str
    file: str

    def member(self, name: str, kind: str) -> _Node:
        """A member that must be there. Raises `UsageError`."""
        if not isinstance(self.value, dict) or name not in self.value:
            raise UsageError(f"{self.file} is no HAR 1.2: {self.place}/{name} is missing.")
        return _Node(self.value[name], f"{self.place}/{name}", self.file).of(kind)

    def of(self, kind: str) -> _Node:
        """Itself, if it is of the kind. Raises `UsageError`."""
        if not isinstance(self.value, _KINDS[kind]) or isinstance(self.value, bool):
            raise UsageError(f"{self.file} is no HAR 1.2: {self.place or '/'} is not {kind}.")
        return self

    def get(self, name: str, kind: str) -> Any:
        """The value of a member that may be missing, or null."""
        value = self.value.get(name)
        return None if value is None else _Node(value, f"{self.place}/{name}", self.file).of(kind).value

    def __iter__(self) -> Iterator[_Node]:
        for index, item in enumerate(self.value):
            yield _Node(item, f"{self.place}/{index}", self.file)


def _recorded(number: int, entry: _Node) -> Recorded:
    entry.of("an object")
    request, response = entry.member("request", "an object"), entry.member("response", "an object")
    request_headers, response_headers = _headers(request), _headers(response)
    sent, request_known, sent_type = _sent(request)
    answered, answer_known, media_type = _answered(response)
    exchange = Exchange(
        method=request.member("method", "a text").value.upper(),
        url=request.member("url", "a text").value.partition("#")[0],
        request_headers=_with_type(request_headers, sent_type),
        request_body=sent,
        status=int(response.member("status", "a number").value),
        response_headers=_with_type(response_headers, media_type),
        response_body=answered,
        started=_started(entry),
        seconds=max(0.0, (entry.get("time", "a number") or 0.0) / 1000),
        comment=f"entry {number}",
    )
    return Recorded(number, exchange, request_known, answer_known, _frames(entry))


def _headers(message: _Node) -> Headers:
    found = []
    for header in message.member("headers", "a list"):
        name, value = header.of("an object").member("name", "a text"), header.member("value", "a text")
        if not name.value.startswith(":"):  # those of HTTP/2 stand in the address
            found.append((name.value, value.value))
    return tuple(found)


def _with_type(headers: Headers, media_type: str) -> Headers:
    """The headers with a Content-Type, if only the body's own words tell it."""
    known = any(name.lower() == "content-type" for name, _ in headers)
    return headers if known or not media_type else (*headers, ("Content-Type", media_type))


def _sent(request: _Node) -> tuple[bytes, bool, str]:
    """The request's body, whether it is whole, and its media type."""
    size = request.get("bodySize", "a number") or 0
    data = request.value.get("postData")
    if data is None:
        return b"", size <= 0, ""
    node = request.member("postData", "an object")
    media_type = node.get("mimeType", "a text") or ""
    text = node.get("text", "a text")
    if text:
        body = _decoded(node, "text", text, node.get("encoding", "a text") or node.get("_encoding", "a text"))
        return body, size <= len(body), media_type
    pairs = [pair.of("an object") for pair in node.member("params", "a list")] if node.value.get("params") else []
    if not pairs:
        return b"", size <= 0, media_type
    body, content_type = _of_params(pairs, media_type)
    return body, all("fileName" not in pair.value or pair.value.get("value") for pair in pairs), content_type


def _of_params(pairs: list[_Node], media_type: str) -> tuple[bytes, str]:
    """A form's body, of its fields as proxies list them."""
    fields = [(pair.member("name", "a text").value, pair.get("value", "a text") or "", pair) for pair in pairs]
    if essence(media_type) != wire.FORM:
        return urlencode([(name, value) for name, value, _ in fields]).encode(), media_type
    parts = []
    for name, value, pair in fields:
        filename = pair.get("fileName", "a text")
        kind = pair.get("contentType", "a text") or "application/octet-stream"
        file = {"name": name, "filename": filename or "", "content_type": kind, "content": value}
        parts.append(file if filename is not None else {"name": name, "value": value})
    return wire.encode_parts(parts, _BOUNDARY), f"{wire.FORM}; boundary={_BOUNDARY}"


def _answered(response: _Node) -> tuple[bytes, bool, str]:
    """The answer's body, whether it was recorded, and its media type."""
    if response.value.get("content") is None:
        return b"", False, ""
    content = response.member("content", "an object")
    text, media_type = content.get("text", "a text"), content.get("mimeType", "a text") or ""
    media_type = "" if media_type == "x-unknown" else media_type
    if not text:
        return b"", False, media_type
    return _decoded(content, "text", text, content.get("encoding", "a text")), True, media_type


def _decoded(node: _Node, name: str, text: str, encoding: str | None) -> bytes:
    if encoding != "base64":
        return text.encode("utf-8", "surrogatepass")
    try:
        return b64decode(text, validate=True)
    except (Base64Error, ValueError):
        raise UsageError(f"{node.file} is no HAR 1.2: {node.place}/{name} is not base64.") from None


def _started(entry: _Node) -> float:
    text = entry.get("startedDateTime", "a text")
    if not text:
        return 0.0
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        raise UsageError(f"{entry.file} is no HAR 1.2: {entry.place}/startedDateTime is no time.") from None


def _frames(entry: _Node) -> tuple[Frame, ...] | None:
    """The frames of a websocket, as Chromium and proxies keep them."""
    messages = entry.get("_webSocketMessages", "a list")
    if messages is None:
        return () if entry.value.get("_resourceType") == "websocket" else None
    found = []
    for message in entry.member("_webSocketMessages", "a list"):
        data, kind = message.of("an object").member("data", "a text"), message.member("type", "a text")
        if message.value.get("opcode", 1) == 1:
            found.append(Frame(kind.value == "send", data.value))
    return tuple(found)
