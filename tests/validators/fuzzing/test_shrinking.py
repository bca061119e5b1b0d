"""What Hypothesis makes of a failing request in the end: short, plain, and still wrong in the one way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import find, settings
from hypothesis import strategies as st

from tests.shipped import CONTRACTS
from understudy_validators import judging, times
from understudy_validators.fuzzing import Example, Fault, Way, broken, faults, valid
from understudy_validators.wire import WireRequest

SETTINGS = settings(max_examples=3000, derandomize=True, database=None, deadline=None)
REPLYKE, AMITY = CONTRACTS["replyke"], CONTRACTS["amity"]


def shortest(strategy: st.SearchStrategy[Any], condition: Callable[[Any], bool]) -> Any:
    return find(strategy, condition, settings=SETTINGS)


def body_of(one: Example | Fault) -> Any:
    step = one.example.step if isinstance(one, Fault) else one.step
    assert isinstance(step, WireRequest)
    return step.body


def test_the_shortest_request_is_the_first_example_without_what_can_be_left_out() -> None:
    step = shortest(valid(REPLYKE, REPLYKE.operation("sendMessage")), lambda example: True).step
    assert step.body == {"content": "Hello, team!"}
    assert step.headers == {"Authorization": "Bearer alice-token", "Content-Type": "application/json"}
    step = shortest(valid(AMITY, AMITY.operation("createMessage")), lambda example: True).step
    assert step.body == {"channelId": "general", "data": {"text": "hello"}}


def has_emoji(example: Example) -> bool:
    body = body_of(example)
    return isinstance(body, dict) and "👍" in str(body.get("content", ""))


def test_a_request_with_a_property_shrinks_to_that_property() -> None:
    strategy = valid(REPLYKE, REPLYKE.operation("sendMessage"))
    assert body_of(shortest(strategy, has_emoji)) == {"content": "👍"}
    threaded = shortest(strategy, lambda e: isinstance(body_of(e), dict) and "parentMessageId" in body_of(e))
    assert set(body_of(threaded)) == {"content", "parentMessageId"}


def fault_of(text: str) -> Fault:
    operation = REPLYKE.operation(text.split(maxsplit=1)[0])
    known = faults(REPLYKE, operation)
    way = next(way for way in known.ways if str(way) == text)
    fault: Fault = shortest(known.strategy(way), lambda fault: True)
    return fault


WAYS = {
    "sendMessage /body/content/type application/json": {"content": 5},
    "sendMessage thread-parent missing": None,
    "sendMessage thread-parent elsewhere": None,
    "sendMessage thread-parent must/parentMessageId": None,
    "sendMessage active-member must/isActive": None,
    "sendMessage security missing": {"content": "Hello, team!"},
}


@pytest.mark.parametrize("text", WAYS)
def test_a_fault_is_the_only_one_after_shrinking_too(text: str) -> None:
    fault = fault_of(text)
    step = fault.example.step
    assert isinstance(step, WireRequest)
    operation, now = REPLYKE.operation("sendMessage"), times.to_seconds(REPLYKE.now)
    verdict = judging.judge(operation, step.to_request(), step.parameters, REPLYKE.world, now)
    assert verdict.violations == (fault.violation,)
    assert len(str(step.body)) < 200
    if WAYS[text] is not None:
        assert step.body == WAYS[text]


def test_broken_requests_are_of_all_ways() -> None:
    operation = REPLYKE.operation("sendMessage")
    strategy = broken(REPLYKE, operation)
    assert str(shortest(strategy, lambda fault: fault.way.kind == "constraint").way).startswith("sendMessage /")
    assert shortest(strategy, lambda fault: fault.way.kind == "rule").way.operation == "sendMessage"
    assert str(Way("sendMessage", "rule", "security", "missing")) == "sendMessage security missing"


def test_impossible_ways_have_no_strategy() -> None:
    known = faults(REPLYKE, REPLYKE.operation("sendMessage"))
    way = next(iter(known.impossible))
    with pytest.raises(KeyError):
        known.strategy(way)
