"""Blobs: bytes by key, never more than fit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.tiny import law
from understudy_mockserver.blobs import Blobs


def test_bytes_are_kept_under_their_key() -> None:
    blobs = Blobs(10)
    assert blobs.put("a", b"one") == []
    assert blobs.put("b", b"") == []
    assert (blobs.get("a"), blobs.get("b"), blobs.get("c")) == (b"one", b"", None)


def test_the_limit_itself_fits() -> None:
    blobs = Blobs(6)
    assert [blobs.put("a", b"one"), blobs.put("b", b"two")] == [[], []]
    assert (blobs.get("a"), blobs.get("b")) == (b"one", b"two")


def test_one_byte_more_and_the_oldest_goes() -> None:
    blobs = Blobs(6)
    blobs.put("a", b"one")
    blobs.put("b", b"two")
    assert blobs.put("c", b"3") == ["a"]
    assert (blobs.get("a"), blobs.get("b"), blobs.get("c")) == (None, b"two", b"3")


def test_as_many_go_as_must() -> None:
    blobs = Blobs(6)
    for key in "abc":
        blobs.put(key, b"xx")
    assert blobs.put("d", b"x" * 5) == ["a", "b", "c"]


def test_what_alone_is_too_much_is_kept_alone() -> None:
    """An upload that was accepted can be fetched."""
    blobs = Blobs(3)
    blobs.put("a", b"x")
    assert blobs.put("b", b"too much") == ["a"]
    assert blobs.get("b") == b"too much"
    assert blobs.put("c", b"x") == ["b"]


def test_what_is_put_again_takes_the_place_of_what_was_there() -> None:
    blobs = Blobs(6)
    blobs.put("a", b"12345")
    assert blobs.put("a", b"123456") == []
    blobs.put("a", b"1")
    assert blobs.put("b", b"12345") == []
    assert (blobs.get("a"), blobs.get("b")) == (b"1", b"12345")


@law
@given(st.integers(0, 20), st.lists(st.tuples(st.sampled_from("abcd"), st.binary(max_size=12)), max_size=20))
def test_what_is_kept_is_the_newest_that_fits(limit: int, puts: list[tuple[str, bytes]]) -> None:
    blobs = Blobs(limit)
    model: dict[str, bytes] = {}
    for key, content in puts:
        lost = blobs.put(key, content)
        model.pop(key, None)
        model[key] = content
        expected = []
        while sum(map(len, model.values())) > limit and len(model) > 1:
            expected.append(next(iter(model)))
            del model[expected[-1]]
        assert lost == expected
        assert {name: blobs.get(name) for name in "abcd"} == {name: model.get(name) for name in "abcd"}
