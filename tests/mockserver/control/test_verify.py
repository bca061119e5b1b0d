"""Verifying what was called: the texts of failures, word for word."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockserver.control.steering import Steered

CONVERSATION = "/replyke/b0000000-0000-4000-8000-000000000001/api/v7/conversations/c0000000-0000-4000-8000-000000000001"
MESSAGES = f"POST {CONVERSATION}/messages"
IOS, WEB = {"patch": {"metadata": {"client": "ios"}}}, {"patch": {"metadata": {"client": "web"}}}


def verified(steered: Steered, **body: Any) -> tuple[bool, str]:
    found = steered.ok("POST", "/verify", {"contract": "replyke", "operation": "sendMessage", **body})
    return found["ok"], found["message"]


@pytest.fixture
def steered() -> Steered:
    """Alice's message from iOS, her message from the web, one without either, and Carol's, which is refused."""
    made = Steered()
    for step in (IOS, WEB, {}, {"as": "carol-token"}):
        made.send(step)
    return made


def test_what_was_called_is_as_expected(steered: Steered) -> None:
    assert verified(steered) == (True, "")
    assert verified(steered, times=4) == (True, "")
    assert verified(steered, at_least=4, at_most=4) == (True, "")
    assert verified(steered, times=1, **{"with": {"body.metadata.client": "ios"}}) == (True, "")
    assert verified(steered, times=3, verdict="accepted") == (True, "")
    assert verified(steered, times=1, caller="Carol Clay") == (True, "")


def test_too_few_shows_the_nearest_misses(steered: Steered) -> None:
    ok, text = verified(steered, times=2, verdict="accepted", **{"with": {"body.metadata.client": "ios"}})
    assert not ok
    assert text == (
        'sendMessage of replyke (accepted) with body.metadata.client = "ios" should have been called exactly twice,'
        " and was called once.\n"
        "Nearest misses:\n"
        f'  #2 {MESSAGES} 201: body.metadata.client is "web"\n'
        f"  #3 {MESSAGES} 201: body.metadata.client is missing\n"
        f"  #4 {MESSAGES} 403 not-a-member: it was refused (not-a-member); body.metadata.client is missing"
    )


def test_too_many_shows_none(steered: Steered) -> None:
    ok, text = verified(steered, times=0)
    assert not ok
    assert text == "sendMessage of replyke should have been called never, and was called 4 times."


def test_never_called_at_all() -> None:
    ok, text = verified(Steered())
    assert not ok
    assert text == "sendMessage of replyke should have been called at least once, and was never called."


def test_by_whom(steered: Steered) -> None:
    ok, text = verified(steered, caller="bob")
    assert not ok
    assert text.splitlines()[:2] == [
        "sendMessage of replyke by bob should have been called at least once, and was never called so.",
        "Nearest misses:",
    ]
    assert text.splitlines()[2] == f"  #1 {MESSAGES} 201: it was by Alice Archer"


def test_where_the_entry_does_not_fit(steered: Steered) -> None:
    where = {"properties": {"status": {"const": 201}, "response": {"required": ["trailer"]}}}
    ok, text = verified(steered, where=where, at_least=1)
    assert not ok
    assert text.splitlines()[0] == (
        'sendMessage of replyke where {"properties":{"response":{"required":["trailer"]},"status":{"const":201}}}'
        " should have been called at least once, and was never called so."
    )
    assert text.splitlines()[2] == f'  #1 {MESSAGES} 201: /response/trailer: "trailer" is a required property'


def test_nothing_refused(steered: Steered) -> None:
    ok, text = verified(steered, times=4, nothing_refused=True)
    assert not ok
    assert text == (
        "Nothing of replyke should have been refused, and once something was:\n"
        f"  #4 {MESSAGES} 403 not-a-member (active-member)"
    )


def test_a_value_is_what_json_says_it_is() -> None:
    """So `true` is not 1, and 1 is not "1"."""
    steered = Steered()
    steered.send({"patch": {"metadata": {"n": 1, "yes": True}}})
    assert verified(steered, **{"with": {"body.metadata.n": 1, "body.metadata.yes": True}})[0]
    assert not verified(steered, **{"with": {"body.metadata.n": "1"}})[0]
    assert not verified(steered, **{"with": {"body.metadata.n": True}})[0]


def test_fields_of_a_form_are_values_too() -> None:
    steered = Steered()
    parts = [
        {"name": "content", "value": "look"},
        {"name": "metadata", "value": '{"client": "ios"}'},
        {"name": "files", "filename": "a.txt", "content_type": "text/plain", "content": "abc"},
    ]
    assert steered.send({"multipart": parts}).status_code == 201
    expected = {"body.content": "look", "body.metadata.client": "ios", "body.files.filename": "a.txt"}
    assert verified(steered, **{"with": expected}) == (True, "")
