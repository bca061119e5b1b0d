"""Answers: the contract's own words, with what is known of the request filled in."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tiny import law
from understudy_validators import Violation
from understudy_validators.answers import collect, encode, has_placeholders, placeholders, renderer

VIEW: dict[str, Any] = {
    "path": {"id": "t1"},
    "body": {"n": 5, "flag": True, "none": None, "tags": ["a", "ü"], "o": {"x": 1.5}, "text": "say {path.id}"},
    "suspension": {"reason": "spam"},
}
VIOLATION = Violation(
    path="/body/mentions/0/ids", rule="maxItems", limit=30, actual=31, answer="too-many", message="31 is too many"
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{body.n}", 5),
        ("{body.flag}", True),
        ("{body.none}", None),
        ("{body.tags}", ["a", "ü"]),
        ("{body.o}", {"x": 1.5}),
        ("{path.id}", "t1"),
        ("{violation.limit}", 30),
        ("{violation.actual}", 31),
        ("{violation.field}", "mentions[0].ids"),
        ("{body.nowhere}", None),
        ("{nothing.at.all}", None),
    ],
)
def test_a_text_that_is_one_placeholder_becomes_the_value(template: str, value: Any) -> None:
    rendered = renderer(template)(VIEW, VIOLATION)
    assert (rendered, type(rendered)) == (value, type(value))


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("at most {violation.limit}, not {violation.actual}", "at most 30, not 31"),
        ("<{path.id}>", "<t1>"),
        ("{path.id}{path.id}", "t1t1"),
        ("{body.flag} {body.none}|{body.nowhere}.", "true |."),
        ("{body.tags} {body.o}", '["a","ü"] {"x":1.5}'),
        ("{violation.field}: {violation.message}", "mentions[0].ids: 31 is too many"),
        ("suspended: {suspension.reason}", "suspended: spam"),
        ("{body.text}!", "say {path.id}!"),
    ],
)
def test_a_placeholder_in_a_text_is_written_out(template: str, text: str) -> None:
    assert renderer(template)(VIEW, VIOLATION) == text


@pytest.mark.parametrize(
    "template", ["{}", "{id}", "{ path.id }", "{path.}", "{.id}", "{Path.id}", "{path.id", "{0.id}"]
)
def test_braces_that_hold_no_dotted_path_are_text(template: str) -> None:
    assert not has_placeholders(template)
    assert renderer(template)(VIEW, VIOLATION) == template


def test_placeholders_are_found_and_filled_in_at_every_depth() -> None:
    template = {"error": {"ids": ["{path.id}", 1, {"x": "n={body.n}"}], "plain": None}}
    assert placeholders(template) == ["path.id", "body.n"]
    assert renderer(template)(VIEW, None) == {"error": {"ids": ["t1", 1, {"x": "n=5"}], "plain": None}}


@pytest.mark.parametrize(
    ("template", "value"), [("{violation.limit}", None), ("at most {violation.limit}", "at most ")]
)
def test_without_a_violation_its_facts_are_empty(template: str, value: Any) -> None:
    assert renderer(template)(VIEW, None) == value


@law
@given(JSON)
def test_a_template_without_placeholders_is_itself(template: Any) -> None:
    """Not even a copy: nothing is done for it."""
    if not has_placeholders(template):
        assert renderer(template)(VIEW, VIOLATION) is template


def test_a_template_is_not_changed_by_filling_it_in() -> None:
    template = {"ids": ["{path.id}"]}
    renderer(template)(VIEW, VIOLATION)
    assert template == {"ids": ["{path.id}"]}


@pytest.mark.parametrize(
    ("value", "media_type", "content"),
    [
        ({"a": "ü"}, "application/json", '{"a":"ü"}'.encode()),
        ("ü", "application/json", '"ü"'.encode()),
        ("ü", "text/plain", "ü".encode()),
        ({"a": 1}, "text/plain", b'{"a":1}'),
        (b"\xff", "image/png", b"\xff"),
        (None, "application/json", b"null"),
    ],
)
def test_a_body_is_compact_json_or_the_text_itself(value: Any, media_type: str, content: bytes) -> None:
    assert encode(value, media_type) == content


def test_collecting_joins_the_lists_into_the_first_body() -> None:
    bodies = [{"code": 1, "data": {"detail": ["a"], "more": 2}}, {"code": 9, "data": {"detail": ["b", "c"]}}]
    assert collect("/data/detail", bodies) == {"code": 1, "data": {"detail": ["a", "b", "c"], "more": 2}}
    assert bodies[0] == {"code": 1, "data": {"detail": ["a"], "more": 2}}


def test_collecting_says_nothing_twice() -> None:
    assert collect("/detail", [{"detail": ["a", "b"]}, {"detail": ["b", "a"]}]) == {"detail": ["a", "b"]}


@pytest.mark.parametrize("other", [{}, {"detail": None}, {"detail": "text"}, [], None, "text"])
def test_a_body_without_the_list_adds_nothing(other: Any) -> None:
    assert collect("/detail", [{"detail": ["a"]}, other]) == {"detail": ["a"]}
    assert collect("/data/detail", [{"data": None}, {"data": {"detail": ["a"]}}]) == {"data": {"detail": ["a"]}}
