"""Ids in the shapes that APIs use, drawn from a seeded generator: the same seed gives the same ids."""

from __future__ import annotations

import uuid
from random import Random


class Ids:
    """A namespace's source of ids and other chance."""

    __slots__ = ("_counters", "random")

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self._counters: dict[str, int] = {}

    def uuid(self) -> str:
        """A random UUID (version 4)."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def hex(self, digits: int) -> str:
        """So many lower-case hexadecimal digits."""
        return f"{self.random.getrandbits(4 * digits):0{digits}x}"

    def object_id(self, now: float) -> str:
        """24 hexadecimal digits in the form of a MongoDB ObjectId: the time in seconds, then chance."""
        return f"{int(now):08x}{self.hex(16)}"

    def integer(self, counter: str, first: int) -> int:
        """The next whole number of a counter that starts at `first`."""
        value = self._counters.get(counter, first)
        self._counters[counter] = value + 1
        return value
