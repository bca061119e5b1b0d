"""Where the time comes from: the machine's clock, or, for runs that must repeat, one that steps with each request."""

from __future__ import annotations

import time

#: The machine's clock, moved by so much if anything; one that stands still; one that moves with each request alone.
REAL, FROZEN, STEPPED = MODES = ("real", "frozen", "stepped")


class Clock:
    """Tells the time of a request, in Unix seconds, to the millisecond: no API here tells more.

    `ticked` is the time of the last request. `pinned` stands in for the machine's clock, where what was recorded is
    played again.
    """

    STEP_MS = 1
    __slots__ = ("_milliseconds", "mode", "pinned", "step_ms", "ticked")

    def __init__(self, mode: str = REAL, start: float = 0.0) -> None:
        self.mode = mode
        self.step_ms = self.STEP_MS
        self.ticked = start
        self.pinned: float | None = None
        # In mode `real` how much later than the machine's, else the time itself.
        self._milliseconds = round(start * 1000)

    @property
    def now(self) -> float:
        """The time, for who only wants to know it."""
        if self.mode != REAL:
            return self._milliseconds / 1000
        if self.pinned is not None:
            return self.pinned
        return (int(time.time() * 1000) + self._milliseconds) / 1000

    @property
    def offset(self) -> float:
        """In mode `real`, how many seconds later than the machine's clock it is; else 0."""
        return self._milliseconds / 1000 if self.mode == REAL else 0.0

    def tick(self) -> float:
        """The time of the request that has just come: a stepped clock moves."""
        if self.mode == STEPPED:
            self._milliseconds += self.step_ms
        self.ticked = self.now
        return self.ticked

    def untick(self) -> None:
        """Takes back the last tick: the request was another namespace's."""
        if self.mode == STEPPED:
            self._milliseconds -= self.step_ms

    def set(self, mode: str, at: float | None = None, step: float | None = None) -> None:
        """Goes on in a mode, from the time `at` (now, without one); `step` is what a stepped clock moves, in seconds.

        From a time of one's own, the machine's clock goes on at its pace.
        """
        start = round((self.now if at is None else at) * 1000)
        if mode == REAL:
            self._milliseconds = 0 if at is None else start - int(time.time() * 1000)
        else:
            self._milliseconds = start
        self.mode = mode
        if step is not None:
            self.step_ms = round(step * 1000)

    def advance(self, seconds: float) -> None:
        """Moves by so many seconds, whatever the mode; back, if they are negative."""
        self._milliseconds += round(seconds * 1000)

    def copy(self) -> Clock:
        """A clock of its own that shows the same."""
        twin = Clock()
        twin.follow(self)
        return twin

    def follow(self, other: Clock) -> None:
        """Shows from now on what the other one shows."""
        for name in Clock.__slots__:
            setattr(self, name, getattr(other, name))


class SystemClock(Clock):
    """The machine's clock."""

    __slots__ = ()


class SteppedClock(Clock):
    """Starts at a fixed time and moves one millisecond with each request, whatever the machine's clock does."""

    __slots__ = ()

    def __init__(self, start: float) -> None:
        super().__init__(STEPPED, start)
