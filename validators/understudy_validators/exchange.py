"""One request and its answer, as they went over the wire: what is judged afterwards, reported, and written as HAR."""

from __future__ import annotations

from dataclasses import dataclass

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and its answer.

    `url` is whole, from its scheme to its query. Names of headers are as they came. `started` is in Unix seconds,
    `seconds` the time until the answer was there. `contract` and `operation` say whose it is, where that is known;
    `comment` is what its recorder has to add.
    """

    method: str
    url: str
    request_headers: Headers = ()
    request_body: bytes = b""
    status: int
    response_headers: Headers = ()
    response_body: bytes = b""
    started: float = 0.0
    seconds: float = 0.0
    contract: str = ""
    operation: str = ""
    comment: str = ""

    def header(self, name: str) -> str:
        """The answer's header of that name, whatever its case; those of a repeated one joined by commas."""
        return _joined(self.response_headers, name)

    def request_header(self, name: str) -> str:
        """The request's header of that name, whatever its case; those of a repeated one joined by commas."""
        return _joined(self.request_headers, name)


def _joined(headers: Headers, name: str) -> str:
    return ", ".join(value for other, value in headers if other.lower() == name.lower())
