"""What can go wrong with events on their way to a front end, on purpose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

#: An event, and after how many seconds it is sent.
Timed = tuple[float, T]

DROP, DUPLICATE, DELAY, REORDER, DISCONNECT = KINDS = ("drop", "duplicate", "delay", "reorder", "disconnect")
_TIMES = {DROP: 0, DUPLICATE: 2, DISCONNECT: 0}


@dataclass(slots=True, eq=False)
class EventFault(Generic[T]):
    """One fault, for the next `left` events that `meets` is true for (of `None`: until it is withdrawn).

    `seconds` says how late an event is, each time anew. `happens` is told of each event that meets the fault.
    """

    kind: str
    left: int | None = 1
    seconds: Callable[[], float] = field(default=lambda: 0.0)
    meets: Callable[[T], bool] = field(default=lambda event: True)
    happens: Callable[[T], None] = field(default=lambda event: None)
    held: list[T] = field(default_factory=list)


class Faults(Generic[T]):
    """Faults of events, in the order in which they were asked for. An event meets one at most: the first that fits."""

    def __init__(self) -> None:
        self._waiting: list[EventFault[T]] = []

    def drop(self, count: int = 1) -> None:
        """The next `count` events never arrive."""
        self.add(EventFault(DROP, count))

    def duplicate(self, count: int = 1) -> None:
        """The next `count` events arrive twice each."""
        self.add(EventFault(DUPLICATE, count))

    def delay(self, count: int = 1, *, seconds: float) -> None:
        """The next `count` events arrive `seconds` late."""
        self.add(EventFault(DELAY, count, lambda: seconds))

    def reorder(self, count: int = 2) -> None:
        """The next `count` events arrive in the opposite order, when the last of them happens."""
        self.add(EventFault(REORDER, count))

    def add(self, fault: EventFault[T]) -> None:
        """Adds a fault behind those that are there."""
        self._waiting.append(fault)

    def withdraw(self, fault: EventFault[T]) -> list[T]:
        """Takes a fault out, and returns the events that it held back."""
        self._waiting = [other for other in self._waiting if other is not fault]
        return fault.held

    def clear(self) -> list[T]:
        """Forgets all faults, and returns the events that were held back."""
        held = [event for fault in self._waiting for event in fault.held]
        self._waiting.clear()
        return held

    def apply(self, event: T) -> list[Timed[T]]:
        """What is sent now that the event happens."""
        if not self._waiting:
            return [(0.0, event)]
        fault = next((fault for fault in self._waiting if fault.meets(event)), None)
        return [(0.0, event)] if fault is None else self._happen(fault, event)

    def _happen(self, fault: EventFault[T], event: T) -> list[Timed[T]]:
        if fault.left is not None:
            fault.left -= 1
            if not fault.left:
                self._waiting.remove(fault)
        fault.happens(event)
        if fault.kind == REORDER:
            fault.held.append(event)
            return [] if fault.left else [(0.0, held) for held in reversed(fault.held)]
        seconds = fault.seconds()
        return [(seconds, event)] * _TIMES.get(fault.kind, 1)
