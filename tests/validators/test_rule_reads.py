"""What rules read: once it is broken they are left out, and until then nothing keeps them from being judged."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tiny import answers, judge, with_rules
from understudy_validators.rules import reads, schema_reads


@pytest.mark.parametrize(
    ("rule", "judged"),
    [
        ("require: {properties: {body: {properties: {a: false}}}}", False),
        ("require: {properties: {body: {required: [b]}}}", True),
        ("require: {properties: {body: {maxProperties: 0}}}", False),
        ("require: {properties: {body: {properties: {a: {properties: {b: false}}}}}}", False),
        ("require: {not: {properties: {path: true}}}", True),
        ("when: {properties: {body: {required: [a]}}}, require: false", False),
        ("each: 'body.a[]', require: false", False),
        ("lookup: things, where: {id: body.a}", False),
        ("lookup: things, where: {id: body.a.deep}", False),
        ("lookup: things, where: {id: body.ab}", True),
        ("lookup: things, where: {id: {const: t9}}, where_not: {owner: body.a}", False),
        ("lookup: things, where: {id: {const: t9}}, must: {properties: {a: false}}", True),
    ],
)
def test_a_rule_that_reads_a_broken_part_of_the_body_is_not_judged(rule: str, judged: bool) -> None:
    contract = with_rules(f"id: reads, {rule}, answer: forbidden", schema="{properties: {a: {type: integer}}}")
    assert answers(judge(contract, {"a": "x"})) == (["invalid", "forbidden"] if judged else ["invalid"])


def test_nothing_that_reads_the_body_is_judged_where_it_cannot_be_read() -> None:
    contract = with_rules(
        "id: reads, require: {properties: {body: {required: [a]}}}, answer: forbidden",
        "id: reads-not, require: {properties: {query: {required: [a]}}}, answer: missing",
    )
    assert answers(judge(contract, raw=b"{")) == ["invalid", "missing"]


def test_every_rule_that_can_be_judged_is_judged() -> None:
    """The first decides the answer; the others are told as well."""
    contract = with_rules(
        "id: one, lookup: things, where: {id: path.thingId}, answer: missing",
        "id: two, require: {properties: {body: {required: [x]}}}, answer: invalid",
        "id: three, unique: things, where: {owner: {const: bob}}, answer: taken",
    )
    assert [violation.rule for violation in judge(contract, {}, path={"thingId": "t9"}).violations] == [
        "one",
        "two",
        "three",
    ]


ABC = {"/a", "/b", "/c"}


@pytest.mark.parametrize(
    ("schema", "places"),
    [
        (True, set()),
        ({}, set()),
        ({"required": ["a"]}, {"/a"}),
        ({"properties": {"a": {}, "b/c": {"required": ["d"]}}}, {"/a", "/b~1c/d"}),
        ({"properties": {"a": {"maxProperties": 1}}}, {"/a"}),
        ({"anyOf": [{"required": ["a"]}, {"properties": {"b": {"const": 1}}}]}, {"/a", "/b"}),
        (
            {"if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {"not": {"required": ["c"]}}},
            {"/a", "/b", "/c"},
        ),
        ({"properties": {"a": {"items": {"required": ["x"]}}}}, {"/a"}),
    ],
)
def test_a_schema_reads_what_it_names(schema: Any, places: set[str]) -> None:
    assert schema_reads(schema) == places


def test_a_rule_reads_what_each_of_its_words_names_but_not_its_own_item() -> None:
    rule = {
        "each": "body.list[].ids[]",
        "when": {"properties": {"item": {"const": 1}, "query": {"required": ["q"]}}},
        "lookup": "things",
        "where": {"id": "item.id", "owner": "caller.id", "kind": {"const": "body.x"}},
        "where_not": {"id": "path.thingId"},
        "must": {"required": ["never"]},
    }
    assert reads(rule) == {"/body/list", "/query/q", "/caller/id", "/path/thingId"}
    quota = {"quota": {"limit": "project.limit", "window": 5, "key": ["caller.id", "body.text"]}}
    assert reads(quota) == {"/project/limit", "/caller/id", "/body/text"}
