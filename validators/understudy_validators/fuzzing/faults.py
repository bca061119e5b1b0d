"""Requests that are wrong in exactly one way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from understudy_validators.contract import Contract, Operation
from understudy_validators.fuzzing import form_faults
from understudy_validators.fuzzing.constraint_faults import Broken, ConstraintFaults, targets
from understudy_validators.fuzzing.drafts import Draft
from understudy_validators.fuzzing.model import Example, Fault, Way
from understudy_validators.fuzzing.plans import Plan, plan_of
from understudy_validators.fuzzing.quota_faults import used_up
from understudy_validators.fuzzing.sources import Drawn, Source
from understudy_validators.fuzzing.subjects import RestSubject
from understudy_validators.fuzzing.trigger_faults import triggered
from understudy_validators.realtime import Event
from understudy_validators.records import World
from understudy_validators.violation import Violation

Make = Callable[[Source], Fault]


class Faults:
    """Every way in which a request to an operation can be wrong: `ways`, and `impossible` ones with the reason."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._makes: dict[Way, Make] = {}
        impossible: dict[Way, str] = {}
        for way, make, reason in (*self._constraints(), *self._forms(), *self._rules()):
            if make:
                self._makes[way] = make
            else:
                impossible[way] = reason
        self.ways: tuple[Way, ...] = tuple(self._makes)
        self.impossible: Mapping[Way, str] = impossible

    def strategy(self, way: Way) -> st.SearchStrategy[Fault]:
        """Requests that are wrong in this way alone. Raises `KeyError` for what is impossible."""
        return _drawn(self._makes[way])

    def _constraints(self) -> Iterator[tuple[Way, Make | None, str]]:
        for target in targets(self._plan):
            faults = ConstraintFaults(self._plan, target)
            yield target.way, _of_constraint(self._plan, faults) if faults.kept else None, faults.reason

    def _forms(self) -> Iterator[tuple[Way, Make | None, str]]:
        for way in form_faults.form_ways(self._plan):
            kept = list(_spoiled(self._plan, way))
            yield way, _chosen(way, kept) if kept else None, _of_form(self._plan, way)

    def _rules(self) -> Iterator[tuple[Way, Make | None, str]]:
        for way in self._plan.ways:
            yield way, self._of_rule(way), _reason(self._plan, way)

    def _of_rule(self, way: Way) -> Make | None:
        if self._plan.ways.kinds.get(way.place) == "quota":
            kept = list(used_up(self._plan, way))
            return _chosen(way, kept) if kept else None
        found = self._plan.found.faults.get(way)
        if found:
            return _of_search(self._plan, way, found)
        kept = list(triggered(self._plan, way)) if way not in self._plan.found.together else []
        return _chosen(way, kept) if kept else None


def _of_constraint(plan: Plan, faults: ConstraintFaults) -> Make:
    target = faults.target

    def make(source: Source) -> Fault:
        broken = source.pick(faults.kept)
        for draft in _filled(plan, faults, broken, source):
            verdict = plan.subject.judge(draft)
            if verdict is not None and faults.is_it(verdict):
                return Fault(plan.example(draft), target.way, verdict.violations[0])
        raise AssertionError(f"{target.way} is broken by chance alone")

    return make


def _filled(plan: Plan, faults: ConstraintFaults, broken: Broken, source: Source) -> Iterator[Draft]:
    bases = [] if faults.target.is_large else plan.filler.drawn(source, broken.base)
    for base in (*bases, broken.base):
        draft = faults.put(base, broken.value)
        if draft is not None:
            yield draft


def _of_search(plan: Plan, way: Way, found: Sequence[tuple[Draft, Violation]]) -> Make:
    def make(source: Source) -> Fault:
        base, violation = source.pick(found)
        for draft in plan.filler.drawn(source, base):
            verdict = plan.subject.judge(draft)
            if verdict and len(verdict.violations) == 1 and plan.ways.of(verdict.violations[0], verdict.view) == way:
                return Fault(plan.example(draft), way, verdict.violations[0])
        return Fault(plan.example(base), way, violation)

    return make


def _spoiled(plan: Plan, way: Way) -> Iterator[tuple[Example, Violation]]:
    subject, wanted = plan.subject, form_faults.media_type_of(way)
    if not isinstance(subject, RestSubject):
        return
    for draft in plan.arrangements[:8]:
        if wanted and draft.media_type != wanted:
            continue
        for text in form_faults.variants(way):
            step = form_faults.spoiled(subject, draft, way, text)
            violations = subject.judge_request(step).violations
            if [violation.rule for violation in violations] == [form_faults.keyword(way)]:
                yield Example(step), violations[0]


def _of_form(plan: Plan, way: Way) -> str:
    """Why `form` cannot be broken in a way."""
    if not plan.arrangements:
        return "Nothing that could be broken is accepted in the first place."
    if way.detail == form_faults.MISSING:
        return "A body is not required, or what its absence counts as breaks the schema."
    return "A body of any type is read, or what it counts as breaks something else."


def _chosen(way: Way, kept: Sequence[tuple[Example, Violation]]) -> Make:
    def make(source: Source) -> Fault:
        example, violation = source.pick(kept)
        return Fault(example, way, violation)

    return make


def _reason(plan: Plan, way: Way) -> str:
    """Why a rule's way was not found alone."""
    others = plan.found.together.get(way)
    if others:
        rules = " and ".join(dict.fromkeys(f"`{violation.rule}`" for violation in others[1]))
        return f"The contract's world has it only together with {rules}."
    if way.place == "security":
        return _UNSEEN[way.detail]
    return "No request leads to it in the contract's world."


_UNSEEN = {
    "missing": "Without a credential the operation can be called as well.",
    "invalid": "No credential is refused as invalid.",
    "expired": "The contract's world holds no credential that has expired.",
}


@st.composite
def _drawn(draw: Callable[[st.SearchStrategy[Any]], Any], make: Make) -> Fault:
    return make(Drawn(draw))


def faults(contract: Contract, operation: Operation | Event, world: World | None = None) -> Faults:
    """Every way in which requests to the operation can be wrong, in the contract's world or another."""
    return _faults(plan_of(contract, operation, world))


@lru_cache(maxsize=1024)
def _faults(plan: Plan) -> Faults:
    return Faults(plan)


def broken(contract: Contract, operation: Operation | Event, world: World | None = None) -> st.SearchStrategy[Fault]:
    """Requests that are each wrong in one way, of all the ways that there are."""
    known = faults(contract, operation, world)
    return st.one_of([known.strategy(way) for way in known.ways])
