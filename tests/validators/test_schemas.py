"""Schemas: two engines of different make agree on every request, and each finding carries its facts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shipped import Body, bodies
from tests.tiny import law
from understudy_validators import pointers
from understudy_validators.schemas import Schemas, SchemaValidator, compact_size, dereference, is_binary, type_name

BODIES = [body for body in bodies() if body.media_type.name != "*/*"]
WORDS = st.sampled_from(["", "x", "ü", "😀", "user", "2026-01-01", "https://example.com/", "a" * 24, "0" * 300])
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-2, 40), st.sampled_from([0.5, 1.0, -1e9]), WORDS)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3), max_leaves=5
)


def max_bytes(validator: Any, limit: int, instance: Any, schema: Any) -> Iterator[jsonschema.ValidationError]:
    """`x-max-bytes` for the other engine."""
    if len(json.dumps(instance, ensure_ascii=False, separators=(",", ":")).encode()) > limit:
        yield jsonschema.ValidationError("too many bytes")


def max_file_bytes(validator: Any, limit: int, instance: Any, schema: Any) -> Iterator[jsonschema.ValidationError]:
    """`x-max-file-bytes` for the other engine."""
    if isinstance(instance, dict) and instance.get("size", 0) > limit:
        yield jsonschema.ValidationError("too large a file")


SecondOpinion = jsonschema.validators.extend(
    jsonschema.Draft202012Validator, {"x-max-bytes": max_bytes, "x-max-file-bytes": max_file_bytes}
)


def second_opinion(body: Body) -> Any:
    """The other engine's validator of a request body, which sees files as objects too."""
    text = json.dumps(body.document).replace('"type": "string", "format": "binary"', '"type": "object"')
    schema = {**json.loads(text), "$ref": f"#{body.pointer}"}
    return SecondOpinion(schema, format_checker=SecondOpinion.FORMAT_CHECKER)


def places(value: Any, *tokens: str | int) -> list[tuple[str | int, ...]]:
    """The way to the value itself and to all below it."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [tokens] + [place for token, item in inner for place in places(item, *tokens, token)]


def put(value: Any, tokens: tuple[str | int, ...], new: Any) -> Any:
    """The value with another one in a place of it."""
    if not tokens:
        return new
    first, *rest = tokens
    if isinstance(value, dict):
        return {name: put(inner, tuple(rest), new) if name == first else inner for name, inner in value.items()}
    return [put(inner, tuple(rest), new) if index == first else inner for index, inner in enumerate(value)]


@st.composite
def mutated(draw: st.DrawFn, value: Any) -> Any:
    """The value after up to four changes: something replaced, left out, added, repeated, or moved."""
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.sampled_from(places(value)))
        found = pointers.follow(value, at)
        new = draw(VALUES | st.just(pointers.follow(value, draw(st.sampled_from(places(value))))))
        if isinstance(found, dict) and draw(st.booleans()):
            name = draw(st.sampled_from([*found, "unknown"]))
            rest = {key: inner for key, inner in found.items() if key != name}
            value = put(value, at, rest if draw(st.booleans()) else {**found, name: new})
        elif isinstance(found, list) and draw(st.booleans()):
            value = put(value, at, draw(st.sampled_from([[], found * 2, found * 11, [*found, new]])))
        elif isinstance(found, str) and draw(st.booleans()):
            value = put(value, at, found * draw(st.sampled_from([0, 2, 100])))
        else:
            value = put(value, at, new)
    return value


@pytest.mark.parametrize("body", BODIES, ids=str)
def test_both_engines_agree_on_what_a_request_may_be(body: Body) -> None:
    other = second_opinion(body)
    verdicts = set()

    @settings(law, max_examples=25)
    @given(st.sampled_from(list(body.examples.values())).flatmap(mutated).map(body.view))
    def agree(value: Any) -> None:
        fits = body.media_type.validator.fits(value)
        verdicts.add(fits)
        assert fits == other.is_valid(value)
        assert fits == (not list(body.media_type.validator.findings(value)))

    agree()
    assert verdicts == {True, False}, "what was tried said nothing"


def at(schema: Any, **document: Any) -> SchemaValidator:
    """The validator of a schema in a document of its own."""
    return Schemas({**document, "root": schema}).at("/root")


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({}, 2),
        ({"a": 1, "b": [1, 2]}, 17),
        ("ü", 4),
        ("😀", 6),
        ('"', 4),
        ("\n", 4),
        ({"ключ": "значение"}, 31),
        (None, 4),
        (1.5, 3),
    ],
)
def test_x_max_bytes_counts_the_bytes_of_compact_utf_8_json(value: Any, size: int) -> None:
    assert compact_size(value) == size
    assert at({"x-max-bytes": size}).fits(value)
    (finding,) = at({"x-max-bytes": size - 1}).findings(value)
    assert (finding.keyword, finding.limit, finding.actual) == ("x-max-bytes", size - 1, size)


def test_x_max_file_bytes_counts_a_files_bytes() -> None:
    validator = at({"type": "string", "format": "binary", "x-max-file-bytes": 4})
    assert validator.fits({"filename": "a", "contentType": "text/plain", "size": 4})
    (finding,) = validator.findings({"filename": "a", "contentType": "text/plain", "size": 5})
    assert (finding.keyword, finding.limit, finding.actual) == ("x-max-file-bytes", 4, 5)


@pytest.mark.parametrize("schema", [{"type": "string", "format": "binary"}, {"format": "binary"}])
def test_a_file_is_an_object_to_rules(schema: Any) -> None:
    assert is_binary(schema)
    assert at(schema).fits({"filename": "a", "contentType": "text/plain", "size": 0})
    assert not at(schema).fits("bytes")


@pytest.mark.parametrize("schema", [{"type": "string"}, True, None, {"properties": {"format": {"const": "binary"}}}])
def test_what_only_looks_like_a_file_is_none(schema: Any) -> None:
    assert not is_binary(schema)


def test_a_property_may_be_called_format() -> None:
    assert at({"properties": {"format": {"const": "binary"}}}).fits({"format": "binary"})


@pytest.mark.parametrize(
    ("schema", "value", "facts"),
    [
        ({"maxLength": 3}, "ü😀xx", ("", "maxLength", 3, 4)),
        ({"minLength": 1}, "", ("", "minLength", 1, 0)),
        ({"maxItems": 1}, [1, 2], ("", "maxItems", 1, 2)),
        ({"maxProperties": 0}, {"a": 1}, ("", "maxProperties", 0, 1)),
        ({"maximum": 5}, 6, ("", "maximum", 5, 6)),
        ({"type": "string"}, 5, ("", "type", "string", "integer")),
        ({"type": ["string", "null"]}, [], ("", "type", ["string", "null"], "array")),
        ({"enum": ["a", "b"]}, "c", ("", "enum", ["a", "b"], "c")),
        ({"const": None}, "c", ("", "const", None, "c")),
        ({"pattern": "^a"}, "b" * 100, ("", "pattern", "^a", "b" * 80 + "…")),
        ({"format": "uuid"}, "x", ("", "format", "uuid", "x")),
        ({"required": ["a/b"]}, {}, ("/a~1b", "required", "a/b", None)),
        ({"items": {"properties": {"x": {"type": "null"}}}}, [{}, {"x": 1}], ("/1/x", "type", "null", "integer")),
        (
            {"properties": {"b": {}}, "additionalProperties": False},
            {"a": 1},
            ("", "additionalProperties", False, {"a": 1}),
        ),
    ],
)
def test_a_finding_tells_where_which_limit_and_what_came(schema: Any, value: Any, facts: tuple[Any, ...]) -> None:
    (finding,) = at(schema).findings(value)
    assert (finding.pointer, finding.keyword, finding.limit, finding.actual) == facts


def test_every_broken_constraint_is_found() -> None:
    schema = {
        "required": ["a", "b"],
        "properties": {"c": {"maxLength": 1, "pattern": "^x"}, "d": {"$ref": "#/digits"}},
        "allOf": [{"maxProperties": 1}, {"if": True, "then": {"minProperties": 9}}],
    }
    found = {(f.pointer, f.keyword) for f in at(schema, digits={"type": "integer"}).findings({"c": "yy", "d": "z"})}
    assert found == {
        ("/a", "required"),
        ("/b", "required"),
        ("/c", "maxLength"),
        ("/c", "pattern"),
        ("/d", "type"),
        ("", "maxProperties"),
        ("", "minProperties"),
    }


@pytest.mark.parametrize("word", ["maxLength", "x-max-bytes"])
def test_the_trail_leads_from_the_root_through_every_reference(word: str) -> None:
    """For our own keywords as for JSON Schema's."""
    inner = {word: 2}
    middle = {"type": "object", "properties": {"text": {"$ref": "#/inner"}}}
    validator = at({"title": "outer", "allOf": [{"$ref": "#/middle"}]}, inner=inner, middle=middle)
    (finding,) = validator.findings({"text": "hello"})
    schemas = [node for node in finding.trail if set(node) & {"title", "type", word}]
    assert schemas == [{"title": "outer", "allOf": [{"$ref": "#/middle"}]}, middle, inner]


def test_the_schema_of_what_is_missing_is_told_with_what_stands_beside_its_reference() -> None:
    schema = {"required": ["a"], "properties": {"a": {"$ref": "#/text", "title": "own"}}}
    (finding,) = at(schema, text={"type": "string", "title": "referred"}).findings({})
    assert finding.missing["title"] == "own"
    assert finding.missing["type"] == "string"


@pytest.mark.parametrize(
    ("value", "name"),
    [({}, "object"), ([], "array"), ("", "string"), (True, "boolean"), (1, "integer"), (1.5, "number"), (None, "null")],
)
def test_a_value_has_the_type_that_json_schema_calls_it(value: Any, name: str) -> None:
    assert type_name(value) == name
    assert at({"type": name}).fits(value)


@pytest.mark.parametrize(
    "reference", ["https://127.0.0.1:9/schema", "http://127.0.0.1:9/", "file:///etc/hostname", "x"]
)
def test_no_reference_reaches_network_or_disk(reference: str) -> None:
    with pytest.raises((jsonschema_rs.ReferencingError, jsonschema_rs.ValidationError)):
        at({"$ref": reference})


def test_a_pattern_takes_linear_time() -> None:
    """With backtracking this would not end."""
    assert not at({"pattern": "^(a+)+$"}).fits("a" * 100 + "b")


def test_a_pattern_that_no_linear_engine_reads_is_refused() -> None:
    with pytest.raises(jsonschema_rs.ValidationError):
        at({"pattern": "(?=a)"})


def test_a_schema_that_is_none_is_refused() -> None:
    with pytest.raises(jsonschema_rs.ValidationError):
        at({"type": "text"})


def test_a_pointer_with_every_kind_of_character_finds_its_schema() -> None:
    document = {"paths": {"/a b/{id}/~x%20": {"ü": {"type": "null"}}}}
    validator = Schemas(document).at(pointers.join("paths", "/a b/{id}/~x%20", "ü"))
    assert validator.fits(None)
    assert [finding.keyword for finding in validator.findings(1)] == ["type"]


def test_a_name_of_digits_is_a_name_in_schemas_and_values() -> None:
    document = {"responses": {"201": {"schema": {"properties": {"0": {"items": {"type": "null"}}}, "required": ["1"]}}}}
    found = Schemas(document).at("/responses/201/schema").findings({"0": [None, 5]})
    assert [(f.pointer, f.keyword, f.limit) for f in found] == [("/0/1", "type", "null"), ("/1", "required", "1")]


def test_references_are_followed_to_the_end() -> None:
    document: dict[str, Any] = {"a": {"$ref": "#/b"}, "b": {"$ref": "#/c"}, "c": {"type": "null"}}
    assert dereference({"$ref": "#/a"}, document) == {"type": "null"}
    assert dereference(True, document) is True
