"""JSON pointers: text and tokens are one thing in two forms, and a pointer leads to one place or nowhere."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tiny import law
from understudy_validators import pointers

DOCUMENT = {"a/b": {"m~n": [10, 20, {"": "empty"}]}, "": "root's empty key", "7": "seven", "list": ["x"]}

TREES: st.SearchStrategy[Any] = st.recursive(
    st.integers(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)


@law
@given(st.lists(st.text()))
def test_what_is_joined_is_split_again(tokens: list[str]) -> None:
    assert pointers.split(pointers.join(*tokens)) == tokens


@law
@given(st.lists(st.text(alphabet="~/01a")), st.text(alphabet="~/01a"))
def test_a_child_is_one_token_further(tokens: list[str], token: str) -> None:
    assert pointers.child(pointers.join(*tokens), token) == pointers.join(*tokens, token)


@law
@given(TREES)
def test_every_place_of_a_value_can_be_pointed_at(tree: Any) -> None:
    for tokens, value in places(tree):
        assert pointers.resolve(tree, f"#{pointers.join(*tokens)}") is value


def places(value: Any, *tokens: str | int) -> list[tuple[tuple[str | int, ...], Any]]:
    """(tokens, value) of the value itself and of all below it."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(tokens, value)] + [place for token, item in inner for place in places(item, *tokens, token)]


@pytest.mark.parametrize(
    ("pointer", "value"),
    [("/a~1b/m~0n/1", 20), ("/a~1b/m~0n/2/", "empty"), ("/", "root's empty key"), ("/7", "seven"), ("", DOCUMENT)],
)
def test_tokens_are_escaped_as_rfc_6901_says(pointer: str, value: Any) -> None:
    assert pointers.follow(DOCUMENT, pointers.split(pointer)) == value


@pytest.mark.parametrize("pointer", ["/b", "/list/1", "/list/x", "/7/0", "/7/length", "/list/0/0", "/a~1b/m~0n/9"])
def test_a_pointer_to_nowhere_is_a_key_error(pointer: str) -> None:
    with pytest.raises(KeyError):
        pointers.follow(DOCUMENT, pointers.split(pointer))


def test_a_number_names_a_property_too() -> None:
    """Paths from elsewhere tell indexes and names of digits apart by no more than their looks."""
    assert pointers.follow(DOCUMENT, [7]) == "seven"
    assert pointers.follow(DOCUMENT, ["list", 0]) == "x"


@pytest.mark.parametrize("index", ["-1", "+0", "00", "0_0", "٠", " 0", ""])
def test_an_index_of_an_array_is_written_in_one_way_only(index: str) -> None:
    """RFC 6901: digits without leading zeros. Python's `int` takes more, and `-1` would be the last item."""
    with pytest.raises(KeyError):
        pointers.follow(DOCUMENT, ["list", index])


@pytest.mark.parametrize("reference", ["#list", "#list/0", "list", "#list/"])
def test_a_reference_that_is_no_pointer_leads_nowhere(reference: str) -> None:
    """An anchor, or a pointer without its first slash, never means the whole document."""
    with pytest.raises(KeyError):
        pointers.resolve(DOCUMENT, reference)
