"""Counting calls: at most so many in any window of time, for each key."""

from __future__ import annotations

from collections import deque
from hashlib import blake2b
from typing import Any

# Keys that are counted at once, for each rule: a key can be any text that a client sends.
MAX_KEYS = 10_000
_LONG = 64


class SlidingQuotas:
    """Remembers when the calls of each key were; those older than the window no longer count."""

    __slots__ = ("_calls",)

    def __init__(self) -> None:
        self._calls: dict[str, dict[tuple[Any, ...], deque[float]]] = {}

    def hit(self, rule: str, key: tuple[Any, ...], limit: int, window: float, now: float) -> tuple[int, float]:
        """Counts one call and returns (calls left, seconds until one more fits); -1 left: refused, and not counted."""
        calls = self._of(rule, tuple([_short(part) for part in key]))
        while calls and calls[0] <= now - window:
            calls.popleft()
        if len(calls) >= limit:
            return -1, (calls[0] + window - now) if calls else window
        calls.append(now)
        left = limit - len(calls)
        return left, 0.0 if left else calls[0] + window - now

    def _of(self, rule: str, key: tuple[Any, ...]) -> deque[float]:
        keys = self._calls.setdefault(rule, {})
        calls = keys.pop(key, None) or deque()
        keys[key] = calls  # last in the dict: the key used longest ago is the first to go
        if len(keys) > MAX_KEYS:
            del keys[next(iter(keys))]
        return calls


def _short(part: Any) -> Any:
    """The part itself, or a digest of a long text: counting keeps no one's messages."""
    if isinstance(part, str) and len(part) > _LONG:
        return blake2b(part.encode(), digest_size=16).digest()
    return repr(part) if isinstance(part, list | dict) else part
