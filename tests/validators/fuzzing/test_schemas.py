"""Values from JSON Schemas, and values that break one word of one."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from understudy_validators.fuzzing import breaking
from understudy_validators.fuzzing.constraints import constraints
from understudy_validators.fuzzing.regexes import matching
from understudy_validators.fuzzing.sources import Dice, Drawn, Plainest, Source
from understudy_validators.fuzzing.text import PIECES, texts
from understudy_validators.fuzzing.values import UnfitError, Values
from understudy_validators.schemas import compact_size

TREE: dict[str, Any] = {
    "type": "object",
    "required": ["value"],
    "properties": {
        "value": {"type": "integer"},
        "children": {"type": "array", "items": {"$ref": "#/$defs/tree"}},
        "next": {"anyOf": [{"$ref": "#/$defs/tree"}, {"type": "null"}]},
    },
    "additionalProperties": False,
}
DOCUMENT = {"$defs": {"tree": TREE, "name": {"type": "string", "minLength": 1}}}
SCHEMAS: dict[str, Any] = {
    "object": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "maxLength": 9}, "b": {}}},
    "closed": {"type": "object", "properties": {"a": True, "b": False}, "additionalProperties": False},
    "recursive": {"$ref": "#/$defs/tree"},
    "reference with siblings": {"$ref": "#/$defs/name", "maxLength": 3},
    "all of": {"allOf": [{"properties": {"a": {"type": "string"}}}, {"required": ["a"], "type": "object"}]},
    "unevaluated": {"allOf": [{"properties": {"a": True}}], "type": "object", "unevaluatedProperties": False},
    "one of": {"oneOf": [{"type": "null"}, {"type": "string", "minLength": 2}, {"type": "integer"}]},
    "one of, overlapping": {"oneOf": [{"type": "integer", "maximum": 10}, {"type": "integer", "minimum": 5}]},
    "any of": {"type": "object", "anyOf": [{"required": ["a"]}, {"required": ["b"]}], "properties": {"a": {}, "b": {}}},
    "not": {"type": "object", "properties": {"a": {}, "b": {}}, "not": {"type": "object", "required": ["a", "b"]}},
    "if": {"type": "object", "if": {"required": ["k"]}, "then": {"required": ["z"]}, "properties": {"k": {}}},
    "if else": {"if": {"type": "string"}, "then": {"minLength": 3}, "else": {"type": "integer"}},
    "dependent": {"type": "object", "properties": {"a": {}, "b": {}}, "dependentRequired": {"a": ["b"]}},
    "names": {"type": "object", "propertyNames": {"pattern": "^[a-z]{2,4}$"}, "minProperties": 2},
    "patterns": {"type": "object", "patternProperties": {"^x-": {"type": "integer"}}, "additionalProperties": False},
    "few properties": {"type": "object", "properties": {"a": {}, "b": {}, "c": {}}, "maxProperties": 1},
    "array": {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 5},
    "unique": {"type": "array", "items": {"enum": [1, 2, 3]}, "uniqueItems": True, "minItems": 2},
    "contains": {"type": "array", "items": {"type": "integer"}, "contains": {"const": 7}},
    "tuple": {"type": "array", "prefixItems": [{"const": 1}, {"type": "string"}], "items": False, "minItems": 2},
    "integer": {"type": "integer", "exclusiveMinimum": 3, "maximum": 9},
    "number": {"type": "number", "minimum": -1.5, "exclusiveMaximum": 2},
    "multiple": {"type": "integer", "multipleOf": 7, "minimum": 10},
    "types": {"type": ["integer", "null"]},
    "enum of several types": {"enum": [1, "1", None, True]},
    "const": {"const": {"a": [1]}},
    "anything": {},
    "words without a type": {"minLength": 4},
    "pattern": {"type": "string", "pattern": "^(abc|[d-f]{2,3})\\.[^.]+$", "maxLength": 12},
    "pattern that is found": {"type": "string", "pattern": "\\S"},
    "pattern and length": {"type": "string", "pattern": "^a+$", "minLength": 3, "maxLength": 4},
    **{name: {"type": "string", "format": name} for name in ("uuid", "date-time", "date", "uri", "email", "ipv4")},
}
SETTINGS = settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


def strategy(schema: Any) -> st.SearchStrategy[Any]:
    make = Values(DOCUMENT).of(schema)

    @st.composite
    def values(draw: Any) -> Any:
        return make(Drawn(draw), 0)

    return values()


def shortest(schema: Any, condition: Any) -> Any:
    return find(strategy(schema), condition, settings=settings(max_examples=3000, derandomize=True, database=None))


@pytest.mark.parametrize("name", SCHEMAS)
def test_values_fit_their_schema(name: str) -> None:
    validator = Draft202012Validator({**DOCUMENT, **SCHEMAS[name]})

    @SETTINGS
    @given(strategy(SCHEMAS[name]))
    def each(value: Any) -> None:
        assert validator.is_valid(value)

    each()


@pytest.mark.parametrize("name", SCHEMAS)
def test_dice_and_the_plainest_decisions_make_values_that_fit_too(name: str) -> None:
    validator = Draft202012Validator({**DOCUMENT, **SCHEMAS[name]})
    make = Values(DOCUMENT).of(SCHEMAS[name])
    sources: list[Source] = [Plainest(), *map(Dice, range(60))]
    assert all(validator.is_valid(make(source, 0)) for source in sources)


def test_values_that_a_schema_forbids_are_not_made() -> None:
    with pytest.raises(UnfitError):
        Values({}).of({"not": {}})(Plainest(), 0)
    with pytest.raises(UnfitError):
        Values({}).of(False)(Plainest(), 0)


@pytest.mark.parametrize("limit", [30, 100, 5000])
def test_values_weigh_no_more_than_they_may_and_often_just_that(limit: int) -> None:
    make = Values({}).of({"type": "object", "x-max-bytes": limit})
    sizes = [compact_size(make(Dice(roll), 0)) for roll in range(100)]
    assert max(sizes) == limit
    assert sizes.count(limit) >= 10


def test_one_text_in_five_is_as_long_as_it_may_be() -> None:
    build = texts(2, 5000)
    lengths = [len(build(Dice(roll))) for roll in range(400)]
    assert lengths.count(5000) >= 30
    assert min(lengths) == 2


def test_texts_hold_every_script_but_no_lone_surrogate() -> None:
    build = texts(0, 40)
    drawn = "".join(build(Dice(roll)) for roll in range(3000))
    assert all(piece in drawn for piece in PIECES)
    assert drawn.encode()


def test_the_shortest_values_are_plain() -> None:
    assert shortest({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}, "b": {}}}, bool) == {
        "a": "x"
    }
    assert shortest({"type": "string", "minLength": 3}, bool) == "xxx"
    assert shortest({"type": "integer"}, lambda value: value > 41) == 42
    assert shortest({"$ref": "#/$defs/tree"}, lambda value: "children" in value) == {"children": [], "value": 0}


PATTERNS = [
    "^a{3,5}[^x]$",
    "x|y",
    "(?i)forbidden",
    "[0-9a-f]{8}-[0-9a-f]{4}",
    "\\d+\\s\\w*",
    "^https?://[^/]+/.*$",
    "(a|b)*c?",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_texts_are_built_from_patterns(pattern: str) -> None:
    build = matching(pattern)
    assert build is not None
    for roll in range(30):
        assert re.search(pattern, build(Dice(roll)))


def test_a_pattern_of_another_dialect_builds_nothing() -> None:
    assert matching("\\p{L}+") is None


BREAKABLE: dict[str, Any] = {
    **{name: SCHEMAS[name] for name in ("object", "closed", "unevaluated", "array", "unique", "contains")},
    **{
        name: SCHEMAS[name]
        for name in ("integer", "number", "multiple", "types", "const", "pattern", "uuid", "dependent")
    },
    **{name: SCHEMAS[name] for name in ("one of", "any of", "few properties", "tuple", "enum of several types")},
}


@pytest.mark.parametrize("name", BREAKABLE)
def test_a_value_can_break_each_word_of_a_schema(name: str) -> None:
    schema = {**DOCUMENT, **BREAKABLE[name]}
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    values = Values(schema)
    for constraint in constraints(BREAKABLE[name], schema, ()):
        if constraint.at or constraint.under:
            continue
        tried = breaking.plain(constraint, values)
        found = [{str(error.validator) for error in validator.iter_errors(value)} for value in tried]
        assert {constraint.keyword} in found, constraint.pointer


def test_constraints_are_named_by_the_way_to_them() -> None:
    schema = {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"items": {"oneOf": [{"maxLength": 3}, {"type": "null"}]}}, "t": {"$ref": "#/$defs/tree"}},
        "additionalProperties": {"type": "integer"},
    }
    pointers = [constraint.pointer for constraint in constraints(schema, DOCUMENT, ("body",))]
    assert pointers[:6] == [
        "/body/type",
        "/body/a/required",
        "/body/a/items/oneOf",
        "/body/a/items/oneOf/0/maxLength",
        "/body/a/items/oneOf/1/type",
        "/body/t/type",
    ]
    assert "/body/t/additionalProperties" in pointers
    assert pointers[-1] == "/body/additionalProperties/type"
    assert len(set(pointers)) == len(pointers)
