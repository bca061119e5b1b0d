"""Judging recorded traffic: what can be known without the server's state, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson
import pytest

from tests import tiny
from tests.validators.checking.exchanges import JSON, ROOT, exchange
from understudy_validators import Contract
from understudy_validators.checking import har_judge
from understudy_validators.checking.har import to_har
from understudy_validators.checking.har_judge import Judged, judge_har
from understudy_validators.checking.har_reader import Recorded, read_har
from understudy_validators.errors import UsageError
from understudy_validators.exchange import Exchange

TINY = tiny.contract()
RULES = """
- {id: polite, require: {properties: {body: {properties: {text: {not: {const: rude}}}}}}, answer: forbidden}
- {id: owned, lookup: things, where: {id: path.thingId, owner: caller.id}, answer: missing}
"""
SCHEMA = "{type: object, properties: {text: {type: string, maxLength: 10, x-answers: {maxLength: too-long}}}}"
# Here only a request that is wrong gets the answer `invalid`.
FRAMING = """
x-framing: {answers: {timeout: route-not-found, misdirected: route-not-found, body-too-large: route-not-found}}
"""
RULED = tiny.contract(rules=RULES, schema=SCHEMA, openapi=FRAMING)


def recorded(*exchanges: Exchange) -> list[Recorded]:
    return read_har(orjson.dumps(to_har(exchanges)), "some.har")


def judge(*exchanges: Exchange, contract: Contract = TINY, base_url: str = "") -> Judged:
    return judge_har(contract, recorded(*exchanges), base_url, "some.har")


def found(judged: Judged) -> list[tuple[str, str]]:
    return [(finding.rule, finding.difference.path) for finding in judged.findings]


def test_good_traffic_has_no_findings() -> None:
    judged = judge(exchange(), exchange(status=401, answer={"code": "expired"}))
    assert (judged.judged, judged.findings, judged.skipped) == (2, (), {})
    assert set(judged.coverage.counts["statuses"]) == {"addThing 201", "addThing 401"}


@pytest.mark.parametrize(
    ("one", "finding"),
    [
        (exchange({"text": "x" * 11}), ("maxLength", "/body/text")),
        (exchange(request_body=b"{"), ("form", "/body")),
        (exchange({"text": "rude"}), ("polite", "/body/text")),
        (exchange(status=400, answer={"code": "invalid"}), ("parameters", "/status")),
        (exchange(status=400, answer={"code": "too-long"}), ("answer", "/status")),
        (exchange({"text": 5}, 400, {"code": "too-long"}), ("type", "/body/code")),
        (exchange(answer={}), ("required", "/body/id")),
        (exchange(status=200), ("status", "/status")),
        (exchange(status=502, answer={"code": "gateway"}), ("server-error", "/status")),
        (exchange(status=400, answer={"code": "unknown"}), ("answer", "/status")),
    ],
)
def test_each_kind_of_mistake_is_found(one: Exchange, finding: tuple[str, str]) -> None:
    assert found(judge(one, contract=RULED)) == [finding]


def test_what_only_the_servers_state_can_tell_is_no_finding() -> None:
    """Credentials, records and quotas: recorders leave credentials out, and records are not there."""
    bare = exchange(request_headers=(JSON,))
    for one in (
        bare,
        exchange(status=404, answer={"code": "missing"}),
        exchange(status=401, answer={"code": "rejected"}),
    ):
        assert found(judge(one, contract=RULED)) == []


def test_a_refusal_for_another_reason_may_come_first() -> None:
    assert found(judge(exchange({"text": 5}, 401, {"code": "expired"}), contract=RULED)) == []


def test_the_root_is_the_address_below_which_most_entries_go_to_operations() -> None:
    other = exchange(url="http://127.0.0.1:9000/things/t1")
    judged = judge(exchange(), exchange(), other)
    assert (judged.base_url, judged.how) == (ROOT, "chosen: 2 of 3 entries go to operations below it")
    assert judged.skipped == {har_judge.ELSEWHERE: 1}
    given = judge(exchange(), other, base_url="http://127.0.0.1:9000/")
    assert (given.base_url, given.how, given.judged) == ("http://127.0.0.1:9000", "as given", 1)


def test_a_recording_of_something_else_is_told() -> None:
    with pytest.raises(UsageError, match=r"No entry of some\.har goes to an operation of tiny"):
        judge(exchange(url="http://127.0.0.1/elsewhere"))


def test_an_alias_leads_to_its_operation() -> None:
    aliased = tiny.contract(openapi='{paths: {"/things/{thingId}": {x-aliases: ["/v2/{thingId}/things"]}}}')
    judged = judge(exchange({"text": 5}, url="http://127.0.0.1/x/v2/t1/things"), contract=aliased)
    assert (judged.base_url, found(judged)) == ("http://127.0.0.1/x", [("type", "/body/text")])


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (exchange(url="http://127.0.0.1/elsewhere"), har_judge.ELSEWHERE),
        (exchange(status=0), har_judge.NO_ANSWER),
        (exchange(method="OPTIONS", status=204), har_judge.PREFLIGHT),
        (exchange(status=302), har_judge.REDIRECTED),
        (exchange(status=304), har_judge.NOT_MODIFIED),
        (exchange(url=f"{ROOT}/elsewhere"), har_judge.NO_OPERATION),
        (exchange(method="DELETE"), har_judge.NO_OPERATION),
        (exchange(url=f"{ROOT}/socket.io/?EIO=4&transport=polling"), har_judge.POLLING),
    ],
)
def test_what_is_not_judged_is_counted_by_its_reason(one: Exchange, reason: str) -> None:
    judged = judge(exchange(), one)
    assert (judged.judged, judged.skipped, judged.findings) == (1, {reason: 1}, ())


def patched(one: Recorded, **more: Any) -> Recorded:
    return replace(one, **more)


def test_a_body_that_was_not_recorded_is_not_judged_but_the_rest_is() -> None:
    entries: Sequence[Recorded] = [
        patched(recorded(exchange({"text": 5}))[0], request_known=False),
        patched(recorded(exchange(answer={}, response_body=b""))[0], answer_known=False),
        patched(recorded(exchange(status=418, response_body=b""))[0], answer_known=False),
    ]
    judged = judge_har(TINY, entries)
    assert judged.skipped == {har_judge.NO_REQUEST_BODY: 1, har_judge.NO_ANSWER_BODY: 2}
    assert found(judged) == [("answer", "/status")]


def test_the_same_mistake_is_shown_once_and_counted() -> None:
    judged = judge(exchange({"text": 5}), exchange({"text": 6}), exchange({"text": "x" * 11}))
    assert found(judged) == [("type", "/body/text"), ("maxLength", "/body/text")]
    assert sorted(judged.repeated.values()) == [1, 2]


def test_a_finding_says_how_to_see_it_again() -> None:
    [finding] = judge(exchange(), exchange({"text": 5}, url=f"{ROOT}/things/a%20b?x=1")).findings
    assert finding.replay == f"understudy judge tiny some.har --base-url {ROOT} --entry 1"
    assert finding.curl == (
        f"curl -sS '{ROOT}/things/a%20b?x=1' -H 'Content-Type: application/json'"
        " -H 'Authorization: Bearer alice-token' --data-raw '{\"text\":5}'"
    )
    assert finding.pointer == "/paths/~1things~1{thingId}/post"


def test_an_answer_that_a_rule_with_state_gives_too_proves_nothing() -> None:
    other = "{id: mine, lookup: things, where: {id: path.thingId, owner: caller.id}, answer: forbidden}"
    alone = "{id: polite, require: {properties: {body: {required: [text]}}}, answer: forbidden}"
    refusal = exchange(status=403, answer={"code": "forbidden"})
    assert found(judge(refusal, contract=tiny.contract(rules=f"[{alone}]"))) == [("polite", "/status")]
    assert found(judge(refusal, contract=tiny.contract(rules=f"[{alone}, {other}]"))) == []
