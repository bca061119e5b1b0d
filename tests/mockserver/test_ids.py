"""Ids: in the vendors' shapes, never the same twice, and the same again from the same seed."""

from __future__ import annotations

import re
import uuid
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.tiny import law
from understudy_mockserver.ids import Ids


def drawn(seed: int) -> list[Any]:
    """A few of each kind."""
    ids = Ids(seed)
    return [f() for _ in range(3) for f in (ids.uuid, lambda: ids.hex(7), lambda: ids.object_id(5), ids.random.random)]


@law
@given(st.integers(0, 2**64))
def test_the_same_seed_gives_the_same_ids(seed: int) -> None:
    assert drawn(seed) == drawn(seed)
    assert drawn(seed) != drawn(seed + 1)


@law
@given(st.integers(0, 2**64))
def test_a_uuid_is_one_of_chance(seed: int) -> None:
    text = Ids(seed).uuid()
    assert str(uuid.UUID(text)) == text
    assert (uuid.UUID(text).version, uuid.UUID(text).variant) == (4, uuid.RFC_4122)


@law
@given(st.integers(0, 2**64), st.integers(1, 40))
def test_hexadecimal_digits_are_as_many_as_asked_for(seed: int, digits: int) -> None:
    assert re.fullmatch(f"[0-9a-f]{{{digits}}}", Ids(seed).hex(digits))


@law
@given(st.integers(0, 2**64), st.integers(0, 2**32 - 1))
def test_an_object_id_begins_with_its_time(seed: int, seconds: int) -> None:
    text = Ids(seed).object_id(seconds + 0.999)
    assert re.fullmatch("[0-9a-f]{24}", text)
    assert int(text[:8], 16) == seconds


def test_ids_differ() -> None:
    ids = Ids(0)
    found = [f() for _ in range(1000) for f in (ids.uuid, lambda: ids.object_id(0), lambda: ids.hex(32))]
    assert len(set(found)) == len(found)


def test_each_counter_counts_on_its_own() -> None:
    ids = Ids(0)
    assert [ids.integer("a", 5), ids.integer("a", 5), ids.integer("b", 1), ids.integer("a", 99)] == [5, 6, 1, 7]


def test_counting_takes_nothing_from_chance() -> None:
    """A handler that numbers something more gives everyone else the same ids."""
    first, second = Ids(7), Ids(7)
    first.integer("a", 1)
    assert first.uuid() == second.uuid()
