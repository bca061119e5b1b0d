"""Requests that conform."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from understudy_validators.contract import Contract, Operation
from understudy_validators.fuzzing.model import Example
from understudy_validators.fuzzing.plans import Plan, plan_of
from understudy_validators.fuzzing.sources import Drawn
from understudy_validators.realtime import Event
from understudy_validators.records import World


def valid(
    contract: Contract, operation: Operation | Event, world: World | None = None, *, now: float | None = None
) -> st.SearchStrategy[Example]:
    """Requests that the operation accepts in the world, each with the steps that must come first.

    Of callers, rooms and messages it has those of the world, and ids that must be new are; all else is drawn from the
    schemas. `world` is the contract's, and `now`, in Unix seconds, that world's, where they are not given. An operation
    that the world lets nobody call has none: the strategy is empty.
    """
    plan = plan_of(contract, operation, world, now)
    return _valid(plan) if plan.arrangements else st.nothing()


@st.composite
def _valid(draw: Callable[[st.SearchStrategy[Any]], Any], plan: Plan) -> Example:
    source = Drawn(draw)
    return plan.example(plan.accepted(source, source.pick(plan.arrangements)))


def examples(contract: Contract, operation: Operation | Event) -> Iterator[Example]:
    """The contract's own examples of the operation that its world accepts, as requests."""
    plan = plan_of(contract, operation)
    for draft in plan.subject.examples():
        verdict = plan.subject.judge(draft)
        if verdict is not None and verdict.accepted:
            yield plan.example(draft)
