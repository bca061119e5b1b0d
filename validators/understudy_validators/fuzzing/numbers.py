"""Numbers that fit a schema, often at its limits."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from understudy_validators.fuzzing.sources import Source

#: Integers that every JSON parser reads exactly.
SAFE = 2**53 - 1
_LARGE = 1e12


def bounds(node: Mapping[str, Any], step: float) -> tuple[float | None, float | None]:
    """The least and the largest number that fits; `step` is the distance to a limit that is excluded."""
    lows = [node[word] + extra for word, extra in (("minimum", 0), ("exclusiveMinimum", step)) if word in node]
    highs = [node[word] - extra for word, extra in (("maximum", 0), ("exclusiveMaximum", step)) if word in node]
    return (max(lows) if lows else None), (min(highs) if highs else None)


def integers(node: Mapping[str, Any]) -> Callable[[Source, int], Any]:
    """Makes integers."""
    low, high = bounds(node, 1)
    multiple = node.get("multipleOf", 1)
    least = math.ceil(low / multiple) if low is not None else -SAFE // multiple if high is None else None
    most = math.floor(high / multiple) if high is not None else None
    least = least if least is not None else (most or 0) - SAFE
    most = most if most is not None else least + 2 * SAFE if low is None else least + SAFE
    limits = [int(limit * multiple) for limit, given in ((least, low), (most, high)) if given is not None]

    def make(source: Source, depth: int) -> int:
        if limits and source.integer(0, 3) == 3:
            return source.pick(limits)
        return int(source.integer(int(least), int(most)) * multiple)

    return make


def numbers(node: Mapping[str, Any]) -> Callable[[Source, int], Any]:
    """Makes numbers, whole ones and others."""
    low, high = bounds(node, 0.001)
    least = low if low is not None else -_LARGE if high is None else high - _LARGE
    most = high if high is not None else least + 2 * _LARGE
    whole = integers({**node, "minimum": math.ceil(least), "maximum": math.floor(most)}) if most - least >= 1 else None
    multiple = node.get("multipleOf")

    def make(source: Source, depth: int) -> Any:
        if whole and (multiple or source.integer(0, 1) == 0):
            return whole(source, depth)
        return source.float(float(least), float(most))

    return make
