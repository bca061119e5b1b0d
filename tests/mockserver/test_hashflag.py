"""Amity's filter of flaggers: the values that its servers and clients agree on."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy_mockserver.hashflag import BITS, HASHES, hash_flag, places

USERS = st.lists(st.text(max_size=50), min_size=1, max_size=4)


def bits(user_ids: list[str]) -> int:
    flag = hash_flag(user_ids)
    assert flag is not None
    return int.from_bytes(base64.b64decode(flag["hash"]), "little")


@pytest.mark.parametrize(("user_id", "expected"), [("victimAndroid", "BEEQ"), ("bb01", "brfb"), ("alice", "VVVV")])
def test_a_flagger_has_the_hash_that_was_seen_on_the_wire(user_id: str, expected: str) -> None:
    assert hash_flag([user_id]) == {"bits": BITS, "hashes": HASHES, "hash": expected}


def test_no_one_has_no_hash() -> None:
    assert hash_flag([]) is None


@given(USERS)
def test_whoever_flagged_is_never_ruled_out(user_ids: list[str]) -> None:
    found = bits(user_ids)
    assert all(found >> place & 1 for user_id in user_ids for place in places(user_id))


@given(USERS)
def test_the_order_and_number_of_flags_do_not_matter(user_ids: list[str]) -> None:
    assert hash_flag([*user_ids, *reversed(user_ids)]) == hash_flag(sorted(user_ids))


@given(st.text(max_size=50))
def test_a_place_is_a_bit_of_the_filter(user_id: str) -> None:
    assert len(places(user_id)) == HASHES
    assert all(0 <= place < BITS for place in places(user_id))
