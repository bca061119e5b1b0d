"""Markers in the place of credentials, for whatever is kept, printed or handed on.

A marker is a digest: it tells nothing of the credential, and the same credential always has the same one. So a record
shows who called twice, and whoever holds the credentials themselves can tell which one stood there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode

import orjson

from understudy_validators import multipart, pointers, secret_fields
from understudy_validators.contract import Contract
from understudy_validators.exchange import Exchange, Headers
from understudy_validators.scrubbing import Scrubber

#: Headers that carry credentials whatever the contract says.
HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
#: Query parameters that do.
PARAMETERS = frozenset(
    {"access_token", "api_key", "apikey", "auth_token", "client_secret", "id_token", "password", "refresh_token"}
)
PREFIX = "redacted-"
# A digest of 64 bits: enough to tell a few thousand credentials apart.
_DIGITS = 16
# A scheme word, such as Bearer, stays: it is no credential.
_SCHEME = re.compile(r"[A-Za-z]{1,12}")
_FORM = "application/x-www-form-urlencoded"

RawHeaders = list[tuple[bytes, bytes]]


@lru_cache(maxsize=4096)
def marker(credential: str) -> str:
    """What stands in the credential's place."""
    return PREFIX + sha256(credential.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


class Redactor:
    """Knows where requests and answers of some contracts carry credentials."""

    def __init__(self, contracts: Iterable[Contract]) -> None:
        contracts = tuple(contracts)
        schemes = [scheme for contract in contracts for scheme in _schemes(contract)]
        named = {(scheme["in"], scheme["name"]) for scheme in schemes if "name" in scheme}
        named |= {place for contract in contracts for place in secret_fields.parameters_of(contract)}
        self.headers = HEADERS | {name.lower() for place, name in named if place == "header"}
        self.parameters = PARAMETERS | {name for place, name in named if place == "query"}
        #: Credentials that the contracts' worlds hold: they are told by their value, wherever they stand.
        self.known = frozenset(value for contract in contracts for value in _known(contract))
        self._raw = frozenset(name.encode() for name in self.headers)
        self._bodies: dict[str, secret_fields.Ways] = {}
        for contract in contracts:
            for operation, ways in secret_fields.secrets_of(contract).items():
                self._bodies[operation] = self._bodies.get(operation, frozenset()) | ways

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
        """A query with markers; all else in it stays as it is."""
        if not query or not ("%" in query or any(f"{name}=" in query for name in self.parameters)):
            return query
        return "&".join([self._pair(pair) for pair in query.split("&")])

    def _pair(self, pair: str) -> str:
        name, equals, value = pair.partition("=")
        return f"{name}={marker(unquote_plus(value))}" if equals and unquote_plus(name) in self.parameters else pair

    def body(self, operation: str, content: bytes, media_type: str) -> bytes:
        """A body that the operation of that id took or answered, with markers; most operations' bodies as they are.

        A body that cannot be read, of an operation that takes secrets, becomes a marker as a whole.
        """
        ways = self._bodies.get(operation)
        if ways is None or not content:
            return content
        kind = media_type.partition(";")[0].strip().lower()
        try:
            return _body(content, media_type, kind, ways)
        except ValueError:
            return marker(content.decode("utf-8", "replace")).encode()

    def value(self, operation: str, value: Any) -> Any:
        """A JSON value that the operation or event took or emitted, with markers."""
        return secret_fields.replaced(value, self._bodies.get(operation, ()), marker)

    def is_secret(self, operation: str, path: str) -> bool:
        """Whether what stands at a pointer of the operation's view, or below it, is secret."""
        root, *tokens = pointers.split(path) or [""]
        if root == "headers":
            return bool(tokens) and tokens[0].lower() in self.headers
        if root == "query":
            return bool(tokens) and tokens[0] in self.parameters
        ways = self._bodies.get(operation, ())
        return any(all(a in (b, secret_fields.ANY) for a, b in zip(way, tokens, strict=False)) for way in ways)

    def exchange(self, exchange: Exchange) -> Exchange:
        """The exchange with markers, also where a credential of it stands in a place that no contract names."""
        return self.scrubber([exchange]).exchange(self._structural(exchange))

    def scrubber(self, exchanges: Iterable[Exchange], known: bool = True) -> Scrubber:
        """Takes out by value every credential of the exchanges, and with `known` those of the contracts' worlds."""
        found = {value for exchange in exchanges for value in self.credentials(exchange)}
        return Scrubber((found | self.known) if known else (found - self.known), marker)

    def exchanges(self, exchanges: Iterable[Exchange], scrubber: Scrubber) -> list[Exchange]:
        """The exchanges with markers, by place and by value."""
        return [scrubber.exchange(self._structural(exchange)) for exchange in exchanges]

    def _structural(self, exchange: Exchange) -> Exchange:
        address, question, query = exchange.url.partition("?")
        return replace(
            exchange,
            url=_without_user(address) + question + self.query(query),
            request_headers=self._headers(exchange.request_headers),
            request_body=self.body(exchange.operation, exchange.request_body, exchange.request_header("content-type")),
            response_headers=self._headers(exchange.response_headers),
            response_body=self.body(exchange.operation, exchange.response_body, exchange.header("content-type")),
        )

    def _headers(self, headers: Headers) -> Headers:
        return tuple((name, self.header(name, value)) for name, value in headers)

    def credentials(self, exchange: Exchange) -> set[str]:
        """Every credential that stands in one of its places."""
        found = {value for name, value in parse_qsl(exchange.url.partition("?")[2]) if name in self.parameters}
        for name, value in (*exchange.request_headers, *exchange.response_headers):
            if name.lower() in self.headers:
                found |= _carried(name.lower(), value)
        ways = self._bodies.get(exchange.operation, ())
        for content in (exchange.request_body, exchange.response_body):
            if ways and content:
                found |= _secrets_in(content, ways)
        return found - {""}


def _body(content: bytes, media_type: str, kind: str, ways: secret_fields.Ways) -> bytes:
    """A body with markers. Raises `ValueError` where it is not of its media type."""
    if kind == "multipart/form-data":
        return _parts(media_type, content, ways)
    if kind == _FORM:
        pairs = parse_qsl(content.decode(), keep_blank_values=True)
        return urlencode([(name, marker(value) if (name,) in ways else value) for name, value in pairs]).encode()
    value = orjson.loads(content)
    changed = secret_fields.replaced(value, ways, marker)
    return content if changed == value else orjson.dumps(changed)


def _parts(media_type: str, content: bytes, ways: secret_fields.Ways) -> bytes:
    names = {way[0] for way in ways if way}
    for part in multipart.parse(media_type, content):
        if part.name in names and part.content:
            content = content.replace(part.content, marker(part.content.decode("utf-8", "replace")).encode())
    return content


def _secrets_in(content: bytes, ways: secret_fields.Ways) -> set[str]:
    found: set[str] = set()

    def note(value: str) -> str:
        found.add(value)
        return value

    try:
        secret_fields.replaced(orjson.loads(content), ways, note)
    except orjson.JSONDecodeError:
        return set()
    return found


def _carried(name: str, value: str) -> set[str]:
    """The credentials in the value of a header that carries some."""
    if "cookie" in name:
        pairs = value.split(";")[:1] if name == "set-cookie" else value.split(";")
        return {pair.partition("=")[2].strip().strip('"') for pair in pairs}
    word, space, credential = value.strip().partition(" ")
    return {credential.strip()} if space and _SCHEME.fullmatch(word) else {value.strip()}


def _without_user(address: str) -> str:
    """An address without the name and password that may stand before its host."""
    return re.sub(r"^([a-z+.-]+://)[^/@]*@", r"\1", address, flags=re.IGNORECASE)


def _schemes(contract: Contract) -> list[dict[str, str]]:
    documents = [contract.document, contract.realtime.document]
    return [
        scheme
        for document in documents
        if document is not None
        for scheme in document.data.get("components", {}).get("securitySchemes", {}).values()
    ]


def _known(contract: Contract) -> Iterator[str]:
    for words in (*contract.credentials.values(), *contract.realtime.credentials.values()):
        fields = [name for name, path in words["where"].items() if path == "credential"]
        for record in contract.world[words["lookup"]]:
            yield from (str(record[name]) for name in fields if record.get(name))


@lru_cache(maxsize=4096)
def _value(value: bytes) -> bytes:
    """`Bearer secret` becomes `Bearer redacted-…`; a value without a scheme word becomes a marker alone."""
    text = value.decode("latin-1").strip()
    word, space, credential = text.partition(" ")
    if space and _SCHEME.fullmatch(word):
        return f"{word} {marker(credential.strip())}".encode()
    return marker(text).encode()
