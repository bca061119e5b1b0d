"""Texts that match a regular expression, built from its parts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from understudy_validators.fuzzing.sources import Source

Build = Callable[[Source], str]
#: How often at most something is repeated that may be repeated without end, beyond the least.
_MORE = 6
_DIGITS, _WORD, _SPACES = "0123456789", "x0_Ab", " \t"
_ANY = "x9é語 -"
_PRINTABLE = "".join(map(chr, range(33, 127))) + " é語😀"
_CATEGORIES = {
    sre.CATEGORY_DIGIT: _DIGITS,
    sre.CATEGORY_WORD: _WORD,
    sre.CATEGORY_SPACE: _SPACES,
    sre.CATEGORY_NOT_DIGIT: "x-é",
    sre.CATEGORY_NOT_WORD: "- .",
    sre.CATEGORY_NOT_SPACE: "x9é",
}


@lru_cache(maxsize=512)
def matching(pattern: str) -> Build | None:
    """A function that builds texts for the pattern, or `None` where its syntax is not Python's.

    What it builds need not match where the pattern looks ahead or behind, or refers to itself.
    """
    try:
        return _sequence(_parser.parse(pattern))
    except (re.error, NotImplementedError, OverflowError):
        return None


def _sequence(parts: Any) -> Build:
    builds = [_part(kind, value) for kind, value in parts]
    return lambda source: "".join([build(source) for build in builds])


def _part(kind: Any, value: Any) -> Build:
    if kind in (sre.LITERAL, sre.NOT_LITERAL, sre.IN, sre.ANY):
        return _one_of(_characters(kind, value))
    if kind is sre.BRANCH:
        return _branch([_sequence(branch) for branch in value[1]])
    if kind in (sre.SUBPATTERN, sre.ATOMIC_GROUP):
        return _sequence(value[-1] if kind is sre.SUBPATTERN else value)
    if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        return _repeat(value[0], value[1], _sequence(value[2]))
    if kind in (sre.AT, sre.ASSERT, sre.ASSERT_NOT):
        return lambda source: ""
    raise NotImplementedError(str(kind))


def _one_of(characters: Sequence[str]) -> Build:
    return lambda source: source.pick(characters)


def _branch(builds: Sequence[Build]) -> Build:
    return lambda source: source.pick(builds)(source)


def _repeat(least: int, most: int, build: Build) -> Build:
    most = min(int(most), least + _MORE)
    return lambda source: "".join([build(source) for _ in range(source.integer(least, most))])


def _characters(kind: Any, value: Any) -> str:
    if kind is sre.LITERAL:
        return chr(value)
    if kind is sre.ANY:
        return _ANY
    excluded = kind is sre.NOT_LITERAL or value[0][0] is sre.NEGATE
    listed = chr(value) if kind is sre.NOT_LITERAL else "".join(_listed(value))
    if not excluded:
        return listed or "x"
    return "".join(c for c in "x" + _PRINTABLE if c not in listed) or "x"


def _listed(members: Any) -> Iterator[str]:
    for kind, value in members:
        if kind is sre.LITERAL:
            yield chr(value)
        elif kind is sre.RANGE:
            yield from map(chr, range(value[0], min(value[1], value[0] + 127) + 1))
        elif kind is sre.CATEGORY:
            yield _CATEGORIES.get(value, _ANY)
