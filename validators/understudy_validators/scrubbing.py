"""Taking out values wherever they stand, however they are spelled: in addresses, headers, JSON, and prose."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote, quote_plus

from understudy_validators.exchange import Exchange

#: Shorter values are words: taking them out would leave nothing to read.
SHORTEST = 4
_BEGINNING = 32
# What a cut value goes on with, as far as it was not cut.
_REST = r"[\w.~+/=%-]*"


class Scrubber:
    """Replaces values by what stands for them; the longest first, for one may hold another.

    A long value is known by its beginning as well: texts are cut short where they are shown.
    """

    def __init__(self, values: Iterable[str], stand_in: Callable[[str], str]) -> None:
        self._stand_in = stand_in
        self._stand_ins = {
            spelling: stand_in(value) for value in values if len(value) >= SHORTEST for spelling in _spellings(value)
        }
        longest_first = sorted(self._stand_ins, key=len, reverse=True)
        beginnings = {text[:_BEGINNING] for text in longest_first if len(text) > _BEGINNING}
        patterns = [*map(re.escape, longest_first), *[re.escape(text) + _REST for text in sorted(beginnings)]]
        self._pattern = re.compile("|".join(patterns), re.ASCII) if patterns else None
        encoded = [pattern.encode("utf-8", "surrogatepass") for pattern in patterns]
        self._bytes = re.compile(b"|".join(encoded)) if encoded else None

    def text(self, text: str) -> str:
        """The text without the values."""
        return self._pattern.sub(lambda found: self._for(found[0]), text) if self._pattern else text

    def content(self, content: bytes) -> bytes:
        """The bytes without the values."""
        if self._bytes is None:
            return content
        return self._bytes.sub(lambda found: self._for(found[0].decode("utf-8", "replace")).encode(), content)

    def _for(self, found: str) -> str:
        return self._stand_ins.get(found) or self._stand_in(found)

    def value(self, value: Any) -> Any:
        """A JSON value without the values, names of properties included."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(str(name)): self.value(inner) for name, inner in value.items()}
        return [self.value(item) for item in value] if isinstance(value, list | tuple) else value

    def exchange(self, exchange: Exchange) -> Exchange:
        """The exchange without the values."""
        return replace(
            exchange,
            url=self.text(exchange.url),
            request_headers=tuple((name, self.text(value)) for name, value in exchange.request_headers),
            request_body=self.content(exchange.request_body),
            response_headers=tuple((name, self.text(value)) for name, value in exchange.response_headers),
            response_body=self.content(exchange.response_body),
            comment=self.text(exchange.comment),
        )


def _spellings(value: str) -> Iterator[str]:
    """A value as it may be written: plain, in an address, in JSON."""
    safe = value.encode("utf-8", "replace").decode()
    yield from dict.fromkeys(
        (
            value,
            quote(safe, safe=""),
            quote(safe),
            quote_plus(safe),
            json.dumps(value)[1:-1],
            json.dumps(value, ensure_ascii=False)[1:-1],
        )
    )
