"""Dotted paths into the view: `body.fileId`, and element paths such as `body.mentionees[].userIds[]`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from understudy_validators import pointers


class _Missing:
    """What a path that leads nowhere yields; equal to nothing but itself."""

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = _Missing()

Getter = Callable[[Mapping[str, Any]], Any]


def getter(path: str) -> Getter:
    """A function from a view to the value at the dotted path, or `MISSING`."""
    first, *rest = path.split(".")
    if not rest:
        return lambda view: view.get(first, MISSING)
    if len(rest) == 1:
        return _two_steps(first, rest[0])

    def get(view: Mapping[str, Any]) -> Any:
        value = view.get(first, MISSING)
        for token in rest:
            value = value.get(token, MISSING) if isinstance(value, dict) else MISSING
        return value

    return get


def _two_steps(first: str, second: str) -> Getter:
    def get(view: Mapping[str, Any]) -> Any:
        value = view.get(first)
        return value.get(second, MISSING) if isinstance(value, dict) else MISSING

    return get


def pointer(path: str) -> str:
    """The JSON pointer of a dotted path."""
    return pointers.join(*path.split("."))


def elements(path: str) -> Callable[[Mapping[str, Any]], Iterator[tuple[str, Any]]]:
    """A function from a view to (JSON pointer, value) of each element that a path with `[]` names."""
    tokens = path.replace("[]", ".[]").split(".")

    def walk(view: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        return _walk(view, tokens, "")

    return walk


def _walk(value: Any, tokens: list[str], at: str) -> Iterator[tuple[str, Any]]:
    if not tokens:
        yield at, value
    elif tokens[0] == "[]":
        for index, item in enumerate(value if isinstance(value, list) else ()):
            yield from _walk(item, tokens[1:], f"{at}/{index}")
    elif isinstance(value, Mapping) and tokens[0] in value:
        yield from _walk(value[tokens[0]], tokens[1:], pointers.child(at, tokens[0]))
