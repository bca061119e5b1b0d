"""What was exercised: counted from exchanges, merged over processes, and held against thresholds."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
import pytest

from tests import tiny
from tests.shipped import CONTRACTS
from tests.validators.checking.exchanges import exchange
from understudy_mockserver.app import create_app
from understudy_mockserver.journal import HttpEntry
from understudy_mockserver.server import serving
from understudy_mockserver.settings import Settings
from understudy_validators import Contract
from understudy_validators.checking.coverage import KINDS, Coverage, shortfalls, thresholds
from understudy_validators.checking.loop import LoopThread
from understudy_validators.checking.target import Target
from understudy_validators.checking.ways import Way
from understudy_validators.errors import UsageError
from understudy_validators.violation import Violation
from understudy_validators.wire import build

RULES = "[{id: owned, lookup: things, where: {id: path.thingId, owner: caller.id}, answer: missing}]"


def seen(coverage: Coverage, kind: str) -> set[str]:
    return set(coverage.counts[kind])


def recorded(contract: Contract, body: object, status: int, answer: object = None) -> Coverage:
    coverage = Coverage(contract)
    violations: Sequence[Violation] = tiny.judge(contract, body).violations
    coverage.record(next(iter(contract)), exchange(body, status, answer), violations=violations)
    return coverage


def test_an_accepted_request_counts_its_operation_status_and_the_edges_it_stands_at() -> None:
    coverage = recorded(tiny.contract(), {"text": "x" * 10}, 201)
    assert {kind: seen(coverage, kind) for kind in KINDS if coverage.counts[kind]} == {
        "operations": {"addThing"},
        "statuses": {"addThing 201"},
        "edges": {"addThing /body/text/maxLength"},
    }
    assert not seen(recorded(tiny.contract(), {"text": "x" * 9}, 201), "edges")


def test_a_broken_constraint_counts_whatever_the_server_answers() -> None:
    for status, answer in ((400, {"code": "too-long"}), (201, None)):
        coverage = recorded(tiny.contract(), {"text": "x" * 11}, status, answer)
        assert seen(coverage, "constraints") == {"addThing /body/text/maxLength"}
        assert not seen(coverage, "edges")
    assert not seen(coverage, "errors")


def test_a_refusal_counts_the_error_that_its_body_is() -> None:
    assert seen(recorded(tiny.contract(), {"text": 5}, 400, {"code": "invalid"}), "errors") == {"invalid"}


def test_a_way_that_is_known_better_than_the_violation_tells_is_the_one_that_counts() -> None:
    contract = tiny.contract(rules=RULES)
    coverage, operation = Coverage(contract), next(iter(contract))
    way = Way("addThing", "rule", "owned", "elsewhere")
    coverage.record(operation, exchange(status=404, answer={"code": "missing"}), way=way)
    assert seen(coverage, "ways") == {"addThing owned elsewhere"}
    assert seen(coverage, "rules") == {"addThing owned"}


def test_a_refusal_alone_tells_the_rule_where_no_other_gives_that_answer() -> None:
    contract = tiny.contract(rules=RULES)
    coverage, operation = Coverage(contract), next(iter(contract))
    coverage.record(operation, exchange(status=404, answer={"code": "missing"}))
    coverage.record(operation, exchange(status=401, answer={"code": "expired"}))
    assert seen(coverage, "rules") == {"addThing owned", "addThing security"}
    assert seen(coverage, "ways") == {"addThing security expired"}


def test_shares_are_of_what_can_be_taken_and_what_is_seen_all_the_same_counts() -> None:
    contract = tiny.contract()
    coverage, operation = Coverage(contract), next(iter(contract))
    ways = {line.kind: line for line in coverage.lines()}["ways"]
    assert (ways.seen, ways.total) == (0, 5)
    coverage.leave_out(["addThing security expired", "addThing security missing"])
    coverage.record(operation, exchange(status=401, answer={"code": "expired"}))
    ways = {line.kind: line for line in coverage.lines()}["ways"]
    assert (ways.seen, ways.total, ways.percent) == (1, 4, 25.0)
    assert ways.missing == ("addThing form media-type", "addThing form not-json", "addThing security invalid")


def test_what_the_contract_does_not_have_counts_for_nothing() -> None:
    coverage, operation = Coverage(tiny.contract()), next(iter(tiny.contract()))
    coverage.record(operation, exchange(status=418))
    assert {line.kind: line.seen for line in coverage.lines()}["statuses"] == 0


def test_two_halves_make_the_whole_and_survive_the_way_between_processes() -> None:
    contract = tiny.contract()
    whole, halves = Coverage(contract), [Coverage(contract), Coverage(contract)]
    for index, text in enumerate(("x" * 10, "x" * 11, 5)):
        violations = tiny.judge(contract, {"text": text}).violations
        for coverage in (whole, halves[index % 2]):
            coverage.record(next(iter(contract)), exchange({"text": text}), violations=violations)
    halves[1].leave_out(["addThing security missing"])
    whole.leave_out(["addThing security missing"])
    merged = Coverage.from_dict(contract, orjson.loads(orjson.dumps(halves[0].as_dict())))
    merged.merge(halves[1])
    assert merged.as_dict() == whole.as_dict()
    with pytest.raises(UsageError, match="is of 'tiny', not of replyke"):
        Coverage.from_dict(CONTRACTS["replyke"], whole.as_dict())


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_shipped_contract_has_something_of_each_kind(name: str) -> None:
    assert all(line.total for line in Coverage(CONTRACTS[name]).lines())


def test_a_running_mocks_journal_is_coverage_too() -> None:
    """What its entries know, the exchange, the violations and the answer, is what counts."""
    contract = CONTRACTS["replyke"]
    with LoopThread() as loop:
        app = create_app([contract.name], Settings(seed=1))
        target = Target(f"{loop.enter(serving(app))}/{contract.name}", loop)
        for step in ({}, {"past": "/body/content/maxLength"}, {"as": None}, {"as": "carol-token"}):
            target.send(build(contract, {"send": "sendMessage", **step}))
        target.close()
    coverage = Coverage(contract)
    for entry in app.namespaces.open("default").journal:
        assert isinstance(entry, HttpEntry)
        operation = contract.operation(entry.operation)
        coverage.record(operation, entry.exchange, violations=entry.violations, answer=entry.answer)
    assert {kind: seen(coverage, kind) for kind in ("statuses", "errors", "constraints", "rules", "ways")} == {
        "statuses": {f"sendMessage {status}" for status in (201, 400, 401, 403)},
        "errors": {"content-too-long", "unauthorized", "not-a-member"},
        "constraints": {"sendMessage /body/content/maxLength application/json"},
        "rules": {"sendMessage security", "sendMessage active-member"},
        "ways": {"sendMessage security missing", "sendMessage active-member must/isActive"},
    }


def test_a_threshold_is_one_for_all_or_one_for_each_kind() -> None:
    assert thresholds(["errors=90,ways=80.5", "edges=1%"]) == {"errors": 90.0, "ways": 80.5, "edges": 1.0}
    assert thresholds(["70", "ways=10"]) == {**dict.fromkeys(KINDS, 70.0), "ways": 10.0}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("error=90", "coverage has no kind 'error'. Did you mean errors?"),
        ("xyz=90", "There is: operations, statuses, errors, edges, constraints, rules, ways."),
        ("errors=many", "'many' is no percentage. Write 90, or errors=90,ways=80."),
        ("101", "'101' is no percentage"),
    ],
)
def test_a_wrong_threshold_says_what_to_write(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        thresholds([text])
    assert message in str(caught.value)


def test_a_shortfall_says_how_much_is_missing() -> None:
    coverage = Coverage(tiny.contract())
    coverage.record(next(iter(tiny.contract())), exchange(status=401, answer={"code": "expired"}))
    assert shortfalls(coverage, thresholds(["operations=100,ways=50"])) == [
        "coverage of ways is 20.0 % (1 of 5), less than 50 %"
    ]
