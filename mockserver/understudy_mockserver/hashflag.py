"""Amity's `hashFlag`: a Bloom filter by which a client can tell, without asking, that it did not flag something."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

# The filter's form, which the vendor's clients read from it; the seeds are those of their hashes.
BITS = 24
HASHES = 17
_SEEDS = (0, 1576284489)
_MASK = 0xFFFFFFFF
_OFFSET_BASIS = 2166136261


def hash_flag(user_ids: Iterable[str]) -> dict[str, Any] | None:
    """`{bits, hashes, hash}` of those who flagged something, `hash` in base64; `None` of nobody.

    The algorithm is that of the vendor's clients (js-sdk 5.37.4, Flutter SDK).
    """
    bits = 0
    for user_id in user_ids:
        for place in places(user_id):
            bits |= 1 << place
    if not bits:
        return None
    text = base64.b64encode(bits.to_bytes(BITS // 8, "little")).decode()
    return {"bits": BITS, "hashes": HASHES, "hash": text}


def places(user_id: str) -> list[int]:
    """The bits that an id sets, in the order of its hashes."""
    start, step = (_hash(user_id.encode(), seed) for seed in _SEEDS)
    return [(start + turn * step) % BITS for turn in range(HASHES)]


def _hash(content: bytes, seed: int) -> int:
    """FNV-1a with a finish that mixes the bits once more; the result is signed, 32 bits wide."""
    value = _OFFSET_BASIS ^ seed
    for byte in content:
        value ^= (byte - 256 if byte > 127 else byte) & _MASK
        value = sum(value << shift for shift in (0, 1, 4, 7, 8, 24)) & _MASK
    value = (value + (value << 13)) & _MASK
    value ^= value >> 7
    value = (value + (value << 3)) & _MASK
    value ^= value >> 17
    value = (value + (value << 5)) & _MASK
    return value - (1 << 32) if value >> 31 else value
