"""Requests that come once too often: the requests before them that use up what is allowed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from understudy_validators import catalogue
from understudy_validators.catalogue import Step
from understudy_validators.errors import UsageError
from understudy_validators.fuzzing.drafts import Draft
from understudy_validators.fuzzing.model import Example, Way
from understudy_validators.fuzzing.plans import Plan, plan_of
from understudy_validators.fuzzing.subjects import RestSubject
from understudy_validators.violation import Violation
from understudy_validators.wire import WireRequest

#: Requests of which more are not sent before one.
MOST = 2000
_TRIED = 8


class Spent:
    """Quotas of which one rule's is used up."""

    def __init__(self, rule: str) -> None:
        self._rule = rule

    def hit(self, rule: str, key: tuple[Any, ...], limit: int, window: float, now: float) -> tuple[int, float]:
        """Refuses that rule."""
        return (-1, window) if rule == self._rule else (limit, 0.0)


class Counting:
    """Quotas that count, in a world in which no time goes by."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[Any, ...]] = Counter()

    def hit(self, rule: str, key: tuple[Any, ...], limit: int, window: float, now: float) -> tuple[int, float]:
        """Counts."""
        counted = (rule, *map(repr, key))
        if self._counts[counted] >= limit:
            return -1, window
        self._counts[counted] += 1
        return limit - self._counts[counted], 0.0


class _Noting:
    """Quotas that let all pass, and note what they are asked."""

    def __init__(self) -> None:
        self.asked: set[tuple[Any, ...]] = set()

    def hit(self, rule: str, key: tuple[Any, ...], limit: int, window: float, now: float) -> tuple[int, float]:
        """Notes it."""
        self.asked.add((rule, *map(repr, key)))
        return limit, 0.0


def used_up(plan: Plan, way: Way) -> Iterator[tuple[Example, Violation]]:
    """A request that is refused by the quota, after requests that are not."""
    for draft in plan.arrangements[:_TRIED]:
        verdict = plan.subject.judge(draft, Spent(way.place))
        if verdict is None or [violation.rule for violation in verdict.violations] != [way.place]:
            continue
        limit = int(verdict.violations[0].limit)
        found = next(_found(plan, draft, way, limit), None) if limit <= MOST else None
        if found:
            yield found
            return


def _found(plan: Plan, draft: Draft, way: Way, limit: int) -> Iterator[tuple[Example, Violation]]:
    subject = plan.subject
    if not isinstance(subject, RestSubject):
        yield from _of_event(plan, draft, way, limit)
        return
    key = _key(subject, subject.step(draft), way)
    for before in _spenders(plan, draft, way, limit, key):
        last = subject.step(plan.filler.renewed(draft))
        violation = _refused(subject, before, last, way)
        if violation:
            yield Example(last, before), violation


def _of_event(plan: Plan, draft: Draft, way: Way, limit: int) -> Iterator[tuple[Example, Violation]]:
    """The event itself, as often as it is allowed."""
    quotas = Counting()
    verdicts = [plan.subject.judge(draft, quotas) for _ in range(limit + 1)]
    last = verdicts[-1]
    if last and all(v and v.accepted for v in verdicts[:-1]) and [v.rule for v in last.violations] == [way.place]:
        step = plan.subject.step(draft)
        yield Example(step, (*plan.subject.before(draft), (limit, step))), last.violations[0]


def _key(subject: RestSubject, step: WireRequest, way: Way) -> tuple[Any, ...] | None:
    """Under what the quota counts the request."""
    noting = _Noting()
    subject.judge_request(step, noting)
    return next((asked for asked in noting.asked if asked[0] == way.place), None)


def _spenders(
    plan: Plan, draft: Draft, way: Way, limit: int, key: tuple[Any, ...] | None
) -> Iterator[tuple[Step, ...]]:
    """Requests that may use up the quota: the request itself, the contract's own, those of others that only read."""
    subject = plan.subject
    if not isinstance(subject, RestSubject):
        return
    if subject.operation.method == "GET":
        yield ((limit, subject.step(draft)),)
    yield from (before for before in _of_triggers(subject, way) if _spends(subject, before, way, key))
    yield tuple(_readers(subject, way, limit, key))
    if subject.operation.method not in ("GET", "DELETE"):
        new = [subject.step(plan.filler.renewed(draft)) for _ in range(limit)]
        yield tuple((1, step) for step in new) if new[:1] != new[1:2] else ((limit, new[0]),)


def _spends(subject: RestSubject, before: tuple[Step, ...], way: Way, key: tuple[Any, ...] | None) -> bool:
    """Whether the requests count under the key."""
    requests = [step for _, step in before if isinstance(step, WireRequest) and step.operation]
    return any(_key(_other(subject, step.operation), step, way) == key for step in requests)


def _other(subject: RestSubject, operation_id: str) -> RestSubject:
    contract = subject.contract
    return RestSubject(contract, contract.operation(operation_id), subject.world, subject.now)


def _readers(subject: RestSubject, way: Way, limit: int, key: tuple[Any, ...] | None) -> Iterator[Step]:
    """Requests of other operations that read, as many of each as its own quotas let pass."""
    for other in subject.contract:
        shares = any(check.id == way.place and check.kind == "quota" for check in other.checks)
        if limit <= 0 or other.method != "GET" or not shares or other.id == subject.id:
            continue
        reader = _other(subject, other.id)
        arrangements = plan_of(subject.contract, other, subject.world, subject.now).arrangements
        steps = (reader.step(draft) for draft in arrangements)
        step = next((step for step in steps if _key(reader, step, way) == key), None)
        if step is None:
            continue
        quotas = Counting()
        count = 0
        while count < limit and reader.judge_request(step, quotas).accepted:
            count += 1
        limit -= count
        if count:
            yield count, step


def _of_triggers(subject: RestSubject, way: Way) -> Iterator[tuple[Step, ...]]:
    check = next(check for check in subject.checks if check.id == way.place)
    for name in check.answers:
        try:
            steps = tuple(catalogue.steps(subject.contract, subject.operation.answers[name].trigger))
        except UsageError:
            continue
        if len(steps) == 1 and steps[0][0] > 1:
            yield ((steps[0][0] - 1, steps[0][1]),)
        elif len(steps) > 1:
            yield steps[:-1]


def _refused(subject: RestSubject, before: tuple[Step, ...], last: WireRequest, way: Way) -> Violation | None:
    """The violation of the last request, if it is the only one, and all before it are accepted."""
    quotas = Counting()
    for count, step in before:
        if not isinstance(step, WireRequest) or not step.operation:
            return None
        judge = _other(subject, step.operation).judge_request
        if not all(judge(step, quotas).accepted for _ in range(count)):
            return None
    violations = subject.judge_request(last, quotas).violations
    return violations[0] if [violation.rule for violation in violations] == [way.place] else None
