"""Forced answers out of band: by operation, caller, status or what is sent; so often, or until cleared."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockserver.control.steering import Steered
from tests.mockserver.realtime.desk import Desk
from understudy_mockserver.control.steering import Forcing

FORCE = {"contract": "replyke", "operation": "sendMessage", "answer": "suspended"}
BOB = {"as": "bob-token"}


def statuses(steered: Steered, count: int, **step: Any) -> list[int]:
    return [steered.send(step).status_code for _ in range(count)]


def test_the_next_two_calls_of_one_caller_are_refused() -> None:
    steered = Steered()
    steered.ok("POST", "/force", {**FORCE, "caller": "bob", "times": 2})
    assert statuses(steered, 1) == [201]
    assert statuses(steered, 3, **BOB) == [403, 403, 201]


def test_a_forced_answer_is_that_of_prefer() -> None:
    steered = Steered()
    preferred = steered.send({"headers": {"Prefer": "example=suspended"}})
    steered.ok("POST", "/force", FORCE)
    forced = steered.send()
    assert (forced.status_code, forced.content) == (preferred.status_code, preferred.content)
    assert forced.headers["understudy-verdict"] == preferred.headers["understudy-verdict"]
    assert "preference-applied" not in forced.headers


def test_a_forced_answer_changes_nothing() -> None:
    steered = Steered()
    before = steered.ok("GET", "/state/replyke")
    steered.ok("POST", "/force", {**FORCE, "answer": "created"})
    assert statuses(steered, 1) == [201]
    assert steered.ok("GET", "/state/replyke") == before


def test_until_it_is_cleared() -> None:
    steered = Steered()
    order = steered.ok("POST", "/force", FORCE)
    assert statuses(steered, 5) == [403] * 5
    assert steered.ok("GET", "/force")["orders"] == [{**FORCE, "id": order["id"], "used": 5, "left": None}]
    assert steered.ok("DELETE", f"/force/{order['id']}") == {"cleared": 1}
    assert statuses(steered, 1) == [201]
    assert steered.call("DELETE", f"/force/{order['id']}").status_code == 404


def test_one_that_is_used_up_is_still_listed() -> None:
    steered = Steered()
    steered.ok("POST", "/force", {**FORCE, "times": 1})
    steered.send()
    assert [(one["used"], one["left"]) for one in steered.ok("GET", "/force")["orders"]] == [(1, 0)]


def test_the_oldest_goes_first() -> None:
    steered = Steered()
    steered.ok("POST", "/force", {**FORCE, "times": 1})
    steered.ok("POST", "/force", {**FORCE, "answer": "rate-limited", "times": 1})
    assert statuses(steered, 3) == [403, 429, 201]


def test_by_the_vendors_code_or_by_status() -> None:
    steered = Steered()
    steered.ok("POST", "/force", {**FORCE, "answer": "user/suspended", "times": 1})
    steered.ok("POST", "/force", {"contract": "replyke", "operation": "sendMessage", "status": 500, "times": 1})
    assert statuses(steered, 3) == [403, 500, 201]


def test_by_what_is_sent() -> None:
    where = {"properties": {"body": {"properties": {"content": {"pattern": "^bad"}}}}}
    steered = Steered()
    steered.ok("POST", "/force", {**FORCE, "where": where})
    assert statuses(steered, 1, patch={"content": "bad word"}) == [403]
    assert statuses(steered, 1, patch={"content": "good word"}) == [201]


def test_a_requests_own_wish_goes_first() -> None:
    steered = Steered()
    steered.ok("POST", "/force", {**FORCE, "times": 1})
    assert steered.send({"headers": {"Prefer": "code=429"}}).status_code == 429
    assert statuses(steered, 1) == [403]


def test_other_operations_and_namespaces_are_left_alone() -> None:
    steered = Steered()
    steered.ok("POST", "/force", FORCE)
    assert steered.send({"send": "listMessages"}).status_code == 200
    assert steered.send(namespace="other").status_code == 201


@pytest.mark.parametrize(
    ("patch", "code", "said"),
    [
        ({"contract": "nope"}, "unknown-contract", "There is: replyke."),
        ({"operation": "nope"}, "no-such-operation", "There is: listMessages, sendMessage, "),
        ({"answer": "nope"}, "no-such-answer", "403 suspended, "),
        ({"caller": "nobody"}, "no-such-caller", "There is: Alice Archer, Bob Brook, "),
        ({"answer": None, "status": 418}, "no-such-answer", "There is: 201 created, "),
        ({"status": 201}, "no-such-answer", "Nothing here answers to code=201, example=suspended."),
        ({"answer": None}, "invalid-request", "/body: give answer or status."),
        ({"times": 0}, "invalid-request", "/body/times: 0 is less than the minimum of 1."),
        ({"where": {"pattern": "("}}, "invalid-schema", "`where` is no JSON Schema"),
        ({"where": {"$ref": "https://example.com/schema"}}, "invalid-schema", "`where` is no JSON Schema"),
        (
            {"operation": "joinConversation", "answer": None, "status": 403},
            "no-such-answer",
            "There is no such answer.",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_and_says_what_there_is(patch: dict[str, Any], code: str, said: str) -> None:
    body = {name: value for name, value in {**FORCE, **patch}.items() if value is not None}
    response = Steered().call("POST", "/force", body)
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert said in response.json()["message"]


def test_an_event_is_refused_out_of_band() -> None:
    desk = Desk("avaya-spaces")
    connection = desk.connect({"token": "mock-jwt-example"}, "/chat")
    event = next(event for event in desk.contract.realtime if event.name == "SEND_MESSAGE")
    answer = next(iter(event.answers.values()))
    steering = desk.state().steering
    steering.forced.append(Forcing(id=1, operation=event.id, asked={}, left=1, choice=answer))
    said = desk.say(connection, "SEND_MESSAGE", next(iter(event.examples.values())))
    assert [name for name, _ in said] == [answer.event]
    assert not steering.forced
    assert [(entry.verdict, entry.answer) for entry in desk.state().journal][1] == ("forced", answer.name)


def test_a_connection_is_refused_out_of_band() -> None:
    steered = Steered(names=("avaya-spaces",))
    contract = steered.app.contracts[0]
    event = contract.realtime.channels["/chat"].connect
    body = {"contract": "avaya-spaces", "operation": "connect", "answer": next(iter(event.answers)), "times": 1}
    assert steered.ok("POST", "/force", body)["left"] == 1
