"""Where generators take their decisions from: Hypothesis, which remembers and shrinks them, or dice.

Every decision has a plainest outcome, the first or least: what Hypothesis shrinks to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from random import Random
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Source(Protocol):
    """Takes decisions."""

    def integer(self, least: int, most: int) -> int:
        """A number from `least` to `most`, both included."""
        ...

    def float(self, least: float, most: float) -> float:
        """A finite number from `least` to `most`."""
        ...

    def text(self, most: int) -> str:
        """Any Unicode text of at most so many code points, without lone surrogates."""
        ...

    def pick(self, items: Sequence[T]) -> T:
        """One of the items; the first is the plainest."""
        ...


_integers = lru_cache(maxsize=4096)(st.integers)
_floats = lru_cache(maxsize=512)(
    lambda least, most: st.floats(least, most, allow_nan=False, allow_infinity=False, allow_subnormal=False)
)
_CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
_texts = lru_cache(maxsize=256)(lambda most: st.text(_CHARACTERS, max_size=most))


class Drawn:
    """Decisions drawn from Hypothesis."""

    __slots__ = ("_draw",)

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self._draw = draw

    def integer(self, least: int, most: int) -> int:
        """A number from `least` to `most`."""
        return least if least == most else int(self._draw(_integers(least, most)))

    def float(self, least: float, most: float) -> float:
        """A number from `least` to `most`."""
        return float(self._draw(_floats(least, most)))

    def text(self, most: int) -> str:
        """Any text."""
        return str(self._draw(_texts(most)))

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[0] if len(items) == 1 else items[self._draw(_integers(0, len(items) - 1))]


class Plainest:
    """Always the plainest decision."""

    __slots__ = ()

    def integer(self, least: int, most: int) -> int:
        """The least number but for its sign: the one that is nearest to zero."""
        return min(max(0, least), most)

    def float(self, least: float, most: float) -> float:
        """The number that is nearest to zero."""
        return min(max(0.0, least), most)

    def text(self, most: int) -> str:
        """No text."""
        return ""

    def pick(self, items: Sequence[T]) -> T:
        """The first."""
        return items[0]


class Dice:
    """Decisions by chance, the same ones for the same seed."""

    __slots__ = ("_random",)

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def integer(self, least: int, most: int) -> int:
        """A number from `least` to `most`."""
        return self._random.randint(least, most)

    def float(self, least: float, most: float) -> float:
        """A number from `least` to `most`."""
        return self._random.uniform(least, most)

    def text(self, most: int) -> str:
        """A few letters."""
        return "".join(self._random.choices("aé語😀 ", k=self._random.randint(0, min(most, 9))))

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return self._random.choice(items)
