"""Where the time comes from: the machine's clock, or, for runs that must repeat, one that steps with each request."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time of a request, in Unix seconds."""

    @property
    def now(self) -> float:
        """The time, for who only wants to know it."""
        ...

    def tick(self) -> float:
        """The time of the request that has just come."""
        ...


class SystemClock:
    """The machine's clock, to the millisecond: no API here tells more."""

    @property
    def now(self) -> float:
        return int(time.time() * 1000) / 1000

    def tick(self) -> float:
        """Now."""
        return self.now


class SteppedClock:
    """Starts at a fixed time and moves one millisecond with each request, whatever the machine's clock does."""

    STEP_MS = 1

    def __init__(self, start: float) -> None:
        self._milliseconds = round(start * 1000)

    @property
    def now(self) -> float:
        return self._milliseconds / 1000

    def tick(self) -> float:
        """One step later than the last time."""
        self._milliseconds += self.STEP_MS
        return self.now
