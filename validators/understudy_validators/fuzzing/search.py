"""Looks for requests that a world accepts, and for those that it refuses for one reason alone.

It starts from the contract's own examples, and tries, at each place that a rule looks at, what the world's records hold
there: alone, in pairs, and from whatever that leads to. What it does is bounded, and the same every time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from understudy_validators.fuzzing.drafts import Draft
from understudy_validators.fuzzing.model import Way
from understudy_validators.fuzzing.moves import Move, Reading
from understudy_validators.fuzzing.subjects import Subject
from understudy_validators.fuzzing.ways import Ways
from understudy_validators.violation import Violation
from understudy_validators.wire import NOTHING

#: Drafts that are judged: at first, and for what was not found by then.
_PAIRS, _FURTHER = 1200, 2400
#: Drafts that are kept: accepted ones, of which so many are of the same kind, and for each way.
_ACCEPTED, _ALIKE, _EACH = 96, 3, 4


@dataclass(slots=True)
class Found:
    """What a search found: accepted drafts, drafts with one fault by its way, and what else was broken if not alone."""

    accepted: list[Draft] = field(default_factory=list)
    faults: dict[Way, list[tuple[Draft, Violation]]] = field(default_factory=dict)
    together: dict[Way, tuple[Draft, tuple[Violation, ...]]] = field(default_factory=dict)


class Search:
    """One search, for one operation."""

    def __init__(self, subject: Subject, reading: Reading, ways: Ways) -> None:
        self._subject, self._ways, self._reading = subject, ways, reading
        self._wanted = set(ways)
        self._visited: set[bytes] = set()
        self._places = sorted([*reading.identifying, *reading.conditional])
        self._kinds: Counter[tuple[Any, ...]] = Counter()
        self.found = Found()

    def run(self) -> Found:
        """Looks around."""
        starts = list(self._subject.starts())
        for start in starts:
            self._visit(start)
        singles = [*self._reading.credentials, *self._reading.moves]
        for start in starts[:2]:
            self._all(self._moved(start, move) for move in singles)
        self._all(islice(self._pairs(starts[0]), _PAIRS))
        for start in self.found.accepted[:3]:
            self._all(self._moved(start, move) for move in singles)
        self._further(singles)
        return self.found

    def _all(self, drafts: Iterable[Draft]) -> None:
        for draft in drafts:
            self._visit(draft)

    def _pairs(self, start: Draft) -> Iterator[Draft]:
        moves = sorted(self._reading.moves, key=lambda move: move[0][0] not in self._reading.identifying)
        for move in moves:
            other = self._moved(start, move)
            yield from (self._moved(other, credential) for credential in self._reading.credentials)
        for index, one in enumerate(moves):
            yield from (
                self._moved(self._moved(start, one), other) for other in moves[index + 1 :] if _differ(one, other)
            )

    def _further(self, singles: list[Move]) -> None:
        """From what is accepted or nearly what is wanted, on to what was not found yet."""
        budget = _FURTHER
        gone: set[bytes] = set()
        while budget > 0 and self._wanted:
            origin = next((draft for draft in self._origins() if draft.key not in gone), None)
            if origin is None:
                return
            gone.add(origin.key)
            for move in singles:
                self._visit(self._moved(origin, move))
            budget -= len(singles)

    def _origins(self) -> Iterator[Draft]:
        near = [(len(others), draft) for way, (draft, others) in self.found.together.items() if way in self._wanted]
        yield from (draft for _, draft in sorted(near, key=lambda pair: pair[0]))
        yield from self.found.accepted

    def _moved(self, draft: Draft, move: Move) -> Draft:
        for tokens, value in move:
            draft = draft.put(tokens, value, self._subject.schema(draft), self._subject.document)
        return draft

    def _visit(self, draft: Draft) -> None:
        key = draft.key
        if key in self._visited:
            return
        self._visited.add(key)
        verdict = self._subject.judge(draft)
        if verdict is None:
            return
        if verdict.accepted:
            self._accept(draft)
            return
        alone = len(verdict.violations) == 1
        for violation in verdict.violations:
            way = self._ways.of(violation, verdict.view)
            if way is None:
                continue
            if alone:
                self._keep(way, draft, violation)
            elif way in self._wanted:
                known = self.found.together.get(way)
                if known is None or len(known[1]) >= len(verdict.violations):
                    self.found.together[way] = (draft, tuple(v for v in verdict.violations if v is not violation))

    def _accept(self, draft: Draft) -> None:
        """Keeps an accepted draft, unless there are enough of the same caller that have as much to look at."""
        who = tuple(draft.get(tokens) for move in self._reading.credentials[:1] for tokens, _ in move)
        kind = (draft.media_type, who, *(draft.get(tokens) is NOTHING for tokens in self._places))
        if len(self.found.accepted) < _ACCEPTED and self._kinds[kind] < _ALIKE:
            self._kinds[kind] += 1
            self.found.accepted.append(draft)

    def _keep(self, way: Way, draft: Draft, violation: Violation) -> None:
        self._wanted.discard(way)
        kept = self.found.faults.setdefault(way, [])
        if len(kept) < _EACH:
            kept.append((draft, violation))


def _differ(one: Move, other: Move) -> bool:
    return one[0][0] != other[0][0]
