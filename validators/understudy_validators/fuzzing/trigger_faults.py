"""Requests that are refused after the steps of a contract's own trigger: what no fresh world has yet."""

from __future__ import annotations

from collections.abc import Iterator

from understudy_validators import catalogue
from understudy_validators.catalogue import Step
from understudy_validators.fuzzing.model import Example, Way
from understudy_validators.fuzzing.plans import Plan
from understudy_validators.fuzzing.subjects import RestSubject
from understudy_validators.violation import Violation
from understudy_validators.wire import WireRequest


def triggered(plan: Plan, way: Way) -> Iterator[tuple[Example, Violation]]:
    """The last step of a trigger of the rule's answers, if it is the operation's, and accepted by a fresh world.

    Whether the steps before it succeed is the contract's word; so is that its violation is this one.
    """
    subject = plan.subject
    check = next((check for check in subject.checks if check.id == way.place and check.pointer), None)
    if not isinstance(subject, RestSubject) or check is None or way != _most_particular(plan, way):
        return
    for name in check.answers:
        steps: tuple[Step, ...] = tuple(catalogue.steps(subject.contract, subject.operation.answers[name].trigger))
        last = steps[-1][1] if len(steps) > 1 and steps[-1][0] == 1 else None
        if isinstance(last, WireRequest) and last.operation == subject.id and last.method == subject.operation.method:
            verdict = subject.judge_request(last)
            if verdict.accepted:
                yield Example(last, steps[:-1]), plan.ways.expected(way, verdict.view)


def _most_particular(plan: Plan, way: Way) -> Way:
    """Of a rule's ways that no request leads to, the last: it says most of what the record is like."""
    found = plan.found
    return [w for w in plan.ways if w.place == way.place and w not in found.faults and w not in found.together][-1]
