"""YAML as contracts are written in it, and the quick way to read a text in which nothing is odd."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import orjson
import yaml

# Nodes after aliases are expanded; the largest contract holds some ten thousand. More is an alias bomb.
MAX_NODES = 500_000
MAX_DEPTH = 200


class Loader(yaml.CSafeLoader):
    """YAML 1.2's core schema: only true and false are booleans, a time or 1:30 is a string, 010 is ten."""


TAG = "tag:yaml.org,2002:"
_INTEGER = re.compile(r"[-+]?[0-9]+$", re.ASCII)
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", re.ASCII)
Loader.yaml_implicit_resolvers = {}
Loader.add_implicit_resolver(f"{TAG}bool", re.compile("(true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
Loader.add_implicit_resolver(f"{TAG}null", re.compile("(~|null|Null|NULL|)$"), ["~", "n", "N", ""])
Loader.add_implicit_resolver(f"{TAG}int", _INTEGER, list("-+0123456789"))
Loader.add_implicit_resolver(f"{TAG}float", _NUMBER, list("-+.0123456789"))
SCALARS: dict[str, Callable[[str], Any]] = {
    f"{TAG}str": str,
    f"{TAG}int": int,
    f"{TAG}float": float,
    f"{TAG}bool": lambda text: text.lower() == "true",
    f"{TAG}null": lambda text: None,
}


class _OddError(ValueError):
    """Something of which more is to be said than the quick way can."""


@lru_cache(maxsize=4)
def plainly(text: str) -> bytes | None:
    """The text's value as JSON; `None` where the text is to be read with care: it has mistakes, or tags."""
    try:
        return orjson.dumps(_Plain(text).value())
    except (ValueError, TypeError, yaml.YAMLError):  # `TypeError`: what JSON has no word for
        return None


class _Plain:
    """Builds a value from libyaml's events, without a node for each."""

    def __init__(self, text: str) -> None:
        self._loader = Loader(text)
        self._scalars: dict[str, Any] = {}
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._count = 0

    def value(self) -> Any:
        """The one document's value. Raises `ValueError` where the text is odd, `yaml.YAMLError` where it is no YAML."""
        self._expect(yaml.StreamStartEvent, yaml.DocumentStartEvent)
        value = self._built(self._loader.get_event(), 0)
        self._expect(yaml.DocumentEndEvent, yaml.StreamEndEvent)
        return value

    def _expect(self, *kinds: type[yaml.Event]) -> None:
        for kind in kinds:
            if type(self._loader.get_event()) is not kind:
                raise _OddError

    def _built(self, event: Any, depth: int) -> Any:
        self._count += 1
        if depth > MAX_DEPTH or self._count > MAX_NODES:
            raise _OddError
        if type(event) is yaml.AliasEvent:
            return self._known(event.anchor)
        if event.tag:
            raise _OddError
        if not event.anchor:
            return self._inside(event, depth)
        before = self._count
        value = self._inside(event, depth)
        self._anchors[event.anchor] = value, self._count - before
        return value

    def _inside(self, event: Any, depth: int) -> Any:
        if type(event) is yaml.ScalarEvent:
            return self._scalar(event.value) if event.implicit[0] else event.value
        return self._mapping(depth + 1) if type(event) is yaml.MappingStartEvent else self._sequence(depth + 1)

    def _known(self, anchor: str | None) -> Any:
        """What an alias stands for; it counts as if it were written again."""
        if anchor is None or anchor not in self._anchors:
            raise _OddError
        value, count = self._anchors[anchor]
        self._count += count
        if self._count > MAX_NODES:
            raise _OddError
        return value

    def _mapping(self, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        get_event = self._loader.get_event
        while type(event := get_event()) is not yaml.MappingEndEvent:
            key = self._built(event, depth)
            if type(key) is not str or key in result:
                raise _OddError
            result[key] = self._built(get_event(), depth)
        return result

    def _sequence(self, depth: int) -> list[Any]:
        result = []
        get_event = self._loader.get_event
        while type(event := get_event()) is not yaml.SequenceEndEvent:
            result.append(self._built(event, depth))
        return result

    def _scalar(self, text: str) -> Any:
        if text not in self._scalars:
            tag = self._loader.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
            value = SCALARS[tag](text)
            if type(value) is float and not math.isfinite(value):
                raise _OddError
            self._scalars[text] = value
        return self._scalars[text]
