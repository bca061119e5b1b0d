"""Of every operation of every contract: what conforms is accepted, and each fault is the only one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.shipped import CONTRACTS
from tests.validators.fuzzing.independent import Independent, parameter_schemas
from understudy_validators import judging, times
from understudy_validators.contract import Contract, Operation
from understudy_validators.fuzzing import Example, Fault, Way, edges, examples, faults, valid
from understudy_validators.fuzzing.plans import plan_of
from understudy_validators.fuzzing.quota_faults import Counting
from understudy_validators.fuzzing.subjects import RestSubject
from understudy_validators.judging import Verdict
from understudy_validators.realtime import Event
from understudy_validators.sockets import SocketStep
from understudy_validators.wire import WireRequest

OPERATIONS = [(name, operation.id) for name, contract in CONTRACTS.items() for operation in contract]
EVENTS = [(name, event.id) for name, contract in CONTRACTS.items() for event in contract.realtime]
IMPOSSIBLE = Path(__file__).with_name("impossible.yaml")
QUIET = settings(
    max_examples=8,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
ONCE = settings(QUIET, max_examples=2)


@cache
def independent(name: str) -> Independent:
    return Independent(CONTRACTS[name].document.data)


def event_of(contract: Contract, event_id: str) -> Event:
    return next(event for event in contract.realtime if event.id == event_id)


def judged(contract: Contract, example: Example) -> Verdict:
    """The verdict on the last request, after those before it have used up what they use up."""
    quotas, now = Counting(), times.to_seconds(contract.now)
    for count, step in example.before:
        for _ in range(count):
            assert isinstance(step, WireRequest)
            judge_one(contract, step, now, quotas)
    assert isinstance(example.step, WireRequest)
    return judge_one(contract, example.step, now, quotas)


def judge_one(contract: Contract, step: WireRequest, now: float, quotas: Counting) -> Verdict:
    operation = contract.operation(step.operation)
    return judging.judge(operation, step.to_request(), step.parameters, contract.world, now, quotas)


def second_opinion(name: str, operation: Operation, verdict: Verdict, step: WireRequest) -> list[tuple[str, str]]:
    """What the other validator finds of a request as it arrived."""
    document, opinion = CONTRACTS[name].document.data, independent(name)
    found: list[tuple[str, str]] = []
    for place, (pointer, required) in parameter_schemas(document, operation).items():
        _, root, key = place.split("/", 2)
        values = verdict.view[root]
        if key in values:
            found += [(place + at, keyword) for at, keyword in opinion.errors(pointer, values[key])]
        elif required:
            found.append((place, "required"))
    sent = next((v for k, v in step.to_request().headers.items() if k == "content-type"), "").partition(";")[0]
    for media_type in operation.media_types:
        if media_type.name in (sent, "*/*") and "body" in verdict.view:
            found += [
                ("/body" + at, word) for at, word in opinion.errors(media_type.validator.pointer, verdict.view["body"])
            ]
    return found


@pytest.mark.parametrize(("name", "operation_id"), OPERATIONS)
def test_requests_that_conform_are_accepted_by_both_validators(name: str, operation_id: str) -> None:
    contract = CONTRACTS[name]
    operation = contract.operation(operation_id)

    @QUIET
    @given(valid(contract, operation))
    def each(example: Example) -> None:
        verdict = judged(contract, example)
        assert verdict.accepted, verdict.violations
        assert isinstance(example.step, WireRequest)
        assert not second_opinion(name, operation, verdict, example.step)

    each()


@pytest.mark.parametrize(("name", "operation_id"), OPERATIONS)
def test_each_fault_is_the_only_one_and_the_other_validator_agrees(name: str, operation_id: str) -> None:
    contract = CONTRACTS[name]
    operation = contract.operation(operation_id)
    known = faults(contract, operation)
    for way in known.ways:
        confirm(name, operation, way, known.strategy(way))


def confirm(name: str, operation: Operation, way: Way, strategy: st.SearchStrategy[Fault]) -> None:
    """Draws faults of a way, and has them judged as they arrive on the wire, by both validators."""
    contract = CONTRACTS[name]
    triggered = is_triggered(contract, operation, way)

    @settings(ONCE, max_examples=1 if "file-bytes" in way.place or way.detail == "used-up" else 2)
    @given(strategy)
    def each(fault: Fault) -> None:
        assert fault.way == way
        verdict = judged(contract, fault.example)
        if triggered:
            assert verdict.accepted  # in a fresh world: the steps before it lead to the answer
            return
        assert verdict.violations == (fault.violation,)
        assert isinstance(fault.example.step, WireRequest)
        opinion = second_opinion(name, operation, verdict, fault.example.step)
        if way.kind == "constraint":
            assert opinion == [(fault.violation.path, fault.violation.rule)]
        elif way.place != "form":
            assert not opinion

    each()


def is_triggered(contract: Contract, operation: Operation, way: Way) -> bool:
    """Whether the way is one that only steps before it lead to."""
    plan = plan_of(contract, operation)
    return way.kind == "rule" and way in set(plan.ways) and way not in plan.found.faults and way.detail != "used-up"


@pytest.mark.parametrize(("name", "event_id"), EVENTS)
def test_events_that_conform_are_accepted(name: str, event_id: str) -> None:
    contract = CONTRACTS[name]
    event = event_of(contract, event_id)

    @QUIET
    @given(valid(contract, event))
    def each(example: Example) -> None:
        assert isinstance(example.step, SocketStep)
        assert violations_over_sockets(contract, example) == ()

    each()


@pytest.mark.parametrize(("name", "event_id"), EVENTS)
def test_each_fault_of_an_event_is_the_only_one(name: str, event_id: str) -> None:
    contract = CONTRACTS[name]
    known = faults(contract, event_of(contract, event_id))
    for way in known.ways:
        confirm_event(contract, way, known.strategy(way))


def confirm_event(contract: Contract, way: Way, strategy: st.SearchStrategy[Fault]) -> None:
    @ONCE
    @given(strategy)
    def each(fault: Fault) -> None:
        assert (fault.way, violations_over_sockets(contract, fault.example)) == (way, (fault.violation,))

    each()


def violations_over_sockets(contract: Contract, example: Example) -> tuple[Any, ...]:
    """The violations of the last step, with the records that steps before it leave behind."""
    world, now, quotas = contract.world.copy(), times.to_seconds(contract.now), Counting()
    views: dict[str, Mapping[str, Any]] = {}
    for count, step in (*example.before, (1, example.step)):
        assert isinstance(step, SocketStep)
        for _ in range(count):
            event = event_of(contract, step.operation)
            if step.kind == "connect":
                verdict = judging.judge_connect(event, step.query, world, now, quotas)
                record = {"id": step.name, "userId": verdict.view.get("token", {}).get("userId"), "namespace": "/chat"}
                world["connections"].insert(record)
                views[step.name] = {**verdict.view, "connection": record}
            else:
                verdict = judging.judge_event(event, step.payload, views[step.name], world, now, quotas)
                if event.name == "SUBSCRIBE_CHANNEL" and verdict.accepted:
                    subscription = {"connectionId": step.name, "channelId": step.payload["channel"]["_id"]}
                    world["subscriptions"].insert(subscription)
            if step is not example.step:
                assert verdict.accepted
    return verdict.violations


@pytest.mark.parametrize(("name", "operation_id"), OPERATIONS)
def test_every_constraint_and_every_rule_is_broken_or_said_to_be_impossible(name: str, operation_id: str) -> None:
    contract = CONTRACTS[name]
    operation = contract.operation(operation_id)
    known = faults(contract, operation)
    told = [*known.ways, *known.impossible]
    assert len(set(told)) == len(told)
    places = {way.place for way in told}
    missing = [place for place in constraints_of(contract, operation) if place not in places]
    assert not missing
    rules = {check.id for check in operation.checks} - {"parameters", "schema"}
    assert rules <= places


def constraints_of(contract: Contract, operation: Operation) -> Iterator[str]:
    """The place of each constraint, found by walking through the document alone."""
    document = contract.document.data
    for place, (pointer, required) in parameter_schemas(document, operation).items():
        yield from walk(at(document, pointer), place, document, 0)
        if required:
            yield f"{place}/required"
    body = at(document, operation.pointer).get("requestBody", {})
    body = at(document, body["$ref"][1:]) if "$ref" in body else body
    for media_type in body.get("content", {}).values():
        yield from walk(media_type.get("schema", {}), "/body", document, 0)


KEYWORDS = {
    *("type", "enum", "const", "minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum", "pattern"),
    *("format", "x-max-bytes", "x-max-file-bytes", "oneOf", "anyOf", "not", "uniqueItems", "contains"),
}


def at(document: Any, pointer: str) -> Any:
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        document = document[int(name) if isinstance(document, list) else name]
    return document


def walk(schema: Any, place: str, document: Any, depth: int) -> Iterator[str]:
    if not isinstance(schema, dict) or depth > 10:
        return
    if "$ref" in schema:
        yield from walk(at(document, schema["$ref"][1:]), place, document, depth + 1)
    is_file = schema.get("format") == "binary"
    yield from (f"{place}/{word}" for word in KEYWORDS & schema.keys() if not (is_file and word in ("type", "format")))
    yield from (f"{place}/{name}/required" for name in schema.get("required", ()))
    if schema.get("additionalProperties") is False:
        yield f"{place}/additionalProperties"
    for name, inner in schema.get("properties", {}).items():
        yield from walk(inner, f"{place}/{name}", document, depth + 1)
    for word in ("items", "additionalProperties"):
        yield from walk(schema.get(word), f"{place}/{word}", document, depth + 1)
    for word in ("oneOf", "anyOf"):
        for index, inner in enumerate(schema.get(word, ())):
            yield from walk(inner, f"{place}/{word}/{index}", document, depth + 1)
    for inner in schema.get("allOf", ()):
        yield from walk(inner, place, document, depth + 1)


@pytest.mark.parametrize("name", CONTRACTS)
def test_what_cannot_be_broken_alone_is_what_it_was_and_has_a_reason(name: str) -> None:
    """The list is pinned: `python -m tests.validators.fuzzing.pin` writes it anew."""
    pinned = yaml.safe_load(IMPOSSIBLE.read_text(encoding="utf-8"))
    now = impossible(CONTRACTS[name])
    assert all(reason.endswith(".") for reason in now.values())
    assert now == pinned[name]


def impossible(contract: Contract) -> dict[str, str]:
    """What cannot be broken alone, of all operations and events, with the reasons."""
    known = [faults(contract, one).impossible for one in (*contract, *contract.realtime)]
    return {str(way): reason for ways in known for way, reason in ways.items()}


@pytest.mark.parametrize(("name", "operation_id"), OPERATIONS)
def test_examples_and_edges_are_accepted(name: str, operation_id: str) -> None:
    contract = CONTRACTS[name]
    operation = contract.operation(operation_id)
    assert all(judged(contract, example).accepted for example in edges(contract, operation))
    assert all(judged(contract, example).accepted for example in examples(contract, operation))


def test_all_examples_that_a_contract_has_of_an_operation_are_sent() -> None:
    contract = CONTRACTS["replyke"]
    operation = contract.operation("sendMessage")
    bodies = [example.step.body for example in examples(contract, operation) if isinstance(example.step, WireRequest)]
    for example in operation.request_examples["application/json"].values():
        assert example in bodies


@pytest.mark.parametrize(("name", "operation_id"), [("replyke", "sendMessage"), ("amity", "createMessage")])
def test_limits_are_met_exactly(name: str, operation_id: str) -> None:
    contract = CONTRACTS[name]
    sent = [example.step for example in edges(contract, contract.operation(operation_id))]
    bodies = [step.body for step in sent if isinstance(step, WireRequest) and isinstance(step.body, dict)]
    texts = {len(text) for body in bodies for text in strings(body)}
    assert max(texts) > 5000


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)


@pytest.mark.parametrize("name", CONTRACTS)
def test_ids_that_must_be_new_are_new_each_time(name: str) -> None:
    contract = CONTRACTS[name]
    for operation in contract:
        plan = plan_of(contract, operation)
        new = [tokens for tokens in plan.reading.new if tokens[0] == "body" and "[]" not in tokens]
        for values in drawn_at(contract, operation, new):
            assert len(set(values)) == len(values)


def drawn_at(contract: Contract, operation: Operation, places: list[tuple[str, ...]]) -> list[list[str]]:
    """The texts that are drawn at places, but for those that the world knows."""
    plan = plan_of(contract, operation)
    seen: dict[tuple[str, ...], list[str]] = {tokens: [] for tokens in places}
    assert isinstance(plan.subject, RestSubject)
    subject = plan.subject

    @settings(QUIET, max_examples=20)
    @given(valid(contract, operation))
    def each(example: Example) -> None:
        assert isinstance(example.step, WireRequest)
        for tokens in places:
            value = subject.draft(example.step).get(tokens)
            if value and isinstance(value, str) and value not in plan.reading.identifying[tokens]:
                seen[tokens].append(value)

    if places:
        each()
    return list(seen.values())
