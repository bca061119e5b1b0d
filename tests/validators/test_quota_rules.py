"""Quota rules: what they count, by which key, and what they announce."""

from __future__ import annotations

from typing import Any

import pytest

from tests import tiny
from tests.tiny import answers, found, judge
from understudy_validators import Contract
from understudy_validators.viewpaths import MISSING

OF_CALLER = "{limit: caller.limit, window: caller.window, key: [caller.id]}"


class Counters:
    """Gives a fixed answer and remembers what it was asked."""

    def __init__(self, left: int = 5, wait: float = 0.0) -> None:
        self.result = (left, wait)
        self.hits: list[tuple[str, tuple[Any, ...], int, float]] = []

    def hit(self, rule: str, key: tuple[Any, ...], limit: int, window: float, now: float) -> tuple[int, float]:
        """Remembers the call."""
        self.hits.append((rule, key, limit, window))
        return self.result


def limited(quota: str, *, after: str = "", before: str = "", when: str = "true", world: str = "{}") -> Contract:
    """A contract with a quota, and rules before and after it."""
    rule = f"{{id: rate, when: {when}, quota: {quota}, answer: limited}}"
    listed = ", ".join(part for part in (before, rule, after) if part)
    return tiny.contract(rules=f"[{listed}]", schema="{type: object}", world=world)


def alice(limit: str, window: str = "60") -> str:
    """A world in which alice has a limit of her own."""
    return f"{{collections: {{users: [{{id: alice, limit: {limit}, window: {window}}}]}}}}"


def test_a_call_is_counted_by_its_key() -> None:
    counters = Counters()
    contract = limited("{limit: 3, window: 5, key: [caller.id, body.text, body.n, body.nowhere]}")
    assert judge(contract, {"text": "hi", "n": [1]}, quotas=counters).accepted
    assert counters.hits == [("rate", ("alice", "hi", [1], MISSING), 3, 5)]


def test_a_limit_may_be_read_from_the_view() -> None:
    counters = Counters()
    assert judge(limited(OF_CALLER, world=alice("7", "0.5")), quotas=counters).accepted
    assert counters.hits == [("rate", ("alice",), 7, 0.5)]


@pytest.mark.parametrize(
    "world",
    [alice("null"), "{collections: {users: [{id: alice, window: 60}]}}", alice("5", "null"), alice("null", "null")],
)
def test_where_no_limit_or_window_is_set_nothing_is_counted(world: str) -> None:
    counters = Counters(-1)
    assert judge(limited(OF_CALLER, world=world), quotas=counters).accepted
    assert counters.hits == []


@pytest.mark.parametrize("quota", ["{limit: 0, window: 60, key: [caller.id]}", OF_CALLER])
def test_a_limit_of_nought_lets_nothing_pass(quota: str) -> None:
    """Wherever it stands."""
    counters = Counters(-1, 60)
    assert answers(judge(limited(quota, world=alice("0")), quotas=counters)) == ["limited"]


def test_a_refusal_tells_the_limit_and_what_would_have_been_one_more() -> None:
    (violation,) = judge(limited("{limit: 3, window: 5, key: [caller.id]}"), quotas=Counters(-1, 1.5)).violations
    assert (violation.path, violation.rule, violation.limit, violation.actual) == ("/caller/id", "rate", 3, 4)
    assert violation.message == "more than 3 calls in 5 seconds"


def test_a_request_that_is_refused_before_is_not_counted() -> None:
    counters = Counters()
    contract = limited(
        "{limit: 3, window: 5, key: [path.thingId]}", before="{id: no, require: false, answer: forbidden}"
    )
    assert answers(judge(contract, quotas=counters)) == ["forbidden"]
    assert counters.hits == []


def test_a_request_that_is_refused_afterwards_is_counted() -> None:
    counters = Counters()
    contract = limited(
        "{limit: 3, window: 5, key: [path.thingId]}", after="{id: no, require: false, answer: forbidden}"
    )
    assert answers(judge(contract, quotas=counters)) == ["forbidden"]
    assert len(counters.hits) == 1


def test_a_request_to_which_the_rule_does_not_apply_is_not_counted() -> None:
    counters = Counters(-1)
    contract = limited("{limit: 3, window: 5, key: [caller.id]}", when="{properties: {body: {required: [x]}}}")
    assert judge(contract, {}, quotas=counters).accepted
    assert answers(judge(contract, {"x": 1}, quotas=counters)) == ["limited"]
    assert len(counters.hits) == 1


def test_after_a_refusal_nothing_else_is_counted() -> None:
    counters = Counters(-1, 1)
    second = "{id: second, quota: {limit: 9, window: 9, key: [caller.id]}, answer: forbidden}"
    assert found(judge(limited("{limit: 3, window: 5, key: [caller.id]}", after=second), quotas=counters)) == [
        ("/caller/id", "rate")
    ]
    assert [rule for rule, *_ in counters.hits] == ["rate"]


def test_without_counters_everything_passes() -> None:
    assert judge(limited("{limit: 0, window: 5, key: [caller.id]}")).accepted


NAMED = (
    "{limit: 3, window: 5, key: [caller.id],"
    "headers: {limit: X-Limit, remaining: X-Left, reset: X-Reset, retry-after: X-Retry}}"
)


@pytest.mark.parametrize(
    ("quota", "left", "wait", "headers"),
    [
        (NAMED, 2, 0.0, {"X-Limit": "3", "X-Left": "2"}),
        (NAMED, 0, 4.2, {"X-Limit": "3", "X-Left": "0"}),
        (NAMED, -1, 4.2, {"X-Limit": "3", "X-Left": "0", "X-Retry": "5", "X-Reset": "1767225605"}),
        (NAMED, -1, 0.001, {"X-Limit": "3", "X-Left": "0", "X-Retry": "1", "X-Reset": "1767225601"}),
        ("{limit: 3, window: 5, key: [caller.id]}", 2, 0.0, {}),
        ("{limit: 3, window: 5, key: [caller.id]}", -1, 5.0, {"Retry-After": "5"}),
        ("{limit: 3, window: 5, key: [caller.id]}", -1, 0.0, {"Retry-After": "1"}),
    ],
)
def test_headers_announce_what_the_contract_names_and_when_to_try_again(
    quota: str, left: int, wait: float, headers: dict[str, str]
) -> None:
    """Whole seconds, and never too few."""
    assert judge(limited(quota), quotas=Counters(left, wait)).headers == headers
