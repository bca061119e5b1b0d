"""The checks of an operation or event, in their order: each is judged until one is broken, then those not blocked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from understudy_validators.case import Case
from understudy_validators.lanes import Holds
from understudy_validators.predicates import Source
from understudy_validators.rules import Check

# What is broken is remembered with what it blocks, unless a client has named it at length.
_KEPT, _LONGEST = 128, 200

_Step = tuple[Holds | None, Callable[[Case], None]]


class Course:
    """Checks, ready to run. What can be written as Python is, when the first case comes."""

    __slots__ = ("_blocking", "_checks", "_steps")

    def __init__(self, checks: Sequence[Check]) -> None:
        self._checks = checks
        self._steps: list[_Step] = []
        self._blocking = lru_cache(maxsize=_KEPT)(self._find_blocking)

    def run(self, case: Case) -> None:
        """Judges the case: what is found is in it afterwards."""
        violations = case.violations
        steps = self._steps or self._write()
        for index, (holds, judge) in enumerate(steps, 1):
            if holds is None or not holds(case):
                judge(case)
                if violations:
                    self._run_rest(case, index)
                    return

    def _run_rest(self, case: Case, index: int) -> None:
        """Judges what an earlier finding has not taken the ground from."""
        known, blocked = 0, self._blocked(())
        for at in range(index, len(self._checks)):
            if len(case.broken) > known:
                known, blocked = len(case.broken), self._blocked(tuple(case.broken))
            if not blocked[at] and self._checks[at].is_grounded(case.view):
                holds, judge = self._steps[at]
                if holds is None or not holds(case):
                    judge(case)

    def _blocked(self, broken: tuple[str, ...]) -> tuple[bool, ...]:
        """For each check, whether it reads something that is broken."""
        return self._find_blocking(broken) if sum(map(len, broken)) > _LONGEST else self._blocking(broken)

    def _find_blocking(self, broken: tuple[str, ...]) -> tuple[bool, ...]:
        return tuple([check.reads_any(broken) for check in self._checks])

    def _write(self) -> list[_Step]:
        names = [f"holds{index}" if check.lane else "" for index, check in enumerate(self._checks)]
        written = self._written(names) if any(names) else {}
        self._steps = [(written.get(name), check.judge) for name, check in zip(names, self._checks, strict=True)]
        return self._steps

    def _written(self, names: Sequence[str]) -> Mapping[str, Holds]:
        """The checks' lanes by name, all written at once."""
        lanes = [(check.lane, name) for check, name in zip(self._checks, names, strict=True) if check.lane]
        schemas = lanes[0][0].schemas
        source = Source(schemas.document, schemas)
        return source.compiled([line for lane, name in lanes for line in lane.write(source, name)])
