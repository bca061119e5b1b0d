"""Two servers that were sent the same: the mock, which answers as the contract says, and the one under test.

Ids and times that each made up for itself differ, and stand for each other from then on. All the rest is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from understudy_validators import pointers
from understudy_validators.checking.finding import Difference
from understudy_validators.violation import shorten

# Texts shorter than this and numbers below that are told apart: they are words and counts, not ids or times.
_SHORT_TEXT = 6
_SMALL_NUMBER = 1_000_000


class Correspondence:
    """Which value of the server under test stands for which one of the mock's.

    `known` are values that no server made up.
    """

    def __init__(self, known: frozenset[Any]) -> None:
        self._known = set(known)
        self.counterparts: dict[Any, Any] = {}

    def sent(self, value: Any) -> None:
        """Notes what a request carried: it is to come back as it was."""
        self._known.update(scalars(value))

    def differences(self, expected: Any, actual: Any, path: str = "/body", key: str = "") -> Iterator[Difference]:
        """Where the answer of the server under test is not what the mock's stands for."""
        if isinstance(expected, Mapping) and isinstance(actual, Mapping):
            yield from self._objects(expected, actual, path)
        elif isinstance(expected, list) and isinstance(actual, list):
            yield from self._lists(expected, actual, path)
        elif not self._stands_for(expected, actual, key):
            yield Difference(
                rule="value",
                path=path,
                expected=shorten(self.counterparts.get(expected, expected) if _is_scalar(expected) else expected),
                actual=shorten(actual),
                message=f"{path} is {shorten(actual)!r} where the mock answers {shorten(expected)!r}",
            )

    def _objects(self, expected: Mapping[str, Any], actual: Mapping[str, Any], path: str) -> Iterator[Difference]:
        for name in expected:
            if name not in actual:
                message = f"{path} lacks {name}, which the mock answers"
                yield Difference(
                    rule="missing-property",
                    path=pointers.child(path, name),
                    expected=shorten(expected[name]),
                    actual=None,
                    message=message,
                )
        for name in actual:
            at = pointers.child(path, name)
            if name in expected:
                yield from self.differences(expected[name], actual[name], at, name)
            else:
                message = f"{path} has {name}, which the mock does not answer"
                yield Difference(
                    rule="unexpected-property", path=at, expected=None, actual=shorten(actual[name]), message=message
                )

    def _lists(self, expected: Sequence[Any], actual: Sequence[Any], path: str) -> Iterator[Difference]:
        if len(expected) != len(actual):
            message = f"{path} has {len(actual)} elements where the mock answers {len(expected)}"
            yield Difference(rule="listing", path=path, expected=len(expected), actual=len(actual), message=message)
            return
        for index, (one, other) in enumerate(zip(expected, actual, strict=True)):
            yield from self.differences(one, other, f"{path}/{index}")

    def _stands_for(self, expected: Any, actual: Any, key: str) -> bool:
        if not (_is_scalar(expected) and _is_scalar(actual)):
            return bool(expected == actual)
        if expected in self.counterparts:
            return bool(self.counterparts[expected] == actual)
        if expected == actual and type(expected) is type(actual):
            return True
        if type(expected) is not type(actual) or not self._is_made_up(expected, key):
            return False
        self.counterparts[expected] = actual
        return True

    def _is_made_up(self, value: Any, key: str) -> bool:
        """Whether a server made the value up: an id, a time, a token."""
        if value is None or isinstance(value, bool) or value in self._known:
            return False
        if key.lower().endswith("id"):
            return True
        return len(value) >= _SHORT_TEXT if isinstance(value, str) else abs(value) >= _SMALL_NUMBER


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)


def scalars(value: Any) -> Iterator[Any]:
    """Every text and number in a value."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from scalars(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from scalars(inner)
    elif _is_scalar(value) and value is not None and not isinstance(value, bool):
        yield value
