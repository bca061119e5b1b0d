"""Every limit of every contract, at its edge and one past it: values and limits both come from the contracts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.shipped import Body, bodies
from understudy_validators import UsageError, edges, pointers
from understudy_validators.edges import Constraint
from understudy_validators.schemas import Finding

BODIES = list(bodies())


def base(body: Body) -> Any:
    """What a request is changed from: its first example."""
    return next(iter(body.examples.values()), {})


def place(constraint: Constraint) -> str:
    """The pointer into the body at which a violation of the constraint is found."""
    return pointers.join(*["0" if token == "items" else token for token in constraint.tokens[1:]])


def tried(body: Body, *, past: bool) -> Iterator[tuple[Constraint, dict[tuple[str, str], Finding]]]:
    """Each constraint of a request, and what is found by (place, keyword) where a value stands at it, or one past."""
    for constraint in edges.constraints(body.schema, body.document):
        value = edges.apply(base(body), constraint, body.schema, body.document, past=past)
        yield constraint, {(f.pointer, f.keyword): f for f in body.media_type.validator.findings(body.view(value))}


def unavoidable(constraint: Constraint) -> set[tuple[str, str]]:
    """What breaks along: nothing of another type is among the values of an `enum` or `const` beside a `type`."""
    return {(place(constraint), word) for word in ("enum", "const") if constraint.keyword == "type"}


@pytest.mark.parametrize("body", BODIES, ids=str)
def test_at_each_of_its_limits_a_request_fits(body: Body) -> None:
    wrong = {constraint.pointer: list(found) for constraint, found in tried(body, past=False) if found}
    assert wrong == {}


@pytest.mark.parametrize("body", BODIES, ids=str)
def test_one_past_each_limit_a_request_breaks_that_limit_and_nothing_else(body: Body) -> None:
    for constraint, found in tried(body, past=True):
        own = found.pop((place(constraint), constraint.keyword), None)
        assert own is not None, constraint.pointer
        assert set(found) <= unavoidable(constraint), constraint.pointer
        if constraint.has_edge:
            step = -1 if constraint.keyword.startswith("min") else 1
            assert (own.limit, own.actual) == (constraint.limit, constraint.limit + step), constraint.pointer


@pytest.mark.parametrize("body", BODIES, ids=str)
def test_trying_limits_leaves_the_example_as_it_was(body: Body) -> None:
    before = repr(base(body))
    for constraint in edges.constraints(body.schema, body.document):
        for past in (False, True):
            edges.apply(base(body), constraint, body.schema, body.document, past=past)
    assert repr(base(body)) == before


@pytest.mark.parametrize("body", BODIES, ids=str)
def test_no_limit_of_a_request_hides_where_it_is_not_tried(body: Body) -> None:
    """In `anyOf` and its like, where a value is not made to meet one limit and no other."""
    known = {id(constraint.schema) for constraint in edges.constraints(body.schema, body.document)}
    hidden = [schema for schema in schemas(body.schema, body.document) if id(schema) not in known]
    assert [schema for schema in hidden if set(schema) & set(edges.SIZES)] == []


#: Words whose values are no schemas, though they may look like some.
NO_SCHEMAS = ("x-answers", "x-source", "example", "examples", "default", "const", "enum")


def schemas(node: Any, document: dict[str, Any], seen: frozenset[str] = frozenset()) -> Iterator[dict[str, Any]]:
    """Every object in a schema and in what it refers to."""
    if isinstance(node, list):
        for item in node:
            yield from schemas(item, document, seen)
    elif isinstance(node, dict):
        yield node
        reference = node.get("$ref")
        if isinstance(reference, str) and reference not in seen:
            yield from schemas(pointers.resolve(document, reference), document, seen | {reference})
        for word, inner in node.items():
            if word not in NO_SCHEMAS:
                yield from schemas(inner, document, seen)


@pytest.mark.parametrize("body", BODIES, ids=str)
def test_every_constraint_is_found_by_its_pointer(body: Body) -> None:
    known = list(edges.constraints(body.schema, body.document))
    assert len({constraint.pointer for constraint in known}) == len(known)
    for constraint in known:
        assert edges.find(body.schema, body.document, constraint.pointer) == constraint


SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["a/b"],
    "properties": {
        "a/b": {"type": "array", "minItems": 2, "items": {"$ref": "#/Item"}},
        "text": {"type": ["string", "null"], "minLength": 1, "maxLength": 3},
        "data": {"type": "object", "x-max-bytes": 20},
        "title": {"x-max-bytes": 6, "type": "string"},
        "n": {"minimum": 0, "maximum": 5},
        "file": {"type": "string", "format": "binary", "x-max-file-bytes": 4},
    },
}
DOCUMENT: dict[str, Any] = {"Item": {"type": "integer", "maximum": 9}}


def apply(value: Any, pointer: str, *, past: bool) -> Any:
    """The value at a limit of `SCHEMA`, or one past it."""
    return edges.apply(value, edges.find(SCHEMA, DOCUMENT, pointer), SCHEMA, DOCUMENT, past=past)


@pytest.mark.parametrize(
    ("pointer", "at", "past"),
    [
        ("/body/text/maxLength", {"text": "xxx"}, {"text": "xxxx"}),
        ("/body/text/minLength", {"text": "x"}, {"text": ""}),
        ("/body/n/maximum", {"n": 5}, {"n": 6}),
        ("/body/n/minimum", {"n": 0}, {"n": -1}),
        ("/body/a~1b/minItems", {"a/b": [1, 1]}, {"a/b": [1]}),
        ("/body/a~1b/items/maximum", {"a/b": [9, 1]}, {"a/b": [10, 1]}),
        ("/body/title/x-max-bytes", {"title": "xxxx"}, {"title": "xxxxx"}),
        ("/body/data/x-max-bytes", {"data": {"text": "x" * 9}}, {"data": {"text": "x" * 10}}),
    ],
)
def test_what_is_missing_on_the_way_is_filled_in(pointer: str, at: Any, past: Any) -> None:
    assert apply({}, pointer, past=False) == at
    assert apply({}, pointer, past=True) == past


def test_what_is_there_is_kept_as_far_as_the_limit_lets_it() -> None:
    value = {"text": "ab", "n": 3, "other": 1, "a/b": [7, 8, 9]}
    assert apply(value, "/body/text/maxLength", past=True) == {**value, "text": "abxx"}
    assert apply(value, "/body/a~1b/items/maximum", past=True) == {**value, "a/b": [10, 8, 9]}
    assert apply({"text": None}, "/body/text/maxLength", past=False) == {"text": "xxx"}


def test_a_file_grows_and_keeps_its_name() -> None:
    file = {"filename": "a.txt", "content_type": "text/plain", "content": "abc"}
    assert apply({"file": file}, "/body/file/x-max-file-bytes", past=True) == {"file": {**file, "content": "x" * 5}}


def test_a_required_property_is_left_out_only_past_the_limit() -> None:
    assert apply({"a/b": [1, 2]}, "/body/a~1b/required", past=True) == {}
    assert apply({"a/b": [1, 2]}, "/body/a~1b/required", past=False) == {"a/b": [1, 2]}


def test_a_files_form_is_no_constraint() -> None:
    """Every part of a form can be read as a file: there is no way to break it."""
    found = {constraint.pointer for constraint in edges.constraints(SCHEMA, DOCUMENT)}
    assert "/body/file/x-max-file-bytes" in found
    assert not found & {"/body/file/type", "/body/file/format"}


def test_an_unknown_pointer_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match=r"No constraint at /body/text/maxlength\. There is: .*/body/text/maxLength, "):
        edges.find(SCHEMA, DOCUMENT, "/body/text/maxlength")


def test_a_schema_that_contains_itself_has_finitely_many_constraints() -> None:
    document = {"Node": {"type": "object", "properties": {"next": {"$ref": "#/Node"}}}}
    found = [constraint.pointer for constraint in edges.constraints({"$ref": "#/Node"}, document)]
    assert found[:2] == ["/body/type", "/body/next/type"]
    assert len(found) < 50
