"""Times: ISO 8601 texts and Unix seconds are the same points, to the millisecond."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tiny import law
from understudy_validators import times
from understudy_validators.viewpaths import MISSING

YEAR_2100_MS = 4_102_444_800_000


@law
@given(st.integers(min_value=0, max_value=YEAR_2100_MS))
def test_every_millisecond_is_written_and_read_again(milliseconds: int) -> None:
    text = times.iso(milliseconds / 1000)
    assert round(times.to_seconds(text) * 1000) == milliseconds
    assert times.iso(times.to_seconds(text)) == text


@law
@given(st.integers(min_value=0, max_value=YEAR_2100_MS), st.integers(min_value=1, max_value=10_000))
def test_a_later_time_is_a_greater_text(milliseconds: int, later: int) -> None:
    """Clients sort by the text."""
    assert times.iso(milliseconds / 1000) < times.iso((milliseconds + later) / 1000)


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-01T00:00:00.000Z",
        "2026-01-01T00:00:00Z",
        "2026-01-01T01:00:00+01:00",
        "2026-01-01T00:00:00",
        "2026-01-01",
        1767225600,
        1767225600.0,
    ],
)
def test_one_point_in_time_has_many_spellings(value: Any) -> None:
    """A text without a zone is in UTC, whatever the machine's zone is."""
    assert times.to_seconds(value) == 1767225600.0


@pytest.mark.parametrize("value", ["", "tomorrow", True, None, [], {}, "2026-13-01"])
def test_what_is_no_time_is_a_value_error(value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        times.to_seconds(value)


@pytest.mark.parametrize("value", [None, MISSING, 101, "1970-01-01T00:01:40.001Z"])
def test_what_has_no_end_or_a_later_one_is_live(value: Any) -> None:
    assert times.is_live(value, 100.0)


@pytest.mark.parametrize("value", [100, 99.999, 0, "1970-01-01T00:01:40.000Z"])
def test_what_ends_now_is_no_longer_live(value: Any) -> None:
    assert not times.is_live(value, 100.0)
