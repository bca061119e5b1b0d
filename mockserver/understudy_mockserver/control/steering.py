"""What was asked for of one API in one namespace: answers out of turn, and faults. Each request looks here."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from understudy_mockserver.preferences import Forced
from understudy_validators.answers import Answer

#: Those that are used up and still shown.
SHOWN = 100

View = Mapping[str, Any]


@dataclass(slots=True, kw_only=True, eq=False)
class Order:
    """Something asked for: by which operation or event, by whose request, and for how often.

    `left` is how often it is still to happen, `None` until it is cleared; `used` how often it did. `asked` is the
    request for it as it came. `meets` is what is asked of the view; a caller is asked for there, too.
    """

    id: int
    operation: str
    asked: Mapping[str, Any]
    left: int | None
    used: int = 0
    meets: Callable[[View], bool] = field(repr=False, default=lambda view: True)

    def applies(self, operation: str, view: View) -> bool:
        """Whether it is for such a request; an order without an operation is for all."""
        return self.operation in ("", operation) and self.meets(view)

    def take(self) -> bool:
        """Counts one use; whether it was the last."""
        self.used += 1
        if self.left is not None:
            self.left -= 1
        return self.left == 0

    def as_dict(self) -> dict[str, Any]:
        """The order as JSON: what was asked, its id, and how often it happened and still will."""
        return {**self.asked, "id": self.id, "used": self.used, "left": self.left}


@dataclass(slots=True, kw_only=True, eq=False)
class Forcing(Order):
    """An answer out of turn: of an operation, or of an event that clients emit."""

    choice: Forced | Answer


@dataclass(slots=True, kw_only=True, eq=False)
class Fault(Order):
    """Something that goes wrong with answers (or, with `event`, is listed here and happens in the hub)."""

    kind: str
    probability: float = 1.0
    options: Mapping[str, Any] = field(default_factory=dict)
    event: str = ""
    # Takes it out of the hub, if it is there.
    withdraw: Callable[[], None] = field(repr=False, default=lambda: None)

    def is_due(self, chance: Random) -> bool:
        """Whether it happens this time."""
        return self.probability >= 1 or chance.random() < self.probability


class Steering:
    """Answers that are forced and faults of answers, oldest first, and the chance that decides over some of them."""

    __slots__ = ("_chance", "_seed", "faults", "forced", "of_events", "spent")

    def __init__(self, seed: int) -> None:
        self.forced: list[Forcing] = []
        self.faults: list[Fault] = []
        #: Faults of events: they happen in the hub, and are listed here.
        self.of_events: list[Fault] = []
        self.spent: deque[Order] = deque(maxlen=SHOWN)
        self._seed = seed
        self._chance: Random | None = None

    @property
    def chance(self) -> Random:
        """Chance of its own: faults change no id that the mock gives out, and come again with the same seed."""
        if self._chance is None:
            self._chance = Random(f"{self._seed} faults")
        return self._chance

    def force(self, operation: str, view: View) -> Forcing | None:
        """The answer that is forced for the request, which uses it; the oldest goes first."""
        found = next((forcing for forcing in self.forced if forcing.applies(operation, view)), None)
        if found is not None and found.take():
            self.forced.remove(found)
            self.spent.append(found)
        return found

    def meet(self, operation: str, view: View, kinds: frozenset[str], most: int = SHOWN) -> list[Fault]:
        """The faults of these kinds that the request's answer meets, at most so many, the oldest first."""
        met: list[Fault] = []
        for fault in list(self.faults):
            if len(met) == most:
                break
            if fault.kind in kinds and fault.applies(operation, view) and fault.is_due(self.chance):
                met.append(fault)
                if fault.take():
                    self.retire(fault)
        return met

    def retire(self, fault: Fault) -> None:
        """Puts a fault that is used up among those that are only shown."""
        (self.of_events if fault.event else self.faults).remove(fault)
        self.spent.append(fault)
