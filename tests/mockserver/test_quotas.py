"""Quotas: a window that slides, one for each key."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tiny import law
from understudy_mockserver import quotas as module
from understudy_mockserver.quotas import SlidingQuotas
from understudy_validators.viewpaths import MISSING

REFUSED = -1


def hits(quotas: SlidingQuotas, *times: float, limit: int = 2, window: float = 10, key: str = "k") -> list[int]:
    """What is left after a call at each of the times."""
    return [quotas.hit("rate", (key,), limit, window, now)[0] for now in times]


def test_so_many_calls_pass_and_no_more() -> None:
    assert hits(SlidingQuotas(), 0, 1, 2, 3, limit=3) == [2, 1, 0, REFUSED]


def test_a_call_counts_until_it_is_a_window_old() -> None:
    """Just short of it the next one is refused; at it, the next one passes."""
    quotas = SlidingQuotas()
    assert hits(quotas, 0, 5, 9.999, 10, 10.001, 14.999, 15) == [1, 0, REFUSED, 0, REFUSED, REFUSED, 0]


def test_a_refused_call_is_not_counted() -> None:
    """Who keeps on trying is let in as soon as who waits."""
    quotas = SlidingQuotas()
    assert hits(quotas, 0, 1, *[2, 3, 4, 5, 6, 7, 8, 9], 10, 11) == [1, 0, *[REFUSED] * 8, 0, 0]


def test_many_calls_may_come_at_once() -> None:
    assert hits(SlidingQuotas(), 0, 0, 0, 10, 10, 10) == [1, 0, REFUSED, 1, 0, REFUSED]


def test_a_refusal_says_when_one_more_fits() -> None:
    quotas = SlidingQuotas()
    hits(quotas, 0, 4)
    assert quotas.hit("rate", ("k",), 2, 10, 7) == (REFUSED, 3)
    assert quotas.hit("rate", ("k",), 2, 10, 10) == (0, 4)
    assert quotas.hit("rate", ("k",), 2, 10, 10) == (REFUSED, 4)


def test_a_limit_of_nought_refuses_every_call() -> None:
    assert SlidingQuotas().hit("rate", ("k",), 0, 10, 5) == (REFUSED, 10)


@pytest.mark.parametrize(
    "other",
    [("rate", ("l",)), ("rate", ("k", "l")), ("rate", ()), ("other", ("k",)), ("rate", (None,)), ("rate", (MISSING,))],
)
def test_each_rule_and_each_key_is_counted_on_its_own(other: tuple[str, tuple[Any, ...]]) -> None:
    quotas = SlidingQuotas()
    assert quotas.hit("rate", ("k",), 1, 10, 0)[0] == 0
    assert quotas.hit(*other, 1, 10, 0)[0] == 0
    assert quotas.hit("rate", ("k",), 1, 10, 0)[0] == REFUSED
    assert quotas.hit(*other, 1, 10, 0)[0] == REFUSED


@pytest.mark.parametrize("value", [["a", 1], {"a": [1]}, "x" * 1000, None, 5, True])
def test_a_key_may_be_any_value(value: Any) -> None:
    quotas = SlidingQuotas()
    assert [quotas.hit("rate", (value,), 1, 10, 0)[0] for _ in range(2)] == [0, REFUSED]


def test_long_texts_that_differ_at_their_end_are_different_keys() -> None:
    quotas = SlidingQuotas()
    assert [quotas.hit("rate", ("x" * 5000 + end,), 1, 10, 0)[0] for end in "aba"] == [0, 0, REFUSED]


def test_counting_keeps_no_long_text() -> None:
    quotas = SlidingQuotas()
    quotas.hit("rate", ("a message " * 100,), 1, 10, 0)
    assert "a message" not in repr(quotas._calls)


def test_the_key_that_was_used_longest_ago_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_KEYS", 3)
    quotas = SlidingQuotas()
    for key in ("a", "b", "c", "a"):
        hits(quotas, 0, limit=1, key=key)
    hits(quotas, 0, limit=1, key="d")
    assert {key: hits(quotas, 0, limit=1, key=key) for key in ("a", "c", "d")} == {"a": [-1], "c": [-1], "d": [-1]}
    assert hits(quotas, 0, limit=1, key="b") == [0]
    for number in range(100):
        hits(quotas, 0, key=str(number))
    assert len(quotas._calls["rate"]) == 3


CALLS = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 6)), max_size=40)


@law
@given(CALLS, st.integers(0, 4), st.integers(1, 12))
def test_no_window_ever_holds_more_than_the_limit(calls: list[tuple[str, int]], limit: int, window: int) -> None:
    """And a call is refused only where one more would be too many."""
    quotas, accepted, now = SlidingQuotas(), dict[str, list[int]](a=[], b=[]), 0
    for key, later in calls:
        now += later
        recent = [then for then in accepted[key] if then > now - window]
        left, wait = quotas.hit("rate", (key,), limit, window, now)
        assert left == (limit - len(recent) - 1 if len(recent) < limit else REFUSED)
        if left == REFUSED:
            assert wait == (recent[0] + window - now if recent else window)
            assert wait > 0
        else:
            accepted[key].append(now)
