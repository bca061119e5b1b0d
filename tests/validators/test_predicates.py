"""What is written as Python judges as the engine does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shipped import CONTRACTS
from tests.tiny import law
from understudy_validators import pointers
from understudy_validators.compiler import operations_of
from understudy_validators.samples import sample
from understudy_validators.schemas import Schemas, dereference, located

KEYS = st.sampled_from(["a", "b", "c"])
SCALARS: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, True, False, 0, 1, 1.0, 1.5, -3, 1e300, "", "a", "é" * 4),
        *("2026-01-01T00:00:00.000Z", "a0000000-0000-4000-8000-000000000001"),
    ]
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=6
)
TYPES = st.sampled_from(["null", "boolean", "string", "integer", "number", "array", "object"])
SMALL = st.integers(0, 3)


def _words(inner: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    """Every keyword that can be written, and some that cannot."""
    several = st.lists(inner, min_size=1, max_size=3)
    return {
        "type": TYPES | st.lists(TYPES, min_size=1, max_size=3, unique=True),
        "const": SCALARS | VALUES,
        "enum": st.lists(VALUES, min_size=1, max_size=3),
        **dict.fromkeys(["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"], SMALL),
        **dict.fromkeys(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"], SMALL | st.just(1.5)),
        "multipleOf": st.sampled_from([1, 2, 0.5]),
        "uniqueItems": st.booleans(),
        "pattern": st.sampled_from(["^a", "(?i)É", "."]),
        "format": st.sampled_from(["uuid", "date-time", "email", "no-such-format"]),
        "x-max-bytes": SMALL,
        **dict.fromkeys(["allOf", "anyOf", "oneOf"], several),
        **dict.fromkeys(["not", "if", "then", "else", "items", "contains", "additionalProperties"], inner),
        "properties": st.dictionaries(KEYS, inner, max_size=3),
        "patternProperties": st.just({"^a": {"type": "string"}}),
        "required": st.lists(KEYS, max_size=2, unique=True),
        "unevaluatedProperties": st.just(False),
        "$ref": st.just("#/root"),
        "description": st.just("Judges nothing."),
    }


# A reference to the root from the root itself would judge for ever.
SCHEMAS: st.SearchStrategy[Any] = st.recursive(
    st.booleans() | st.just({}),
    lambda inner: st.fixed_dictionaries({}, optional={w: s for w, s in _words(inner).items() if w != "$ref"}),
    max_leaves=6,
)


def _compare(schemas: Schemas, pointer: str, value: Any) -> None:
    validator = schemas.at(pointer)
    assert validator.fits_surely(value) == validator.fits(value)


@law
@given(SCHEMAS, VALUES)
def test_any_schema_judges_any_value_alike(schema: Any, value: Any) -> None:
    _compare(Schemas({"root": schema}), "/root", value)


@pytest.mark.parametrize(("value", "fits"), [({}, True), ({"a": {"a": {}}}, True), ({"a": {"a": 1}}, False)])
def test_a_schema_may_contain_itself(value: Any, fits: bool) -> None:
    root = {"type": "object", "properties": {"a": {"$ref": "#/root"}}}
    validator = Schemas({"root": root}).at("/root")
    assert validator.fits_surely(value) is fits
    assert validator.fits(value) is fits


def test_properties_are_closed_over_what_references_know() -> None:
    known = {"type": "object", "properties": {"a": True}}
    root = {"allOf": [{"$ref": "#/known"}], "properties": {"b": True}, "unevaluatedProperties": False}
    validator = Schemas({"root": root, "known": known}).at("/root")
    for value in ({}, {"a": 1}, {"a": 1, "b": 2}, {"c": 3}):
        assert validator.fits_surely(value) == validator.fits(value) == ("c" not in value)


def test_depth_is_no_matter() -> None:
    """Python bounds how deep a block may be indented."""
    root: Any = {"const": "x"}
    value: Any = "x"
    for _ in range(60):
        root, value = {"type": "object", "required": ["a"], "properties": {"a": root}}, {"a": value}
    assert Schemas({"root": root}).at("/root").fits_surely(value)


def test_what_a_contract_says_is_never_run() -> None:
    name = "'); raise SystemExit('"
    root = {"required": [name], "properties": {name: {"const": name}}}
    validator = Schemas({"root": root}).at("/root")
    assert validator.fits_surely({name: name})
    assert not validator.fits_surely({name: ""})


def _rules(name: str) -> Iterator[str]:
    """Where the schemas of a contract's rules stand."""
    document = CONTRACTS[name].document.data
    for at, _, _, _, node in operations_of(document):
        for index in range(len(node.get("x-rules", ()))):
            pointer, rule = located(f"{at}/x-rules/{index}", document)
            yield from (f"{pointer}/{word}" for word in ("when", "require", "must") if word in rule)


def _changed(value: Any) -> Iterator[Any]:
    """The value with each of its parts taken out or replaced."""
    yield from (None, "", 0, {}, [])
    if isinstance(value, dict):
        for key, inner in value.items():
            yield {other: each for other, each in value.items() if other != key}
            yield from ({**value, key: each} for each in _changed(inner))
    elif isinstance(value, list) and value:
        yield from ([each, *value[1:]] for each in _changed(value[0]))


@pytest.mark.parametrize("name", CONTRACTS)
def test_the_rules_of_each_contract_judge_alike(name: str) -> None:
    document = CONTRACTS[name].document.data
    schemas = Schemas(document)
    for pointer in dict.fromkeys(_rules(name)):
        schema = dereference(pointers.resolve(document, pointer), document)
        view = sample(schema, document)
        for value in (view, *_changed(view)):
            _compare(schemas, pointer, value)


@pytest.mark.parametrize("name", CONTRACTS)
def test_the_replies_of_each_contract_are_judged_alike(name: str) -> None:
    for operation in CONTRACTS[name]:
        for success in operation.successes:
            for example in success.examples.values() if success.validator else ():
                assert success.validator
                values = [example, *list(_changed(example))[:60]]
                found = [(success.validator.fits_surely(value), success.validator.fits(value)) for value in values]
                assert all(surely == fits for surely, fits in found)
