"""Requests in which one value is exactly at the limit of a constraint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from understudy_validators.contract import Contract, Operation
from understudy_validators.fuzzing import breaking
from understudy_validators.fuzzing.constraint_faults import Target, placed, targets
from understudy_validators.fuzzing.drafts import Draft
from understudy_validators.fuzzing.model import Example, Way
from understudy_validators.fuzzing.plans import Plan, plan_of
from understudy_validators.realtime import Event

#: Constraints that a value can just keep, and by which step a limit is passed.
STEPS = {
    **dict.fromkeys(("maxLength", "maxItems", "maxProperties", "maximum", "exclusiveMaximum"), 1),
    **dict.fromkeys(("minLength", "minItems", "minProperties", "minimum", "exclusiveMinimum"), -1),
    "x-max-bytes": 1,
    "x-max-file-bytes": 1,
}
_TRIED = 60


def edges(contract: Contract, operation: Operation | Event) -> Iterator[Example]:
    """For each constraint of the request that has an edge, a request exactly at it; always the same ones.

    A limit that nothing can be at, since another one is nearer, has none.
    """
    plan = plan_of(contract, operation)
    for _, draft in drafts_at_limits(plan):
        yield plan.example(draft)


def drafts_at_limits(plan: Plan) -> Iterator[tuple[Way, Draft]]:
    """By the way in which the constraint is broken beyond: the draft that just keeps it."""
    for target in targets(plan):
        if target.constraint.keyword in STEPS:
            found = next(_at(plan, target), None)
            if found is not None:
                yield target.way, found


def _at(plan: Plan, target: Target) -> Iterator[Draft]:
    """Accepted drafts at the limit: one more would be too much, so it is one more than one less."""
    constraint = target.constraint
    nearer = replace(constraint, limit=constraint.limit - STEPS[constraint.keyword])
    bases = [draft for draft in plan.arrangements if not target.media_type or draft.media_type == target.media_type]
    values = ((base, value) for base in bases for value in breaking.plain(nearer, plan.kit.values, base.get(nearer.at)))
    for base, value in islice(values, 2 if target.is_large else _TRIED):
        draft = placed(plan, target, base, value)
        if draft is None:
            continue
        verdict = plan.subject.judge(draft)
        if verdict is not None and verdict.accepted:
            yield draft
