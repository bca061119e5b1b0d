"""`security`: whose request it is, and how much an answer tells of why it is no one's."""

from __future__ import annotations

from typing import Any

import pytest

from tests import tiny
from tests.tiny import NOW, answers, found, judge

LIVE_UNTIL_100 = "{token: t, userId: alice, expiresAt: 100}"


@pytest.mark.parametrize(
    "header", ["Bearer alice-token", "bearer alice-token", "BEARER  alice-token ", " Bearer alice-token"]
)
def test_a_known_credential_makes_its_user_the_caller(header: str) -> None:
    verdict = judge(tiny.contract(), headers={"authorization": header})
    assert verdict.accepted
    assert verdict.view["caller"] == {"id": "alice", "name": "Alice"}
    assert verdict.view["token"]["token"] == "alice-token"


@pytest.mark.parametrize(
    ("header", "answer"),
    [
        (None, "unauthorized"),
        ("", "unauthorized"),
        ("Bearer", "unauthorized"),
        ("Bearer ", "unauthorized"),
        ("Bearer nobody", "rejected"),
        ("Bearer ALICE-TOKEN", "rejected"),
        ("Basic alice-token", "rejected"),
        ("Basic", "rejected"),
        ("alice-token", "rejected"),
        ("Bearer alice-token extra", "rejected"),
        ("Bearer alice-token, Bearer bob-token", "rejected"),
        ("Bearer old-token", "expired"),
    ],
)
def test_what_is_wrong_with_a_credential_decides_the_answer(header: str | None, answer: str) -> None:
    verdict = judge(tiny.contract(), headers={"authorization": header})
    assert answers(verdict) == [answer]
    assert found(verdict) == [("/headers/authorization", "security")]
    assert "caller" not in verdict.view
    assert "token" not in verdict.view


@pytest.mark.parametrize("credential", ["nobody", "old-token"])
def test_a_credential_is_never_repeated(credential: str) -> None:
    """Findings are printed and kept."""
    (violation,) = judge(tiny.contract(), headers={"authorization": f"Bearer {credential}"}).violations
    assert credential not in repr(violation)


@pytest.mark.parametrize(("now", "answer"), [(99.999, []), (100, ["expired"]), (101, ["expired"])])
def test_a_credential_ends_at_its_time(now: float, answer: list[str]) -> None:
    contract = tiny.contract(world=f"{{collections: {{tokens: [{LIVE_UNTIL_100}]}}}}")
    assert answers(judge(contract, headers={"authorization": "Bearer t"}, now=now)) == answer


def test_a_rule_that_reads_the_caller_is_not_judged_without_one() -> None:
    rules = """
        - {id: owns-it, lookup: things, where: {id: path.thingId, owner: caller.id}, answer: forbidden}
        - {id: is-there, lookup: things, where: {id: path.thingId}, answer: missing}
    """
    contract = tiny.contract(rules=rules)
    verdict = judge(contract, headers={"authorization": None}, path={"thingId": "t0"})
    assert answers(verdict) == ["unauthorized", "missing"]


def test_a_token_whose_user_is_gone_is_rejected() -> None:
    contract = tiny.contract(world="{collections: {users: []}}")
    assert answers(judge(contract)) == ["rejected"]


@pytest.mark.parametrize("token", ["{token: t, userId: null}", "{token: t}"])
def test_a_token_that_is_no_ones_has_no_caller(token: str) -> None:
    """A service's key, say."""
    contract = tiny.contract(world=f"{{collections: {{tokens: [{token}]}}}}")
    verdict = judge(contract, headers={"authorization": "Bearer t"})
    assert verdict.accepted
    assert "caller" not in verdict.view
    assert verdict.view["token"]["token"] == "t"


def scheme(words: str) -> str:
    """A patch that puts a scheme `key` beside the bearer's."""
    credentials = "x-credentials: {lookup: tokens, where: {token: credential}, live: expiresAt, example: alice-token}"
    return f"{{components: {{securitySchemes: {{key: {{{words}, {credentials}}}}}}}}}"


@pytest.mark.parametrize(
    ("words", "headers", "query"),
    [
        ("type: apiKey, in: header, name: X-Key", {"x-key": "alice-token"}, ""),
        ("type: apiKey, in: query, name: key", {}, "a=1&key=alice-token"),
        ("type: http, scheme: jwt", {"authorization": "JWT alice-token"}, ""),
    ],
)
def test_a_credential_is_read_where_its_scheme_says(words: str, headers: Any, query: str) -> None:
    contract = tiny.contract(openapi=scheme(words), operation="{security: [{key: []}]}")
    verdict = judge(contract, headers={"authorization": None, **headers}, query=query)
    assert found(verdict) == []
    assert verdict.view["token"]["userId"] == "alice"
    assert "caller" not in verdict.view


@pytest.mark.parametrize("words", ["type: apiKey, in: header, name: X-Key", "type: apiKey, in: query, name: key"])
def test_a_credential_is_read_from_nowhere_else(words: str) -> None:
    contract = tiny.contract(openapi=scheme(words), operation="{security: [{key: []}]}")
    assert answers(judge(contract)) == ["unauthorized"]


def test_any_scheme_word_will_do_where_the_contract_says_so() -> None:
    patch = "{components: {securitySchemes: {bearer: {x-credentials: {any-scheme: true}}}}}"
    contract = tiny.contract(openapi=patch)
    assert judge(contract, headers={"authorization": "Token alice-token"}).accepted
    assert answers(judge(contract, headers={"authorization": "Token nobody"})) == ["rejected"]


KEY = scheme("type: apiKey, in: header, name: X-Key")


@pytest.mark.parametrize(
    ("authorization", "key", "answer"),
    [
        ("Bearer alice-token", None, []),
        (None, "bob-token", []),
        ("Bearer nobody", "bob-token", []),
        ("Bearer bob-token", "nobody", []),
        (None, None, ["unauthorized"]),
        ("Bearer nobody", None, ["rejected"]),
        (None, "nobody", ["rejected"]),
        ("Bearer nobody", "old-token", ["expired"]),
        ("Bearer old-token", "nobody", ["expired"]),
    ],
)
def test_one_alternative_is_enough_and_the_one_that_got_furthest_answers(
    authorization: str | None, key: str | None, answer: list[str]
) -> None:
    contract = tiny.contract(openapi=KEY, operation="{security: [{bearer: []}, {key: []}]}")
    assert answers(judge(contract, headers={"authorization": authorization, "x-key": key})) == answer


def test_a_refusal_names_the_first_of_the_schemes() -> None:
    contract = tiny.contract(openapi=KEY, operation="{security: [{}, {key: []}, {bearer: []}]}")
    (violation,) = judge(contract, headers={"authorization": "Bearer nobody"}).violations
    assert (violation.path, violation.limit, violation.actual) == ("/headers/x-key", "key", "invalid")


@pytest.mark.parametrize(
    ("authorization", "key", "answer"),
    [
        ("Bearer alice-token", "bob-token", []),
        ("Bearer alice-token", None, ["unauthorized"]),
        (None, "bob-token", ["unauthorized"]),
        ("Bearer alice-token", "nobody", ["rejected"]),
    ],
)
def test_an_alternative_of_two_schemes_needs_both(
    authorization: str | None, key: str | None, answer: list[str]
) -> None:
    contract = tiny.contract(openapi=KEY, operation="{security: [{bearer: [], key: []}]}")
    verdict = judge(contract, headers={"authorization": authorization, "x-key": key})
    assert answers(verdict) == answer
    assert ("caller" in verdict.view) == (not answer)


@pytest.mark.parametrize(
    ("authorization", "answer"),
    [
        (None, []),
        ("Bearer alice-token", []),
        ("Bearer nobody", ["rejected"]),
        ("Basic xyz", ["rejected"]),
        ("Bearer old-token", ["expired"]),
    ],
)
def test_where_none_is_needed_one_that_is_wrong_is_still_refused(authorization: str | None, answer: list[str]) -> None:
    contract = tiny.contract(operation="{security: [{bearer: []}, {}]}")
    assert answers(judge(contract, headers={"authorization": authorization})) == answer


def test_where_none_is_sent_a_rule_that_needs_the_caller_refuses() -> None:
    """Nothing is broken so far, and no one is the owner: the rule is judged, and fails closed."""
    rules = "[{id: owns-it, lookup: things, where: {owner: caller.id}, answer: forbidden}]"
    contract = tiny.contract(operation="{security: [{}, {bearer: []}]}", rules=rules)
    assert answers(judge(contract, headers={"authorization": None}, now=NOW)) == ["forbidden"]
    assert judge(contract).accepted


def test_an_operation_without_security_asks_for_nothing() -> None:
    contract = tiny.contract(operation="{security: []}")
    assert judge(contract, headers={"authorization": "Bearer nobody"}).accepted


def test_the_documents_security_counts_where_the_operation_has_none() -> None:
    contract = tiny.contract(operation="{security: null}", openapi="{security: [{bearer: []}]}")
    assert answers(judge(contract, headers={"authorization": None})) == ["unauthorized"]
