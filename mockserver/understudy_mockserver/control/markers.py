"""Credentials for the markers that stand in their place in a recording: whoever holds the world can tell which."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote_plus

from understudy_mockserver.asgi import RawHeaders
from understudy_mockserver.namespaces import Namespace
from understudy_validators.redaction import PREFIX, marker

_MARKER = re.compile(f"{PREFIX}[0-9a-f]{{16}}")


class Resolver:
    """Puts back what a namespace's worlds know at the moment.

    What nobody knows stays a marker: a credential that was wrong stays wrong.
    """

    def __init__(self, namespace: Namespace) -> None:
        self._namespace = namespace
        self._known: dict[str, str] = {}

    def text(self, text: str, spell: Any = str) -> str:
        """The text with credentials; `spell` is how they are written in it."""
        return _MARKER.sub(lambda found: spell(self._credential(found[0])), text)

    def headers(self, headers: Iterable[list[str]]) -> RawHeaders:
        """Headers as ASGI has them."""
        return [(name.encode("latin-1"), self.text(value).encode("latin-1", "replace")) for name, value in headers]

    def query(self, query: str) -> str:
        """A query string."""
        return self.text(query, quote_plus)

    def body(self, body: bytes, media_type: str) -> bytes:
        """A body; in one of JSON, as JSON has them."""
        if PREFIX.encode() not in body:
            return body
        spell = (lambda value: json.dumps(value)[1:-1]) if "json" in media_type or not media_type else str
        spell = quote_plus if "urlencoded" in media_type else spell
        return self.text(body.decode("utf-8", "surrogateescape"), spell).encode("utf-8", "surrogateescape")

    def value(self, value: Any) -> Any:
        """A JSON value."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {name: self.value(inner) for name, inner in value.items()}
        return [self.value(item) for item in value] if isinstance(value, list) else value

    def _credential(self, found: str) -> str:
        if found not in self._known:
            worlds = [state.world for state in self._namespace.states.values()]
            records = (record for world in worlds for name in world for record in world[name])
            self._known |= {marker(text): text for record in records for text in _texts(record)}
        return self._known.get(found, found)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
