"""The catalogue: every answer once, with a way to cause it that ends in exactly that answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests import tiny
from tests.shipped import CONTRACTS
from tests.tiny import NOW
from understudy_mockserver.quotas import SlidingQuotas
from understudy_validators import Contract, judging
from understudy_validators.catalogue import Entry, catalogue, entry
from understudy_validators.wire import WireRequest


def named(name: str, contract: Contract) -> Entry:
    """The entry of that name."""
    return entry(contract, contract.answers[name])


def refusals(contract: Contract, cause: Entry) -> list[Any]:
    """The body of each step's refusal, `None` where it is accepted; the world stays as it was."""
    quotas = SlidingQuotas()
    bodies: list[Any] = []
    for times, request in cause.trigger:
        assert isinstance(request, WireRequest)
        operation = contract.operation(request.operation)
        for _ in range(times):
            verdict = judging.judge(operation, request.to_request(), request.parameters, contract.world, NOW, quotas)
            bodies.append(None if verdict.accepted else judging.refusal(operation, verdict)[1])
    return bodies


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_every_answer_is_listed_once(contract: Contract) -> None:
    listed = [(found.answer.event, found.answer.name) for found in catalogue(contract)]
    assert len(set(listed)) == len(listed)
    assert set(contract.answers) == {name for event, name in listed if not event}


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_every_entry_can_be_written_as_json(contract: Contract) -> None:
    for found in catalogue(contract):
        facts = json.loads(json.dumps(found.as_dict()))
        assert facts["contract"] == contract.name
        assert ("trigger" in facts) != facts.get("forced", False)


def test_the_order_is_that_of_the_contract() -> None:
    listed = list(tiny.read(tiny.OPENAPI)["components"]["examples"])
    assert [found.answer.name for found in catalogue(tiny.contract())] == listed


def test_an_entry_says_all_that_there_is_to_say() -> None:
    patch = """
        components:
          examples:
            too-long:
              summary: The text is too long.
              x-source: {is: documented, from: the manual}
    """
    assert named("too-long", tiny.contract(openapi=patch)).as_dict() == {
        "contract": "tiny",
        "name": "too-long",
        "status": 400,
        "code": "too-long",
        "body": {"code": "too-long"},
        "media_type": "application/json",
        "summary": "The text is too long.",
        "source": {"is": "documented", "from": "the manual"},
        "operation": "addThing",
        "trigger": [
            {
                "method": "POST",
                "path": "/things/t1",
                "headers": {"Authorization": "Bearer alice-token", "Content-Type": "application/json"},
                "body": {"text": "helloxxxxxx"},
            }
        ],
    }


def test_what_nothing_natural_causes_says_how_it_is_forced() -> None:
    found = named("forbidden", tiny.contract())
    facts = found.as_dict()
    assert found.forced
    assert (facts["forced"], facts["how"]) == (True, "Prefer: example=forbidden. No rule gives it.")
    assert facts["source"] == {"is": "assumed", "from": ""}
    assert "trigger" not in facts


def test_an_answer_of_framing_belongs_to_no_operation() -> None:
    assert named("route-not-found", tiny.contract()).operation == ""
    assert named("broken", tiny.contract()).operation == ""
    assert named("taken", tiny.contract()).operation == "addThing"


def test_a_repeated_step_is_written_once() -> None:
    trigger = "[{repeat: {times: 3, of: {send: addThing}}}, {send: addThing}]"
    patch = f"{{components: {{examples: {{limited: {{x-trigger: {trigger}}}}}}}}}"
    first, second = named("limited", tiny.contract(openapi=patch)).as_dict()["trigger"]
    assert first == {"repeat": {"times": 3, "of": second}}


@pytest.mark.parametrize(
    ("value", "code"), [("{code: x}", "x"), ("{code: {deep: 1}}", {"deep": 1}), ("[]", None), ("text", None)]
)
def test_the_code_is_the_vendors_own_of_whatever_type(value: str, code: Any) -> None:
    """Where the body has none, there is none."""
    assert (
        named("taken", tiny.contract(openapi=f"{{components: {{examples: {{taken: {{value: {value}}}}}}}}}")).code
        == code
    )


FILLED = """
components:
  examples:
    too-long: {value: {limit: "{violation.limit}", actual: "{violation.actual}", who: "{caller.name}"}}
    missing:
      value: {text: "no {path.thingId}", name: "{violation.actual}"}
      x-forced: null
      x-trigger: [{send: addThing, path: {thingId: t9}}]
    taken:
      value: {owner: "{other.owner}"}
      x-forced: null
      x-trigger: [{send: addThing, patch: {text: t2}}]
    limited:
      value: {limit: "{violation.limit}", text: "at most {violation.limit}"}
      x-forced: null
      x-trigger: [{repeat: {times: 2, of: {send: addThing}}}, {send: addThing}]
"""
RULES = """
- {id: is-there, lookup: things, where: {id: path.thingId}, answer: missing}
- {id: is-new, unique: things, where: {id: body.text}, as: other, answer: taken}
- {id: rate, quota: {limit: 2, window: 5, key: [caller.id]}, answer: limited}
"""
SCHEMA = "{required: [text], properties: {text: {type: string, maxLength: 10, x-answers: {maxLength: too-long}}}}"


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("too-long", {"code": "too-long", "limit": 10, "actual": 11, "who": "Alice"}),
        ("missing", {"code": "missing", "text": "no t9", "name": "t9"}),
        ("taken", {"code": "taken", "owner": "bob"}),
        ("limited", {"code": "limited", "limit": 2, "text": "at most 2"}),
    ],
)
def test_placeholders_are_filled_in_as_the_trigger_fills_them_in(name: str, body: Any) -> None:
    contract = tiny.contract(openapi=FILLED, rules=RULES, schema=SCHEMA)
    found = named(name, contract)
    *before, last = refusals(contract, found)
    assert set(before) <= {None}
    assert last == body
    assert found.body == body


def test_the_body_is_the_one_that_lists_are_joined_in() -> None:
    patch = """
        components:
          examples:
            invalid: {value: {detail: ["{violation.field}"]}, x-trigger: [{send: addThing, body: {b: x}}]}
    """
    contract = tiny.contract(
        openapi=patch,
        schema="{required: [a], properties: {b: {type: integer}}}",
        rules="[{id: form, answer: unreadable}, {id: schema, answer: invalid, collect: /detail}]",
    )
    found = named("invalid", contract)
    assert refusals(contract, found) == [found.body]
