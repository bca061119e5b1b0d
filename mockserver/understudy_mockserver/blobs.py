"""The bytes of uploaded files: kept in memory, bounded, the oldest given up first."""

from __future__ import annotations


class Blobs:
    """Bytes by key. When more than `limit` bytes are kept, the oldest go."""

    __slots__ = ("_kept", "_limit", "_size")

    def __init__(self, limit: int) -> None:
        self._kept: dict[str, bytes] = {}
        self._limit = limit
        self._size = 0

    def put(self, key: str, content: bytes) -> list[str]:
        """Keeps the bytes under the key, in place of any that were there; returns the keys given up for it."""
        self._drop(key)
        self._kept[key] = content
        self._size += len(content)
        lost = []
        while self._size > self._limit and len(self._kept) > 1:
            lost.append(next(iter(self._kept)))
            self._drop(lost[-1])
        return lost

    def get(self, key: str) -> bytes | None:
        """The bytes, or `None` where none are kept (any more)."""
        return self._kept.get(key)

    def _drop(self, key: str) -> None:
        self._size -= len(self._kept.pop(key, b""))
