"""Judging: all that is wrong with a request or a reply, as values, whatever comes."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import tiny
from tests.shipped import CONTRACTS
from tests.tiny import NOW, answers, found, judge, law, with_rules
from understudy_validators import Contract, Operation, Request, Violation, judge_reply, judging
from understudy_validators.answers import encode
from understudy_validators.violation import shorten

REPLIES = """
responses:
  "201":
    content:
      application/json: {schema: {type: object, required: [id], properties: {id: {type: string, maxLength: 3}}}}
      text/plain: {}
  "204": {description: Nothing.}
"""


@pytest.mark.parametrize(
    ("status", "media_type", "body", "violations"),
    [
        (201, "application/json", {"id": "t9"}, []),
        (201, "application/json", {"id": "t9", "more": 1}, []),
        (201, "text/plain", "anything", []),
        (204, "", None, []),
        (201, "application/json", {}, [("/body/id", "required", None)]),
        (201, "application/json", {"id": "long"}, [("/body/id", "maxLength", 4)]),
        (201, "application/json", [], [("/body", "type", "array")]),
        (200, "application/json", {"id": "t9"}, [("/status", "status", 200)]),
        (201, "text/html", "<p>", [("/headers/content-type", "media-type", "text/html")]),
        (204, "text/plain", "x", [("/headers/content-type", "media-type", "text/plain")]),
    ],
)
def test_a_reply_is_held_to_what_its_operation_promises(
    status: int, media_type: str, body: Any, violations: list[tuple[str, str, Any]]
) -> None:
    wrong = judge_reply(next(iter(tiny.contract(operation=REPLIES))), status, media_type, body)
    assert [(v.path, v.rule, v.actual) for v in wrong] == violations
    assert all(violation.answer == "" and violation.message for violation in wrong)


def test_a_refusal_is_the_first_violations_answer_with_what_is_known() -> None:
    value = '{text: "{violation.limit} at most, not {violation.actual}", who: "{caller.name}", thing: "{thing.id}"}'
    contract = tiny.contract(
        schema="{properties: {text: {maxLength: 3, x-answers: {maxLength: too-long}}}}",
        rules="[{id: never, require: false, answer: forbidden}]",
        openapi=f"{{components: {{examples: {{too-long: {{value: {value}}}}}}}}}",
    )
    verdict = judge(contract, {"text": "four"})
    answer, body = judging.refusal(next(iter(contract)), verdict)
    assert answers(verdict) == ["too-long", "forbidden"]
    assert (answer.name, answer.status) == ("too-long", 400)
    assert body == {"code": "too-long", "text": "3 at most, not 4", "who": "Alice", "thing": None}


def test_an_accepted_request_has_no_violations() -> None:
    verdict = judge(tiny.contract())
    assert verdict.accepted
    assert verdict.violations == ()
    assert set(verdict.view) == {"path", "query", "headers", "body", "token", "caller"}


def test_judging_changes_nothing_but_its_own_view() -> None:
    contract = with_rules("id: is-there, lookup: things, where: {id: path.thingId}, as: thing, answer: missing")
    before = [dict(record) for record in contract.world["things"]]
    first, second = judge(contract), judge(contract)
    assert first == second
    assert [dict(record) for record in contract.world["things"]] == before


ALONE = (
    "id: says, require: {properties: {body: {required: [text]}}}, answer: invalid",
    "id: knows-who, lookup: users, where: {id: body.user, name: caller.name}, answer: forbidden",
    "id: knows, lookup: users, where: {id: body.user}, answer: missing",
    "id: asks-nothing, lookup: things, where: {id: {const: t9}}, answer: missing",
)


@pytest.mark.parametrize(
    ("body", "violations"),
    [
        ({"text": "a", "user": "bob"}, []),
        ({"user": "nobody"}, [("/body", "says"), ("/body/user", "knows")]),
        ([], [("/body", "type")]),
        ("text", [("/body", "type")]),
        (None, [("/body", "type")]),
    ],
)
def test_a_body_alone_is_judged_by_what_looks_at_nothing_else(body: Any, violations: list[tuple[str, str]]) -> None:
    contract = with_rules(*ALONE)
    verdict = judging.judge_body(next(iter(contract)), body, contract.world, NOW)
    assert [(path.removesuffix("/text"), rule) for path, rule in found(verdict)] == violations


TEXTS = st.text(max_size=6) | st.sampled_from(["1_0", "٥", "\x00", "a" * 5000, "{path.id}", "%00", "../..", "\u2028"])
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False, allow_infinity=False)
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def addressed(operation: Operation) -> st.SearchStrategy[tuple[Operation, dict[str, str]]]:
    """The operation with texts for the parameters of its path."""
    names = [parameter.name for parameter in operation.parameters if parameter.location == "path"]
    return st.tuples(st.just(operation), st.fixed_dictionaries(dict.fromkeys(names, TEXTS)))


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_judging_never_raises(contract: Contract) -> None:
    """Whatever a client sends: each violation gives an answer that the operation lists, and that can be written."""
    types = {media_type.name for operation in contract for media_type in operation.media_types}
    credentials = [f"Bearer {words['example']}" for words in contract.credentials.values()]

    @settings(law, max_examples=100)
    @given(
        st.sampled_from(list(contract)).flatmap(addressed),
        st.dictionaries(st.sampled_from(["accept", "x-any", "authorization"]), TEXTS, max_size=2),
        st.sampled_from(["", *sorted(types), "multipart/form-data; boundary=b", "application/json; charset=x"]),
        TEXTS,
        JSON,
    )
    def never_raises(
        at: tuple[Operation, dict[str, str]], headers: dict[str, str], media_type: str, query: str, body: Any
    ) -> None:
        operation, path = at
        known = {"authorization": next(iter(credentials), ""), "content-type": media_type}
        request = Request(operation.method, "/", {**known, **headers}, query, orjson.dumps(body))
        verdict = judging.judge(operation, request, path, contract.world, NOW)
        assert {violation.answer for violation in verdict.violations} <= set(operation.answers)
        if not verdict.accepted:
            answer, refused = judging.refusal(operation, verdict)
            encode(refused, answer.media_type)

    never_raises()


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/body", ""),
        ("/body/text", "text"),
        ("/body/data/text", "data.text"),
        ("/body/mentionees/0/userIds", "mentionees[0].userIds"),
        ("/body/0/1", "[0][1]"),
        ("/body/a~1b/c~0d", "a/b.c~d"),
        ("/path/thingId", "thingId"),
        ("", ""),
    ],
)
def test_a_violation_names_the_field_as_developers_write_it(path: str, field: str) -> None:
    assert Violation(path=path, rule="r", limit=1, actual=2, answer="a", message="m").field == field


@pytest.mark.parametrize(
    ("value", "short"),
    [
        ("x" * 80, "x" * 80),
        ("x" * 81, "x" * 80 + "…"),
        ([1, 2], [1, 2]),
        (list(range(100)), "array of 100"),
        ({"a": "x" * 100, "b": 1}, "object of 2"),
        ({"a": 1}, {"a": 1}),
        (5, 5),
        (None, None),
    ],
)
def test_a_value_is_shown_as_far_as_it_is_short(value: Any, short: Any) -> None:
    assert shorten(value) == short
