"""Parameters: texts become values by their schema's type, strictly, and are judged before anything uses them."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests import tiny
from tests.tiny import answers, found, judge, law
from understudy_validators.parameters import coerce


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("0", "integer", 0),
        ("-7", "integer", -7),
        ("9007199254740993", "integer", 9007199254740993),
        ("1.5", "number", 1.5),
        ("-0.25", "number", -0.25),
        ("3", "number", 3),
        ("true", "boolean", True),
        ("false", "boolean", False),
        ("5", "string", "5"),
        ("true", "string", "true"),
        ("", "string", ""),
    ],
)
def test_a_text_becomes_the_value_it_stands_for(text: str, kind: str, value: Any) -> None:
    assert coerce(text, {"type": kind}) == value
    assert isinstance(coerce(text, {"type": kind}), type(value) if kind != "number" else float)


STRANGE = [
    "1_0",
    "٥",
    "５",
    "+1",
    "01",
    "00",
    "-01",
    "1.0",
    "1e3",
    "0x10",
    " 1",
    "1 ",
    "1\n",
    "",
    "-",
    "--1",
    "NaN",
    "Infinity",
]


@pytest.mark.parametrize("text", STRANGE)
def test_what_is_no_integer_to_a_machine_stays_a_text(text: str) -> None:
    assert coerce(text, {"type": "integer"}) == text


@pytest.mark.parametrize(
    "text", [*(text for text in STRANGE if text != "1.0"), "1.", ".5", "1.5.5", "01.5", "1,5", "inf", "nan"]
)
def test_what_is_no_number_to_a_machine_stays_a_text(text: str) -> None:
    assert coerce(text, {"type": "number"}) == text


@pytest.mark.parametrize("text", ["True", "FALSE", "1", "0", "yes", "on", " true", ""])
def test_what_is_no_boolean_to_a_machine_stays_a_text(text: str) -> None:
    assert coerce(text, {"type": "boolean"}) == text


@law
@given(st.text())
def test_only_the_one_spelling_of_an_integer_is_read(text: str) -> None:
    value = coerce(text, {"type": "integer"})
    assert value == text or str(value) == text or (text, value) == ("-0", 0)


@law
@given(st.integers(min_value=-(10**25), max_value=10**25).map(str) | st.from_regex(r"-?[0-9]{1,25}", fullmatch=True))
@example("-9999999999999999999")
@example("9999999999999999999")
def test_every_integer_that_is_read_can_be_written(text: str) -> None:
    """An answer may show it: a number beyond 64 bits would break it."""
    assert orjson.loads(orjson.dumps(coerce(text, {"type": "integer"}))) == coerce(text, {"type": "integer"})


@pytest.mark.parametrize(
    ("schema", "value"),
    [({"type": ["integer", "null"]}, 5), ({"type": ["boolean", "string"]}, "5"), ({"minimum": 3}, "5"), ({}, "5")],
)
def test_every_type_of_a_schema_counts(schema: Any, value: Any) -> None:
    assert coerce("5", schema) == value


QUERY = """
- {name: page, in: query, schema: {type: integer, minimum: 1, default: 1}}
- {name: q, in: query, schema: {type: string, maxLength: 3}}
- {name: ids, in: query, schema: {type: array, maxItems: 2, items: {type: integer}}}
- {name: filter, in: query, schema: {type: object, properties: {min: {type: integer}, open: {type: boolean}}}}
- {name: must, in: query, required: true, schema: {type: boolean}}
"""


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("must=true", {"must": True}),
        ("must=true&page=3", {"must": True, "page": 3}),
        ("must=true&ids=1&ids=2", {"must": True, "ids": [1, 2]}),
        ("must=true&ids[]=1&ids[]=2", {"must": True, "ids": [1, 2]}),
        ("must=true&ids%5B%5D=1", {"must": True, "ids": [1]}),
        ("must=true&filter[min]=5&filter[open]=true", {"must": True, "filter": {"min": 5, "open": True}}),
        ("must=true&filter[min]=5&other[max]=6&filter[x", {"must": True, "filter": {"min": 5}}),
        ("must=true&q=a%20b", {"must": True, "q": "a b"}),
        ("must=true&q=a+b", {"must": True, "q": "a b"}),
        ("must=true&q=", {"must": True, "q": ""}),
        ("must=true&q=x&q=y", {"must": True, "q": "y"}),
        ("must=true&other=5", {"must": True, "other": "5"}),
    ],
)
def test_a_query_becomes_values_and_defaults(query: str, values: Any) -> None:
    verdict = judge(tiny.contract(parameters=QUERY), query=query)
    assert found(verdict) == []
    assert {name: verdict.view["query"][name] for name in values} == values
    assert verdict.view["query"]["page"] == values.get("page", 1)


@pytest.mark.parametrize(
    ("query", "violations"),
    [
        ("", [("/query/must", "required")]),
        ("must=1", [("/query/must", "type")]),
        ("must=true&page=0", [("/query/page", "minimum")]),
        ("must=true&page=1_0", [("/query/page", "type")]),
        ("must=true&page=%D9%A5", [("/query/page", "type")]),
        ("must=true&page=%2B1", [("/query/page", "type")]),
        ("must=true&page=01", [("/query/page", "type")]),
        ("must=true&page=", [("/query/page", "type")]),
        ("must=true&q=long", [("/query/q", "maxLength")]),
        ("must=true&ids=1&ids=x", [("/query/ids/1", "type")]),
        ("must=true&ids=1&ids=2&ids=3", [("/query/ids", "maxItems")]),
        ("must=true&filter[min]=x", [("/query/filter/min", "type")]),
        ("page=x&q=long", [("/query/page", "type"), ("/query/q", "maxLength"), ("/query/must", "required")]),
    ],
)
def test_a_query_that_does_not_fit_is_told_parameter_by_parameter(
    query: str, violations: list[tuple[str, str]]
) -> None:
    assert found(judge(tiny.contract(parameters=QUERY), query=query)) == violations


def test_an_items_schema_may_stand_elsewhere() -> None:
    parameters = '[{name: ids, in: query, schema: {type: array, items: {$ref: "#/components/schemas/Id"}}}]'
    contract = tiny.contract(parameters=parameters, openapi="{components: {schemas: {Id: {type: integer}}}}")
    verdict = judge(contract, query="ids=1&ids=2")
    assert (found(verdict), verdict.view["query"]) == ([], {"ids": [1, 2]})


@pytest.mark.parametrize(
    "schema", ["{type: array}", "{type: array, items: true}", "true", "{type: object, properties: {a: true}}"]
)
def test_a_schema_may_allow_anything(schema: str) -> None:
    contract = tiny.contract(parameters=f"[{{name: any, in: query, schema: {schema}}}]")
    assert found(judge(contract, query="any=1&any[a]=2")) == []


HEADERS = """
- {name: X-Count, in: header, required: true, schema: {type: integer, maximum: 3}}
- {name: X-Word, in: header, schema: {type: string, minLength: 2}}
"""


@pytest.mark.parametrize(
    ("headers", "violations"),
    [
        ({"x-count": "3"}, []),
        ({"x-count": "3", "x-word": "ab"}, []),
        ({"x-count": "4"}, [("/headers/x-count", "maximum")]),
        ({"x-count": "three"}, [("/headers/x-count", "type")]),
        ({"x-count": "3", "x-word": "a"}, [("/headers/x-word", "minLength")]),
        ({}, [("/headers/x-count", "required")]),
    ],
)
def test_headers_are_judged_as_values_under_lower_case_names(
    headers: dict[str, str], violations: list[tuple[str, str]]
) -> None:
    assert found(judge(tiny.contract(parameters=HEADERS), headers=headers)) == violations


PATH = "[{name: thingId, in: path, required: true, schema: {type: integer, maximum: 99}, example: 5}]"


@pytest.mark.parametrize(("text", "value"), [("5", 5), ("-5", -5)])
def test_a_path_parameter_becomes_a_value(text: str, value: Any) -> None:
    verdict = judge(tiny.contract(parameters=PATH), path={"thingId": text, "other": "o"})
    assert (found(verdict), verdict.view["path"]) == ([], {"thingId": value, "other": "o"})


@pytest.mark.parametrize(("text", "rule"), [("t1", "type"), ("100", "maximum"), ("1_0", "type"), ("", "type")])
def test_a_path_parameter_that_does_not_fit_is_told(text: str, rule: str) -> None:
    """An operation's own parameter stands in place of its path's."""
    assert found(judge(tiny.contract(parameters=PATH), path={"thingId": text})) == [("/path/thingId", rule)]


def test_a_path_parameter_that_an_alias_lacks_is_not_missed() -> None:
    verdict = judge(tiny.contract(parameters=PATH), path={"other": "o"})
    assert (found(verdict), verdict.view["path"]) == ([], {"other": "o"})


def test_a_parameter_may_stand_elsewhere() -> None:
    parameter = "{name: page, in: query, schema: {type: integer}}"
    contract = tiny.contract(
        parameters='[{$ref: "#/components/parameters/Page"}]',
        openapi=f"{{components: {{parameters: {{Page: {parameter}}}}}}}",
    )
    assert judge(contract, query="page=2").view["query"] == {"page": 2}
    assert found(judge(contract, query="page=x")) == [("/query/page", "type")]


def test_a_parameters_schema_names_its_own_answer() -> None:
    parameters = "[{name: page, in: query, schema: {type: integer, minimum: 1, x-answers: {type: missing}}}]"
    contract = tiny.contract(parameters=parameters, rules="[{id: parameters, answer: forbidden}]")
    assert answers(judge(contract, query="page=x")) == ["missing"]
    assert answers(judge(contract, query="page=0")) == ["forbidden"]


def test_a_rule_that_reads_a_broken_parameter_is_not_judged() -> None:
    contract = tiny.contract(
        parameters="[{name: page, in: query, schema: {type: integer}}]",
        rules="""
            - {id: reads-it, require: {properties: {query: {properties: {page: {minimum: 5}}}}}, answer: missing}
            - {id: reads-another, require: {properties: {query: {required: [other]}}}, answer: taken}
        """,
    )
    assert found(judge(contract, query="page=x")) == [("/query/page", "type"), ("/query/other", "reads-another")]
    assert found(judge(contract, query="page=3&other=1")) == [("/query/page", "reads-it")]
