"""Multipart bodies (RFC 7578): bytes in, parts out."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from email.message import Message

import python_multipart
from python_multipart.exceptions import FormParserError

# The parser logs what it raises as well, and Python prints what nobody listens to.
logging.getLogger("python_multipart").addHandler(logging.NullHandler())


#: Parts that a body may have. Each costs more than its bytes, and no form has as many.
MAX_PARTS = 1000


class MultipartError(ValueError):
    """A body that is not the multipart body that its Content-Type announces; the text says why."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its name, its bytes, and, where the client gave them, file name and media type."""

    name: str
    content: bytes = field(repr=False)
    filename: str | None = None
    content_type: str = ""


class _Collector:
    """Gathers parts from the parser's callbacks."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.finished = False
        self._reset()

    def _reset(self) -> None:
        self._headers: dict[str, bytes] = {}
        self._name, self._value, self._content = bytearray(), bytearray(), bytearray()

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def header_end(self) -> None:
        self._headers[self._name.decode("latin-1").lower()] = bytes(self._value)
        self._name, self._value = bytearray(), bytearray()

    def part_data(self, data: bytes, start: int, end: int) -> None:
        self._content += data[start:end]

    def part_end(self) -> None:
        if len(self.parts) == MAX_PARTS:
            raise MultipartError(f"there are more than {MAX_PARTS} parts")
        disposition = _parameters(self._headers.get("content-disposition", b""))
        if "name" not in disposition:
            raise MultipartError("a part has no name")
        content_type = self._headers.get("content-type", b"").decode("latin-1")
        self.parts.append(Part(disposition["name"], bytes(self._content), disposition.get("filename"), content_type))
        self._reset()

    def end(self) -> None:
        self.finished = True


def _parameters(header: bytes) -> dict[str, str]:
    """A header's parameters; browsers write names in UTF-8, whatever the RFCs say."""
    _, parameters = python_multipart.multipart.parse_options_header(header)
    return {key.decode("latin-1"): value.decode("utf-8", "replace") for key, value in parameters.items()}


def _without_preamble(body: bytes, boundary: bytes) -> bytes:
    """The body from its first boundary on: what stands before it is to be ignored (RFC 2046, section 5.1.1)."""
    start = body.find(b"\r\n--" + boundary)
    return body if start < 0 or body.startswith(b"--" + boundary) else body[start + 2 :]


def parse(content_type: str, body: bytes) -> list[Part]:
    """The parts of a body, in their order. Raises `MultipartError` for a body that is broken or cut short."""
    boundary = Message()
    boundary["content-type"] = content_type
    text = boundary.get_boundary()
    if not text:
        raise MultipartError("the Content-Type names no boundary")
    collector = _Collector()
    try:
        parser = python_multipart.MultipartParser(
            text.encode("latin-1"),
            {
                "on_header_field": collector.header_field,
                "on_header_value": collector.header_value,
                "on_header_end": collector.header_end,
                "on_part_data": collector.part_data,
                "on_part_end": collector.part_end,
                "on_end": collector.end,
            },
        )
        parser.write(_without_preamble(body, text.encode("latin-1")))
    except (FormParserError, UnicodeEncodeError) as error:
        raise MultipartError(str(error)) from None
    if not collector.finished:
        raise MultipartError("the body ends before its last boundary")
    return collector.parts
