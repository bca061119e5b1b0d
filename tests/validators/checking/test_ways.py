"""Every way to be refused: listed from the contract, and found again from what judging tells."""

from __future__ import annotations

import pytest

from tests import tiny
from tests.shipped import CONTRACTS
from understudy_validators import Contract
from understudy_validators.catalogue import catalogue
from understudy_validators.checking.constraints import constraints, is_at_edge
from understudy_validators.checking.ways import CONSTRAINT, Ways
from understudy_validators.judging import judge
from understudy_validators.times import to_seconds
from understudy_validators.wire import WireRequest

RULES = """
- id: owned
  lookup: things
  where: {id: path.thingId, owner: caller.id}
  where_not: {id: body.other}
  must: {required: [price], properties: {price: {maximum: 2}, shelf: {type: object}}}
  live: until
  answer: missing
- {id: short, require: {properties: {body: {required: [text]}}}, answer: forbidden}
- {id: new, unique: things, where: {id: body.id}, answer: taken}
- {id: rate, quota: {limit: 2, window: 5, key: [caller.id]}, answer: limited}
"""
SCHEMA = """
type: object
required: [text]
additionalProperties: false
properties:
  text: {type: string, maxLength: 10, x-max-bytes: 12}
  tags: {type: array, maxItems: 2, items: {type: string, enum: [a, b]}}
  shape: {anyOf: [{type: string, minLength: 3}, {type: integer}]}
  more: {allOf: [{type: object, minProperties: 1}], additionalProperties: {type: integer, maximum: 5}}
"""


EXPECTED = [
    "/body/type",
    "/body/additionalProperties",
    "/body/text/required",
    "/body/text/type",
    "/body/text/maxLength",
    "/body/text/x-max-bytes",
    "/body/tags/type",
    "/body/tags/maxItems",
    "/body/tags/items/type",
    "/body/tags/items/enum",
    "/body/shape/anyOf",
    "/body/shape/anyOf/0/type",
    "/body/shape/anyOf/0/minLength",
    "/body/shape/anyOf/1/type",
    "/body/more/additionalProperties/type",
    "/body/more/additionalProperties/maximum",
    "/body/more/type",
    "/body/more/minProperties",
    "form media-type",
    "form not-json",
    "security missing",
    "security invalid",
    "security expired",
    "owned missing",
    "owned elsewhere",
    "owned live",
    "owned where_not",
    "owned must/price",
    "owned must/shelf",
    "short body/text/required",
    "new taken",
    "rate used-up",
]


def texts(contract: Contract) -> list[str]:
    return [str(way).removeprefix("addThing ") for way in Ways(contract)]


def test_each_constraint_and_each_way_to_break_each_rule_is_listed_once() -> None:
    assert texts(tiny.contract(rules=RULES, schema=SCHEMA)) == EXPECTED


def test_a_parameter_has_ways_but_for_what_no_text_can_break() -> None:
    parameters = """
    - {name: limit, in: query, required: true, schema: {type: integer, maximum: 5}}
    - {name: X-Kind, in: header, schema: {type: string, pattern: "^a"}}
    """
    found = texts(tiny.contract(parameters=parameters))
    assert found[:4] == [
        "/query/limit/required",
        "/query/limit/type",
        "/query/limit/maximum",
        "/headers/x-kind/pattern",
    ]
    assert "/path/thingId/type" not in found


@pytest.mark.parametrize("name", CONTRACTS)
def test_ways_of_shipped_contracts_differ_by_their_texts(name: str) -> None:
    found = [str(way) for way in Ways(CONTRACTS[name])]
    assert len(found) == len(set(found))


@pytest.mark.parametrize("name", CONTRACTS)
def test_what_a_trigger_breaks_is_a_way_of_its_operation(name: str) -> None:
    """Each constraint that the catalogue breaks is found again by its violation."""
    contract = CONTRACTS[name]
    ways, lost, seen = Ways(contract), [], 0
    for entry in catalogue(contract):
        step = entry.trigger[-1][1] if entry.trigger else None
        if not isinstance(step, WireRequest) or not step.operation:
            continue
        operation, request = contract.operation(step.operation), step.to_request()
        verdict = judge(operation, request, step.parameters, contract.world, to_seconds(contract.now))
        rules = {check.id for check in operation.checks if check.kind not in ("form", "security")}
        for violation in verdict.violations:
            media_type = request.headers.get("content-type", "").partition(";")[0]
            way = ways.of_violation(operation, violation, media_type)
            seen += way is not None and way.kind == CONSTRAINT
            if way is None and violation.rule not in rules:
                lost.append((entry.answer.name, violation))
    assert not lost
    assert seen


def test_a_lookup_tells_a_missing_record_from_one_that_does_not_fit_only_where_nothing_else_can_be() -> None:
    contract = tiny.with_rules(
        "id: known, lookup: things, where: {id: body.id}, must: {properties: {price: {const: 1}}}, answer: missing"
    )
    ways, operation = Ways(contract), next(iter(contract))
    for body, expected in (({"id": "t0"}, "addThing known missing"), ({"id": "t2"}, "addThing known must/price")):
        violation = tiny.judge(contract, body).violations[0]
        assert str(ways.of_violation(operation, violation)) == expected
    both = tiny.with_rules("id: known, lookup: things, where: {id: body.id, owner: caller.id}, answer: missing")
    violation = tiny.judge(both, {"id": "t0"}).violations[0]
    assert Ways(both).of_violation(next(iter(both)), violation) is None


def test_an_answer_tells_the_rule_that_alone_gives_it() -> None:
    contract = tiny.contract(rules=RULES)
    ways, operation = Ways(contract), next(iter(contract))
    told = {name: [str(way) for way in ways.of_answer(operation, name)] for name in ("limited", "expired", "too-long")}
    assert told == {"limited": ["addThing rate used-up"], "expired": ["addThing security expired"], "too-long": []}


@pytest.mark.parametrize(
    ("schema", "at_edge", "beside"),
    [
        ({"maxLength": 3}, "abc", "ab"),
        ({"maxItems": 2}, [1, 2], [1]),
        ({"minimum": 4}, 4, 5),
        ({"x-max-bytes": 7}, {"a": 1}, {"a": 10}),
        ({"items": {"minLength": 2}}, ["abc", "ab"], ["abc"]),
        ({"additionalProperties": {"maximum": 1}}, {"any": 1}, {"any": 0}),
        ({"minimum": 1}, 1, True),
    ],
)
def test_a_value_stands_at_an_edge_when_its_size_is_the_limit(schema: object, at_edge: object, beside: object) -> None:
    constraint = next(one for one in constraints(schema, {}, "/body") if one.has_edge)
    assert is_at_edge(constraint, {"body": at_edge})
    assert not is_at_edge(constraint, {"body": beside})


def test_a_schema_that_contains_itself_ends() -> None:
    document = {"node": {"type": "object", "properties": {"next": {"$ref": "#/node"}}}}
    found = [one.pointer for one in constraints({"$ref": "#/node"}, document, "/body")]
    assert found == ["/body/type"]
