"""The four kinds of rules, and each word that they may have."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tiny import NOW, answers, found, judge, with_rules
from understudy_validators import Contract, Violation


def things(*records: str) -> str:
    """A world with these things, each in flow style without its braces."""
    return f"{{collections: {{things: [{', '.join(f'{{{record}}}' for record in records)}]}}}}"


def passes(contract: Contract, body: Any = None, **request: Any) -> bool:
    """Whether nothing is found."""
    return judge(contract, body, **request).accepted


def only(contract: Contract, body: Any = None, **request: Any) -> Violation:
    """The one violation that is found."""
    (violation,) = judge(contract, body, **request).violations
    return violation


# lookup


@pytest.mark.parametrize(("thing", "there"), [("t1", True), ("t2", True), ("t9", False), ("", False)])
def test_a_lookup_needs_a_record(thing: str, there: bool) -> None:
    contract = with_rules("id: is-there, lookup: things, where: {id: path.thingId}, answer: missing")
    assert passes(contract, path={"thingId": thing}) is there


@pytest.mark.parametrize(
    ("where", "fits"),
    [
        ("{id: path.thingId, owner: caller.id}", True),
        ("{owner: caller.id, id: path.thingId}", True),
        ("{id: path.thingId, owner: {const: alice}}", True),
        ("{id: path.thingId, owner: {const: bob}}", False),
        ("{id: path.thingId, price: {const: 1}}", True),
        ("{id: path.thingId, shelf.room: {const: attic}}", True),
        ("{id: path.thingId, shelf.room: {const: cellar}}", False),
        ("{id: path.thingId, until: {const: null}}", True),
        ("{id: path.thingId, nothing: {const: null}}", False),
        ("{id: body.id}", True),
        ("{price: body.price}", True),
        ("{id: headers.x-thing}", True),
        ("{id: query.thing}", True),
        ("{id: body.nowhere}", False),
        ("{id: body.text.deeper}", False),
        ("{nothing: body.nowhere}", False),
        ("{id: nobody.id}", False),
        ("{until: body.none}", True),
        ("{shelf: body.shelf}", False),
    ],
)
def test_every_field_must_have_its_value_and_a_path_to_nowhere_equals_nothing(where: str, fits: bool) -> None:
    contract = with_rules(f"id: fits, lookup: things, where: {where}, answer: missing")
    body = {"text": "a", "id": "t1", "price": 1, "none": None, "shelf": {"room": "attic"}}
    assert passes(contract, body, headers={"x-thing": "t1"}, query="thing=t1") is fits


@pytest.mark.parametrize(
    ("where_not", "ids"),
    [
        ("{owner: caller.id}", ["t2", "t3"]),
        ("{owner: {const: bob}}", ["t1"]),
        ("{id: {const: t1}, owner: {const: bob}}", []),
        ("{shelf.room: {const: attic}}", ["t2"]),
        ("{owner: body.nowhere}", ["t1", "t2", "t3"]),
        ("{nothing: {const: 1}}", ["t1", "t2", "t3"]),
        ("{nothing: {const: null}}", ["t1", "t2", "t3"]),
        ("{until: {const: null}}", ["t2", "t3"]),
    ],
)
def test_where_not_leaves_out_records_whose_field_has_the_value(where_not: str, ids: list[str]) -> None:
    """A field that is not there has no value; one that may be dotted in `where` may be so here."""
    contract = with_rules(
        f"id: fits, lookup: things, where: {{id: path.thingId}}, where_not: {where_not}, answer: missing"
    )
    assert [thing for thing in ("t1", "t2", "t3") if passes(contract, path={"thingId": thing})] == ids


@pytest.mark.parametrize(("price", "fits"), [(0, True), (2, True), (3, True), (4, False)])
def test_must_is_met_by_one_of_the_records_found(price: int, fits: bool) -> None:
    contract = with_rules(
        "id: fits, lookup: things, where: {owner: {const: bob}},"
        f"must: {{properties: {{price: {{minimum: {price}}}}}}}, as: thing, answer: forbidden"
    )
    verdict = judge(contract)
    assert verdict.accepted is fits
    assert verdict.view.get("thing", {}).get("price") == ({0: 2, 2: 2, 3: 3}.get(price))


@pytest.mark.parametrize(
    ("thing", "now", "live"),
    [
        ("t1", NOW + 10**9, True),
        ("t2", NOW + 9.999, True),
        ("t2", NOW + 10, False),
        ("t3", NOW - 1, True),
        ("t3", NOW, False),
        ("t4", NOW + 10**9, True),
    ],
)
def test_a_record_counts_until_its_time_has_come(thing: str, now: float, live: bool) -> None:
    contract = with_rules(
        "id: is-there, lookup: things, where: {id: path.thingId}, live: until, answer: missing",
        world=things(
            "id: t1, until: null", 'id: t2, until: "2026-01-01T00:00:10.000Z"', f"id: t3, until: {int(NOW)}", "id: t4"
        ),
    )
    assert passes(contract, path={"thingId": thing}, now=now) is live


def test_what_is_found_is_bound_for_the_rules_that_follow() -> None:
    contract = with_rules(
        "id: first, lookup: things, where: {id: path.thingId}, as: thing, answer: missing",
        "id: second, lookup: users, where: {id: thing.owner}, as: owner, answer: forbidden",
        "id: third, require: {properties: {owner: {properties: {name: {const: Bob}}}}}, answer: taken",
    )
    verdict = judge(contract, path={"thingId": "t2"})
    assert (verdict.accepted, verdict.view["owner"]["name"]) == (True, "Bob")
    assert found(judge(contract, path={"thingId": "t1"})) == [("/owner/name", "third")]


def test_a_rule_that_reads_what_an_earlier_one_did_not_find_is_not_judged() -> None:
    contract = with_rules(
        "id: first, lookup: things, where: {id: path.thingId}, as: thing, answer: missing",
        "id: reads-it, lookup: users, where: {id: thing.owner}, as: owner, answer: forbidden",
        "id: reads-that, require: {required: [owner]}, answer: taken",
        "id: applies-when, when: {required: [thing]}, require: false, answer: taken",
        "id: counts-it, quota: {limit: thing.price, window: 5, key: [caller.id]}, answer: limited",
        "id: reads-another, lookup: users, where: {id: body.user}, answer: forbidden",
    )
    assert answers(judge(contract, {"user": "nobody"}, path={"thingId": "t9"})) == ["missing", "forbidden"]


def test_what_nobody_bound_is_nothing_where_nothing_is_broken() -> None:
    """The rule is judged, and fails closed: no record can fit."""
    contract = with_rules(
        "id: binds, when: {properties: {body: {required: [id]}}}, lookup: things, where: {id: body.id}, as: thing,"
        "answer: missing",
        "id: reads-it, lookup: users, where: {id: thing.owner}, answer: forbidden",
    )
    assert passes(contract, {"id": "t1"})
    assert answers(judge(contract, {})) == ["forbidden"]


@pytest.mark.parametrize(
    ("where", "path", "actual", "limit", "message"),
    [
        ("{id: path.thingId}", "/path/thingId", "t9", "things", "does not exist"),
        ("{owner: caller.id, id: body.a.b}", "/body/a/b", 7, "things", "does not exist"),
        ("{id: path.thingId, owner: body.x}", "/body/x", None, "things", "does not exist"),
        ("{owner: caller.id}", "/caller/id", "alice", {"required": ["nothing"]}, "does not fit"),
        ("{id: {const: t1}}", "", "t1", {"required": ["nothing"]}, "does not fit"),
    ],
)
def test_a_refused_lookup_tells_what_of_the_request_led_nowhere(
    where: str, path: str, actual: Any, limit: Any, message: str
) -> None:
    """What was sent tells more than who sent it."""
    contract = with_rules(f"id: fits, lookup: things, where: {where}, must: {{required: [nothing]}}, answer: missing")
    violation = only(contract, {"a": {"b": 7}}, path={"thingId": "t9"})
    assert (violation.path, violation.actual, violation.limit) == (path, actual, limit)
    assert (violation.rule, violation.answer) == ("fits", "missing")
    assert message in violation.message


# require


@pytest.mark.parametrize(("body", "fits"), [({"a": 1}, True), ({"b": 1}, True), ({}, False), ({"c": 1}, False)])
def test_require_is_a_schema_of_the_view(body: Any, fits: bool) -> None:
    contract = with_rules(
        "id: something, require: {properties: {body: {anyOf: [{required: [a]}, {required: [b]}]}}}, answer: invalid"
    )
    assert passes(contract, body) is fits
    if not fits:
        violation = only(contract, body)
        assert (violation.path, violation.rule, violation.actual) == ("/body", "something", body)


def test_require_may_compare_what_the_request_says_with_who_asks() -> None:
    schema = (
        "{required: [caller], properties: {caller: {properties: {name: {const: Alice}}}, query: {maxProperties: 1}}}"
    )
    contract = with_rules(f"id: both, require: {schema}, answer: forbidden")
    assert passes(contract, query="a=1")
    assert not passes(contract, query="a=1&b=2")
    assert not passes(contract, headers={"authorization": "Bearer bob-token"})


# unique


@pytest.mark.parametrize(("sent", "free"), [("t1", False), ("t9", True), (None, True), (7, True), (["t1"], True)])
def test_unique_needs_that_there_is_no_such_record(sent: Any, free: bool) -> None:
    contract = with_rules("id: is-new, unique: things, where: {id: body.id}, answer: taken")
    assert passes(contract, {"id": sent}) is free
    assert passes(contract, {})


@pytest.mark.parametrize(("limit", "free"), [(1, False), (2, False), (3, True), (4, True)])
def test_unique_may_allow_a_number_of_records(limit: int, free: bool) -> None:
    """Two of three are in the attic: a third is refused where two are allowed."""
    contract = with_rules(
        f"id: room-left, unique: things, limit: {limit}, where: {{shelf.room: {{const: attic}}}}, answer: taken"
    )
    assert passes(contract) is free
    if not free:
        assert only(contract).limit == limit


@pytest.mark.parametrize(
    ("words", "free"),
    [
        ("where: {owner: {const: bob}}", False),
        ("where: {owner: {const: bob}}, must: {properties: {price: {const: 3}}}", False),
        ("where: {owner: {const: bob}}, must: {properties: {price: {const: 9}}}", True),
        ("where: {id: {const: t3}}, live: until", True),
        ("where: {id: {const: t2}}, live: until", False),
        ("where: {owner: {const: bob}}, where_not: {id: {const: t2}}", False),
        ("where: {id: {const: t2}}, where_not: {owner: caller.id}", False),
        ("where: {id: {const: t2}}, where_not: {shelf.room: {const: cellar}}", True),
    ],
)
def test_only_records_that_count_are_in_the_way(words: str, free: bool) -> None:
    assert passes(with_rules(f"id: is-new, unique: things, {words}, answer: taken")) is free


def test_what_is_in_the_way_is_bound_for_the_answer() -> None:
    contract = with_rules(
        "id: is-new, unique: things, where: {id: body.id}, as: other, answer: taken",
        openapi='{components: {examples: {taken: {value: {owner: "{other.owner}", id: "{violation.actual}"}}}}}',
    )
    verdict = judge(contract, {"id": "t2"})
    violation = verdict.violations[0]
    assert contract.answers["taken"].body(verdict.view, violation) == {
        "code": "taken",
        "owner": "bob",
        "id": "t2",
    }
    assert (violation.path, violation.limit) == ("/body/id", "things")
    assert "other" not in judge(contract, {"id": "t9"}).view


def test_of_several_in_the_way_the_oldest_is_bound() -> None:
    contract = with_rules(
        "id: room-left, unique: things, limit: 2, where: {owner: {const: bob}}, as: other, answer: taken"
    )
    assert judge(contract).view["other"]["id"] == "t2"


# when, each


@pytest.mark.parametrize(
    ("when", "applies"),
    [
        ("{properties: {body: {required: [id]}}}", True),
        ("{properties: {body: {required: [other]}}}", False),
        ("{properties: {body: {properties: {other: {const: 1}}}}}", True),
        ("{required: [caller], properties: {caller: {properties: {id: {const: alice}}}}}", True),
        ("{properties: {caller: {properties: {id: {const: bob}}}}}", False),
        ("{required: [nobody]}", False),
        ("{properties: {nobody: {const: 1}}}", True),
        ("true", True),
        ("false", False),
        ("{}", True),
    ],
)
@pytest.mark.parametrize(
    "kind", ["lookup: things, where: {id: body.id}", "require: false", "unique: things, where: {owner: {const: bob}}"]
)
def test_a_rule_applies_where_the_view_fits(kind: str, when: str, applies: bool) -> None:
    contract = with_rules(f"id: conditional, when: {when}, {kind}, answer: forbidden")
    assert passes(contract, {"id": "t9"}) is not applies


EACH = "id: known, each: 'body.mentions[].ids[]', lookup: users, where: {id: item}, as: mentioned, answer: missing"


@pytest.mark.parametrize(
    ("mentions", "places"),
    [
        ([{"ids": ["alice", "bob"]}, {"ids": ["alice"]}], []),
        ([{"ids": ["alice", "x"]}, {"ids": ["y", "bob", "z"]}], ["0/ids/1", "1/ids/0", "1/ids/2"]),
        ([{"ids": [None, 5, {}, []]}], ["0/ids/0", "0/ids/1", "0/ids/2", "0/ids/3"]),
        ([], []),
        ([{}], []),
        ([{"ids": "x"}], []),
        (None, []),
        ("x", []),
    ],
)
def test_each_element_is_judged_and_told(mentions: Any, places: list[str]) -> None:
    verdict = judge(with_rules(EACH), {"mentions": mentions})
    assert found(verdict) == [(f"/body/mentions/{place}", "known") for place in places]
    assert "item" not in verdict.view


def test_what_is_found_for_each_element_is_bound_as_a_list() -> None:
    verdict = judge(with_rules(EACH), {"mentions": [{"ids": ["bob", "x", "alice", "bob"]}]})
    assert [user["name"] for user in verdict.view["mentioned"]] == ["Bob", "Alice", "Bob"]
    assert judge(with_rules(EACH), {}).view["mentioned"] == []


def test_an_element_may_be_an_object_whose_fields_are_read() -> None:
    contract = with_rules("id: known, each: 'body.list[]', lookup: users, where: {id: item.user.id}, answer: missing")
    verdict = judge(contract, {"list": [{"user": {"id": "bob"}}, {"user": {"id": "x"}}, {"user": None}, 5]})
    assert found(verdict) == [
        ("/body/list/1/user/id", "known"),
        ("/body/list/2/user/id", "known"),
        ("/body/list/3/user/id", "known"),
    ]


def test_when_sees_each_element() -> None:
    contract = with_rules(
        "id: known, each: 'body.list[]', when: {properties: {item: {properties: {type: {const: user}}}}},"
        "lookup: users, where: {id: item.id}, as: seen, answer: missing"
    )
    verdict = judge(contract, {"list": [{"type": "channel", "id": "x"}, {"type": "user", "id": "y"}, {"id": "bob"}]})
    assert found(verdict) == [("/body/list/1/id", "known")]
    assert [user["id"] for user in verdict.view["seen"]] == ["bob"]


def test_each_element_may_have_to_fit_a_schema_or_be_new() -> None:
    fit = with_rules("id: short, each: 'body.list[]', require: {properties: {item: {maxLength: 2}}}, answer: invalid")
    assert found(judge(fit, {"list": ["ab", "abc", "a"]})) == [("/body/list/1", "short")]
    new = with_rules("id: is-new, each: 'body.list[]', unique: things, where: {id: item}, answer: taken")
    assert found(judge(new, {"list": ["t1", "t9", "t3"]})) == [("/body/list/0", "is-new"), ("/body/list/2", "is-new")]
