"""What can go wrong with events on their way to a front end, on purpose."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

#: An event, and after how many seconds it is sent.
Timed = tuple[float, T]


@dataclass(slots=True)
class _Fault(Generic[T]):
    kind: str
    left: int
    seconds: float = 0.0
    held: list[T] = field(default_factory=list)


class Faults(Generic[T]):
    """Faults for the next events, in the order in which they were asked for; each for so many events."""

    def __init__(self) -> None:
        self._waiting: deque[_Fault[T]] = deque()

    def drop(self, count: int = 1) -> None:
        """The next `count` events never arrive."""
        self._waiting.append(_Fault("drop", count))

    def duplicate(self, count: int = 1) -> None:
        """The next `count` events arrive twice each."""
        self._waiting.append(_Fault("duplicate", count))

    def delay(self, count: int = 1, *, seconds: float) -> None:
        """The next `count` events arrive `seconds` late."""
        self._waiting.append(_Fault("delay", count, seconds))

    def reorder(self, count: int = 2) -> None:
        """The next `count` events arrive in the opposite order, when the last of them happens."""
        self._waiting.append(_Fault("reorder", count))

    def clear(self) -> list[T]:
        """Forgets all faults, and returns the events that were held back."""
        held = [event for fault in self._waiting for event in fault.held]
        self._waiting.clear()
        return held

    def apply(self, event: T) -> list[Timed[T]]:
        """What is sent now that the event happens."""
        if not self._waiting:
            return [(0.0, event)]
        fault = self._waiting[0]
        fault.left -= 1
        if not fault.left:
            self._waiting.popleft()
        if fault.kind == "reorder":
            fault.held.append(event)
            return [] if fault.left else [(0.0, held) for held in reversed(fault.held)]
        times = {"drop": 0, "duplicate": 2}.get(fault.kind, 1)
        return [(fault.seconds, event)] * times
