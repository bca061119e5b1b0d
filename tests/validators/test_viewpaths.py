"""Dotted paths: one way to a value of the view, or to `MISSING`, and never an exception."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tiny import law
from understudy_validators import pointers, viewpaths
from understudy_validators.viewpaths import MISSING

VIEW: dict[str, Any] = {
    "path": {"id": "t1"},
    "headers": {"x-pin": "1234"},
    "body": {
        "text": None,
        "mentions": [{"ids": ["a", "b"]}, {"ids": []}, {}, None, {"ids": "c"}, {"ids": ["d"]}],
        "data": {"text": {"deep": 5}},
        "a/b": ["x"],
    },
}

NAMES = st.sampled_from(["a", "b", "c"])
VIEWS: st.SearchStrategy[Any] = st.dictionaries(
    NAMES,
    st.recursive(
        st.integers(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
        max_leaves=20,
    ),
)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("path", {"id": "t1"}),
        ("path.id", "t1"),
        ("headers.x-pin", "1234"),
        ("body.text", None),
        ("body.data.text.deep", 5),
    ],
)
def test_a_path_leads_to_its_value(path: str, value: Any) -> None:
    assert viewpaths.getter(path)(VIEW) == value


@pytest.mark.parametrize(
    "path", ["token", "token.id", "path.name", "path.id.length", "body.text.x", "body.mentions.0", "body.data.x.y.z"]
)
def test_a_path_that_leads_nowhere_is_missing(path: str) -> None:
    assert viewpaths.getter(path)(VIEW) is MISSING


@law
@given(VIEWS, st.lists(NAMES, min_size=1, max_size=5))
def test_paths_of_every_length_read_alike(view: Any, names: list[str]) -> None:
    value: Any = view
    for name in names:
        value = value[name] if isinstance(value, dict) and name in value else MISSING
    assert viewpaths.getter(".".join(names))(view) is value


def test_missing_equals_nothing_that_a_request_can_hold() -> None:
    values: list[Any] = [None, "", 0, False, [], {}, "MISSING"]
    assert MISSING not in values
    assert not MISSING


def test_elements_are_found_at_every_level_and_say_where_they_stand() -> None:
    assert list(viewpaths.elements("body.mentions[].ids[]")(VIEW)) == [
        ("/body/mentions/0/ids/0", "a"),
        ("/body/mentions/0/ids/1", "b"),
        ("/body/mentions/5/ids/0", "d"),
    ]


@pytest.mark.parametrize(
    "path", ["body.text[]", "body.nothing[]", "token.ids[]", "body.data[]", "body.data.text[].x[]"]
)
def test_where_there_is_no_list_there_are_no_elements(path: str) -> None:
    assert list(viewpaths.elements(path)(VIEW)) == []


@law
@given(VIEWS, st.sampled_from(["a[]", "a[][]", "a[].b[]", "a.b[]", "a.b[].c", "a[].b.c[]"]))
def test_an_elements_pointer_leads_to_the_element(view: Any, path: str) -> None:
    for at, value in viewpaths.elements(path)(view):
        assert pointers.follow(view, pointers.split(at)) is value


def test_the_pointer_of_a_path_is_escaped() -> None:
    assert viewpaths.pointer("body.a/b.c~d") == "/body/a~1b/c~0d"
