"""From a path to the operations that stand there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import unquote

from understudy_validators.values import value

T = TypeVar("T")


@dataclass(slots=True)
class _Node(Generic[T]):
    """One segment of a path: what may follow it, and what ends here by method, with its parameters' names."""

    literals: dict[str, _Node[T]] = field(default_factory=dict)
    parameter: _Node[T] | None = None
    methods: dict[str, tuple[T, tuple[str, ...]]] = field(default_factory=dict)


#: Where a path ends, and the texts of the parameters on the way.
_End = tuple[_Node[T], Sequence[str]]


@value
class Match(Generic[T]):
    """What stands at a path: the target of the method, if any, its parameters' texts, and all methods there."""

    target: T | None
    parameters: dict[str, str]
    methods: tuple[str, ...]


class Router(Generic[T]):
    """Path templates such as `/a/{id}/b`; a literal segment goes before a parameter.

    What stands at the path found first is all that stands there (OpenAPI 3.1, Path Templating: concrete paths are
    matched before their templated counterparts): a method that only another template has is none of it.
    """

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()

    def add(self, method: str, template: str, target: T) -> None:
        """Puts a target at a method and path template."""
        node, names = self._root, []
        for segment in template.split("/")[1:]:
            if segment.startswith("{"):
                names.append(segment.strip("{}"))
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.literals.setdefault(segment, _Node())
        node.methods[method] = (target, tuple(names))

    def match(self, method: str, raw_path: str) -> Match[T] | None:
        """What stands at a path as it came, still percent-encoded; `None` where nothing does."""
        segments = raw_path.split("/")[1:]
        if "%" in raw_path:
            segments = [unquote(segment, errors="replace") for segment in segments]
        end = self._straight(segments) or next(iter(_ends(self._root, segments)), None)
        if end is None:
            return None
        node, values = end
        if method not in node.methods:
            return Match(None, {}, tuple(sorted(node.methods)))
        target, names = node.methods[method]
        return Match(target, dict(zip(names, values, strict=True)), tuple(node.methods))

    def _straight(self, segments: list[str]) -> _End[T] | None:
        """What stands at the end of a path on which no segment could be both a literal and a parameter."""
        node, values = self._root, []
        for segment in segments:
            literal = node.literals.get(segment)
            if literal is None and node.parameter is not None and segment:
                values.append(segment)
                node = node.parameter
            elif literal is not None and node.parameter is None:
                node = literal
            else:
                return None
        return (node, values) if node.methods else None


def _ends(root: _Node[T], segments: list[str]) -> list[_End[T]]:
    """What stands at the end of a path, with the texts of the parameters on the way; literals go before parameters."""
    reached: list[tuple[_Node[T], tuple[str, ...]]] = [(root, ())]
    for segment in segments:
        following = []
        for node, values in reached:
            literal = node.literals.get(segment)
            if literal is not None:
                following.append((literal, values))
            if node.parameter is not None and segment:
                following.append((node.parameter, (*values, segment)))
        reached = following
    return [(node, values) for node, values in reached if node.methods]
