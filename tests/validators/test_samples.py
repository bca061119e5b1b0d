"""Samples fit the schema that they are made from."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shipped import Body, bodies
from tests.tiny import law
from understudy_validators.samples import first_type, sample
from understudy_validators.schemas import Schemas

STRINGS = st.builds(
    lambda least, more: {"type": "string", "minLength": least, "maxLength": max(1, least + more)},
    st.integers(0, 5),
    st.integers(0, 5),
)
NUMBERS = st.builds(
    lambda kind, least, more: {"type": kind, "minimum": least, "maximum": least + more},
    st.sampled_from(["integer", "number"]),
    st.integers(-5, 5),
    st.integers(0, 5),
)
OTHERS: list[dict[str, Any]] = [
    {"type": "boolean"},
    {"type": "null"},
    {"type": ["null", "integer"]},
    {"type": "integer", "maximum": 0},
    {"type": "string", "format": "uuid"},
    {"type": "string", "format": "date-time"},
    {"type": "string", "format": "date"},
    {"type": "string", "format": "uri"},
    {"type": "string", "format": "email"},
    {"const": [1]},
    {"enum": [3, "x"]},
    {"oneOf": [{"type": "integer"}, {"type": "string"}]},
    {"anyOf": [{"type": "null"}, {"type": "string"}]},
    {},
]
SCHEMAS: st.SearchStrategy[Any] = st.recursive(
    STRINGS | NUMBERS | st.sampled_from(OTHERS),
    lambda inner: (
        st.builds(lambda items, least: {"type": "array", "items": items, "minItems": least}, inner, st.integers(0, 3))
        | st.dictionaries(st.sampled_from(["a", "b", "c"]), inner).map(
            lambda properties: {"type": "object", "properties": properties, "required": sorted(properties)[:2]}
        )
    ),
    max_leaves=8,
)


@law
@given(SCHEMAS)
def test_a_sample_fits_its_schema(schema: Any) -> None:
    document = {"root": schema}
    assert list(Schemas(document).at("/root").findings(sample(schema, document))) == []


@pytest.mark.parametrize("body", [b for b in bodies() if b.media_type.name != "*/*"], ids=str)
def test_a_sample_of_a_shipped_request_fits(body: Body) -> None:
    assert list(body.media_type.validator.findings(body.view(sample(body.schema, body.document)))) == []


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"const": "c", "enum": ["e"], "default": "d"}, "c"),
        ({"default": "d", "example": "x", "enum": ["e"]}, "d"),
        ({"example": "x", "enum": ["e"]}, "x"),
        ({"examples": ["xs"], "type": "string"}, "xs"),
        ({"enum": ["e"], "type": "string"}, "e"),
        ({"oneOf": [{"const": 1}, {"const": 2}]}, 1),
        ({"$ref": "#/there"}, True),
        (True, "x"),
    ],
)
def test_what_a_schema_shows_is_taken_before_what_it_allows(schema: Any, value: Any) -> None:
    assert sample(schema, {"there": {"type": "boolean"}}) == value


def test_only_what_is_required_is_filled_in() -> None:
    schema = {"required": ["a", "z"], "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}}
    assert sample(schema, {}) == {"a": 1, "z": "x"}


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "integer"}, "integer"),
        ({"type": ["null", "object"]}, "object"),
        ({"properties": {}}, "object"),
        ({"items": {}}, "array"),
        ({}, "string"),
    ],
)
def test_the_first_type_that_says_something_counts(schema: Any, kind: str) -> None:
    assert first_type(schema) == kind
