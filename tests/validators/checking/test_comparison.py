"""Two servers that were sent the same: what may differ, and what may not."""

from __future__ import annotations

from typing import Any

import pytest

from understudy_validators.checking.comparison import Correspondence


def differences(expected: Any, actual: Any, *, known: frozenset[Any] = frozenset(), sent: Any = None) -> list[str]:
    same = Correspondence(known)
    same.sent(sent)
    return [f"{found.rule} {found.path}" for found in same.differences(expected, actual)]


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ({"id": "made-up-1"}, {"id": "made-up-2"}),
        ({"messageId": 7}, {"messageId": 9}),
        ({"at": 1767225600}, {"at": 1767225999}),
        ([{"id": "first-1"}, {"id": "first-1"}], [{"id": "other-1"}, {"id": "other-1"}]),
        ({"count": 3, "text": "hi", "none": None, "yes": True}, {"count": 3, "text": "hi", "none": None, "yes": True}),
    ],
)
def test_ids_and_times_that_a_server_makes_up_stand_for_each_other(expected: Any, actual: Any) -> None:
    assert differences(expected, actual) == []


@pytest.mark.parametrize(
    ("expected", "actual", "found"),
    [
        ([{"id": "first-1"}, {"id": "first-1"}], [{"id": "other-1"}, {"id": "other-2"}], ["value /body/1/id"]),
        ({"count": 3}, {"count": 4}, ["value /body/count"]),
        ({"flag": True}, {"flag": False}, ["value /body/flag"]),
        ({"flag": True}, {"flag": 1}, ["value /body/flag"]),
        ({"at": None}, {"at": "2026-01-01"}, ["value /body/at"]),
        ({"id": "made-up-1"}, {"id": 12}, ["value /body/id"]),
        ({"a": 1}, {}, ["missing-property /body/a"]),
        ({}, {"a": 1}, ["unexpected-property /body/a"]),
        ({"items": [1, 2]}, {"items": [1]}, ["listing /body/items"]),
    ],
)
def test_anything_else_is_to_be_the_same(expected: Any, actual: Any, found: list[str]) -> None:
    assert differences(expected, actual) == found


def test_what_was_sent_comes_back_as_it_was() -> None:
    assert differences({"text": "a long text"}, {"text": "another text"}) == []
    assert differences({"text": "a long text"}, {"text": "another text"}, sent={"t": "a long text"}) == [
        "value /body/text"
    ]


def test_what_the_world_holds_is_the_same_on_both() -> None:
    assert differences({"userId": "known-user"}, {"userId": "somebody"}, known=frozenset({"known-user"})) == [
        "value /body/userId"
    ]
