"""Verdict headers: every violation as plain JSON, in what any proxy lets through."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.tiny import law
from understudy_mockserver.verdicts import MAX_HEADER, VERDICT, VIOLATIONS, as_json, headers
from understudy_validators import Violation

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=10,
)


def violation(path: str = "/body/text", rule: str = "maxLength", limit: Any = 10, actual: Any = 11) -> Violation:
    """A violation; what it answers and says is not told in headers."""
    return Violation(path=path, rule=rule, limit=limit, actual=actual, answer="too-long", message="is too long")


def test_the_first_rule_decides_and_every_violation_is_told() -> None:
    told = dict(headers((violation(), violation("/body", "required", "id", None))))
    assert told[VERDICT] == "refused; rule=maxLength"
    assert json.loads(told[VIOLATIONS]) == [
        {"path": "/body/text", "rule": "maxLength", "limit": 10, "actual": 11},
        {"path": "/body", "rule": "required", "limit": "id", "actual": None},
    ]


@law
@given(st.text(), JSON, JSON)
@example("/body/\x7f", "\x7f", {"\x7f": ["\x7f\x85\u2028"]})
@example("/body/\r\nX: 1", "\x00\x1f", "ü")
def test_what_is_told_is_one_line_of_ascii_json(path: str, limit: Any, actual: Any) -> None:
    """No character that a header may not hold: clients give up on the whole answer for one."""
    text = as_json([violation(path, limit=limit, actual=actual)])
    assert text.isascii()
    assert text.isprintable()
    (told,) = json.loads(text)
    assert told.get("omitted") == 1 or told["path"] == path or told["path"].endswith("…")


@pytest.mark.parametrize("length", [0, 1, 50, 500, 5000, 50_000])
@pytest.mark.parametrize("count", [1, 2, 10, 100])
def test_a_header_is_bounded_and_what_is_left_out_is_counted(length: int, count: int) -> None:
    """Whole violations are left out, never halves."""
    text = as_json([violation(f"/body/{index}/{'ü' * length}") for index in range(count)])
    told = json.loads(text)
    assert len(text) <= MAX_HEADER + len('[, {"omitted": 100}]')
    omitted = told[-1].get("omitted", 0)
    assert len(told) - bool(omitted) + omitted == count
    assert all(set(facts) == {"path", "rule", "limit", "actual"} for facts in told if "omitted" not in facts)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("x" * 100, "x" * 80 + "…"),
        (list(range(100)), "array of 100"),
        ({"const": True}, {"const": True}),
        (
            {"properties": {"role": {"enum": ["admin", "moderator"]}}},
            {"properties": {"role": {"enum": ["admin", "moderator"]}}},
        ),
        ({str(number): "x" * 10 for number in range(100)}, "object"),
        (2**63, 2**63),
    ],
)
def test_a_value_is_told_as_far_as_it_is_short(value: Any, told: Any) -> None:
    """A rule's schema says what was demanded: more of it is shown than of what was sent."""
    (facts,) = json.loads(as_json([violation(limit=value)]))
    assert facts["limit"] == told


def test_nothing_to_tell_is_an_empty_list() -> None:
    assert as_json([]) == "[]"
