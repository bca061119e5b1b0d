"""Markers in the place of credentials, for whatever is kept, printed or handed on.

A marker is a digest: it tells nothing of the credential, and the same credential always has the same one. So a record
shows who called twice, and whoever holds the credentials themselves can tell which one stood there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlencode

from understudy_validators.contract import Contract

#: Headers that carry credentials whatever the contract says.
HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
PREFIX = "redacted-"
# A digest of 64 bits: enough to tell a few thousand credentials apart.
_DIGITS = 16

RawHeaders = list[tuple[bytes, bytes]]


@lru_cache(maxsize=4096)
def marker(credential: str) -> str:
    """What stands in the credential's place."""
    return PREFIX + sha256(credential.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


class Redactor:
    """Knows where requests of some contracts carry credentials."""

    def __init__(self, contracts: Iterable[Contract]) -> None:
        schemes = [scheme for contract in contracts for scheme in _schemes(contract)]
        named = {(scheme["in"], scheme["name"]) for scheme in schemes if "name" in scheme}
        self.headers = HEADERS | {name.lower() for place, name in named if place == "header"}
        self.parameters = frozenset(name for place, name in named if place == "query")
        self._raw = frozenset(name.encode() for name in self.headers)

    def raw_headers(self, headers: RawHeaders) -> RawHeaders:
        """Headers as ASGI has them, in lower case, with markers."""
        secret = self._raw
        return [(name, _value(value) if name in secret else value) for name, value in headers]

    def header(self, name: str, value: str) -> str:
        """A header's value, or its marker: a scheme word stays in front of it."""
        return _value(value.encode("latin-1", "replace")).decode() if name.lower() in self.headers else value

    def fields(self, query: Mapping[str, Any]) -> dict[str, Any]:
        """A handshake's query with markers."""
        return {name: marker(str(value)) if name in self.parameters else value for name, value in query.items()}

    def query(self, query: str) -> str:
        """A query with markers; one without credentials stays as it is."""
        if not query or not any(f"{name}=" in query for name in self.parameters):
            return query
        pairs = parse_qsl(query, keep_blank_values=True)
        return urlencode([(name, marker(value) if name in self.parameters else value) for name, value in pairs])


def _schemes(contract: Contract) -> list[dict[str, str]]:
    documents = [contract.document, contract.realtime.document]
    return [
        scheme
        for document in documents
        if document is not None
        for scheme in document.data.get("components", {}).get("securitySchemes", {}).values()
    ]


@lru_cache(maxsize=4096)
def _value(value: bytes) -> bytes:
    """`Bearer secret` becomes `Bearer redacted-…`; a value without a scheme word becomes a marker alone."""
    word, space, credential = value.decode("latin-1").strip().partition(" ")
    text = f"{word} {marker(credential.strip())}" if space else marker(word)
    return text.encode()
