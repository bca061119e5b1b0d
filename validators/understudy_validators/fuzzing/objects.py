"""Objects and arrays that fit a schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

import orjson

from understudy_validators.fuzzing.regexes import matching
from understudy_validators.fuzzing.sources import Source
from understudy_validators.fuzzing.text import LARGEST, PLAIN
from understudy_validators.schemas import compact_size

Node = Mapping[str, Any]
Make = Callable[[Source, int], Any]
_DEEP = 4
_EXTRA = ("extra", "x-unknown", "$", "ключ", "👍", "a b", "__proto__")
_FEW = 3
#: Items above which an array at its limit repeats a few that were drawn.
_DISTINCT = 8
#: Items up to which an array's limit is worth to be drawn.
_MANY = 2_000


class Compiler(Protocol):
    """Compiles schemas."""

    def of(self, schema: Any) -> Make:
        """Makes values that fit the schema."""
        ...


class _Objects:
    def __init__(self, values: Compiler, node: Node) -> None:
        properties = {name: inner for name, inner in node.get("properties", {}).items() if inner is not False}
        self.required = {name: values.of(properties.get(name, True)) for name in node.get("required", ())}
        self.optional = [(name, values.of(inner)) for name, inner in properties.items() if name not in self.required]
        self.dependent: Mapping[str, list[str]] = node.get("dependentRequired", {})
        self.of_property = {**dict(self.optional), **self.required}
        self.patterns = [(matching(p), values.of(inner)) for p, inner in node.get("patternProperties", {}).items()]
        more = node.get("additionalProperties", node.get("unevaluatedProperties", True))
        self.more = None if more is False else values.of(more)
        self.names = values.of({"type": "string", **node["propertyNames"]}) if "propertyNames" in node else None
        self.known = frozenset(node.get("properties", {}))
        self.least, self.most = node.get("minProperties", 0), node.get("maxProperties")

    def __call__(self, source: Source, depth: int) -> dict[str, Any]:
        result = {name: make(source, depth + 1) for name, make in self.required.items()}
        if depth > _DEEP:
            return self._completed(result, source, depth)
        chosen = source.integer(0, 2 ** len(self.optional) - 1) if self.optional else 0
        for index, (name, make) in enumerate(self.optional):
            if chosen >> index & 1 and (self.most is None or len(result) < self.most):
                result[name] = make(source, depth + 1)
        if (self.more or self.patterns) and source.integer(0, 7) == 7:
            self._add(result, source, depth)
        return self._completed(result, source, depth)

    def _completed(self, result: dict[str, Any], source: Source, depth: int) -> dict[str, Any]:
        for name in list(result):
            for other in self.dependent.get(name, ()):
                if other not in result:
                    result[other] = self.of_property.get(other, _plain)(source, depth + 1)
        for name, make in self.optional if len(result) < self.least else ():
            if len(result) < self.least and name not in result:
                result[name] = make(source, depth + 1)
        for _ in range(self.least - len(result)):
            self._add(result, source, depth)
        return result

    def _add(self, result: dict[str, Any], source: Source, depth: int) -> None:
        """Adds a property that the schema does not name, if there may be one."""
        kinds = [*self.patterns, *([(self._name, self.more)] if self.more else [])]
        if not kinds or (self.most is not None and len(result) >= self.most):
            return
        build, make = source.pick(kinds)
        name = build(source) if build else PLAIN
        name += PLAIN * (len(result) + 1) if name in result else ""
        if name not in self.known:
            result[name] = make(source, depth + 1)

    def _name(self, source: Source) -> str:
        return str(self.names(source, 0)) if self.names else source.pick(_EXTRA)


def _plain(source: Source, depth: int) -> Any:
    return PLAIN


def objects(values: Compiler, node: Node) -> Make:
    """Makes objects."""
    return _Objects(values, node)


class _Arrays:
    def __init__(self, values: Compiler, node: Node) -> None:
        self.first = [values.of(inner) for inner in node.get("prefixItems", ())]
        items = node.get("items", node.get("unevaluatedItems", True))
        self.item = None if items is False else values.of(items)
        self.contained = values.of(node["contains"]) if "contains" in node else None
        self.least: int = max(node.get("minItems", 0), node.get("minContains", 1) if self.contained else 0)
        limit = node.get("maxItems")
        self.most = limit if limit is not None else self.least + _FEW
        if self.item is None:
            self.most = min(self.most, len(self.first))
        self.limit = limit if limit is not None and limit <= min(_MANY, self.most) else None
        self.unique = node.get("uniqueItems", False)
        self.contains = node.get("minContains", 1) if self.contained else 0

    def __call__(self, source: Source, depth: int) -> list[Any]:
        size = self._size(source, depth)
        drawn = size if self.unique else min(size, _DISTINCT)
        items = list(self._items(source, depth, drawn))
        if self.unique:
            return list({orjson.dumps(item, option=orjson.OPT_SORT_KEYS): item for item in items}.values())
        return [*items, *[items[-1]] * (size - drawn)] if items else items

    def _size(self, source: Source, depth: int) -> int:
        if depth > _DEEP:
            return self.least
        if self.limit is not None and source.integer(0, 3) == 3:
            return int(self.limit)
        return source.integer(self.least, min(self.most, self.least + _FEW))

    def _items(self, source: Source, depth: int, count: int) -> Iterator[Any]:
        for index in range(count):
            if index < len(self.first):
                yield self.first[index](source, depth + 1)
            elif self.contained and index < len(self.first) + self.contains:
                yield self.contained(source, depth + 1)
            elif self.item:
                yield self.item(source, depth + 1)


def arrays(values: Compiler, node: Node) -> Make:
    """Makes arrays."""
    return _Arrays(values, node)


def filled(value: Any, size: int, node: Node) -> Any:
    """The value, if it can be, filled up so that its compact JSON has so many bytes."""
    room = size - compact_size(value)
    if isinstance(value, str):
        most = min(node.get("maxLength", LARGEST), len(value) + room)
        return value + PLAIN * (most - len(value)) if room > 0 else value
    if not isinstance(value, dict) or node.get("additionalProperties", True) is not True:
        return value
    name = "filler"
    padded = {**value, name: ""}
    room = size - compact_size(padded)
    return {**padded, name: PLAIN * room} if room >= 0 and name not in value else value
