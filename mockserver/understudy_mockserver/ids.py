"""Ids in the shapes that APIs use, drawn from a seeded generator: the same seed gives the same ids."""

from __future__ import annotations

from random import Random

# The bits of a UUID that are free, and those that say what it is (RFC 9562, section 5.4).
_FREE = (1 << 128) - 1 ^ (0xF << 76) ^ (0x3 << 62)
_VERSION_4 = (4 << 76) | (0x2 << 62)


class Ids:
    """A namespace's source of ids and other chance."""

    __slots__ = ("_counters", "random")

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self._counters: dict[str, int] = {}

    def uuid(self) -> str:
        """A random UUID (version 4)."""
        bits = self.random.getrandbits(128)
        text = f"{bits & _FREE | _VERSION_4:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

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
