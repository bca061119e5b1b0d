"""What Replyke's spaces have to do with chat: their conversations, and how order is kept in them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.mockserver.providers.replyke import (
    ask,
    below,
    chat,
    conversation_id,
    created,
    message_id,
    messages,
    ok,
    project_id,
    refusal,
    send,
    space_id,
    user_id,
)

NEWS, GRACE = message_id(7), user_id(6)
CHAT_OF_SPACE = f"{below()}/chat/spaces/{space_id(1)}/conversation"
SPACE = f"{below()}/spaces/{space_id(1)}/chat"
REPORT = f"{SPACE}/reports/40000000-0000-4000-8000-000000000001"
MODERATION = f"{SPACE}/messages/{NEWS}/moderation"


def read(client: httpx.Client, by: str = "alice") -> list[str]:
    """The messages of the space's chat."""
    page = ok(ask(client, "GET", f"/replyke{messages(3)}", by))
    return [message["id"] for message in page["messages"]]


# --- The chat of a space


def test_a_spaces_chat_is_found_by_the_space(client: httpx.Client) -> None:
    found = ok(ask(client, "GET", CHAT_OF_SPACE, "bob"))
    assert found == ok(ask(client, "GET", chat(3), "bob"))
    for root in (f"/replyke/{project_id(1)}/api/v7", below()):
        assert ok(ask(client, "GET", f"{root}/spaces/{space_id(1)}/conversation", "bob")) == found


def test_a_space_without_a_chat_gets_one_that_stays(client: httpx.Client) -> None:
    ok(ask(client, "DELETE", chat(3)))
    fresh = ok(ask(client, "GET", CHAT_OF_SPACE, "bob"))
    assert fresh["id"] != conversation_id(3)
    assert (fresh["type"], fresh["createdById"], fresh["memberCount"]) == ("space", None, 3)
    assert fresh["currentMember"]["role"] is None
    assert ok(ask(client, "GET", CHAT_OF_SPACE, "grace"))["id"] == fresh["id"]
    url = f"{below()}/chat/conversations/{fresh['id']}/messages"
    created(ask(client, "POST", url, "bob", content="hello"))


def test_who_is_not_in_the_space_makes_no_chat_for_it(client: httpx.Client) -> None:
    ok(ask(client, "DELETE", chat(3)))
    assert refusal(ask(client, "GET", CHAT_OF_SPACE, "erin")) == (403, "chat/not-a-member")
    assert refusal(ask(client, "GET", CHAT_OF_SPACE, "heidi")) == (403, "chat/banned")
    listed = ok(ask(client, "GET", f"{below()}/chat/conversations"))["conversations"]
    assert "space" not in [each["type"] for each in listed]


def test_nobody_is_a_member_of_an_unknown_space(client: httpx.Client) -> None:
    url = f"{below()}/chat/spaces/{space_id(9)}/conversation"
    assert refusal(ask(client, "GET", url)) == (403, "chat/not-a-member")


# --- Keeping order


@pytest.mark.parametrize("by", ["alice", "grace"])
def test_a_moderated_message_is_in_no_answer_any_more(client: httpx.Client, by: str) -> None:
    body = {"moderationStatus": "removed", "moderationReason": "Out of date"}
    assert ok(ask(client, "PATCH", MODERATION, by, **body))["moderationStatus"] == "removed"
    assert read(client) == []
    assert refusal(ask(client, "GET", f"/replyke{messages(3)}/{NEWS}")) == (404, "chat/message-not-found")
    edit = ask(client, "PATCH", f"/replyke{messages(3)}/{NEWS}", "grace", content="new")
    assert refusal(edit) == (400, "chat/message-removed")


def test_a_message_is_removed_once(client: httpx.Client) -> None:
    """The second decision does not take the place of the first."""
    first = {"moderationStatus": "removed", "moderationReason": "first"}
    quoting = created(send(client, to=3, content="this", quotedMessageId=NEWS))
    ok(ask(client, "PATCH", MODERATION, **first))
    ok(ask(client, "PATCH", MODERATION, "grace", moderationStatus="removed", moderationReason="second"))
    seen = ok(ask(client, "GET", f"/replyke{messages(3)}/{quoting['id']}"))["quotedMessage"]
    assert (seen["moderationReason"], seen["moderatedById"]) == ("first", user_id(1))


def test_a_space_moderates_its_own_messages_alone(client: httpx.Client) -> None:
    url = f"{SPACE}/messages/{message_id(1)}/moderation"
    assert refusal(ask(client, "PATCH", url, moderationStatus="removed")) == (404, "chat/message-not-found")
    assert ok(ask(client, "GET", f"/replyke{messages()}/{message_id(1)}"))["moderationStatus"] is None


@pytest.mark.parametrize("by", ["bob", "erin", "heidi"])
def test_others_keep_no_order(client: httpx.Client, by: str) -> None:
    answers = [
        ask(client, "PATCH", MODERATION, by, moderationStatus="removed"),
        ask(client, "PATCH", REPORT, by, actions=["dismiss"]),
    ]
    assert [refusal(answer) for answer in answers] == [(403, "chat/not-a-member")] * 2
    assert read(client) == [NEWS]


def test_a_decision_needs_to_be_removal(client: httpx.Client) -> None:
    assert refusal(ask(client, "PATCH", MODERATION, moderationStatus="approved")) == (400, "chat/invalid-body")


# --- Reports


def test_a_dismissed_report_changes_nothing(client: httpx.Client) -> None:
    receipt = ok(ask(client, "PATCH", REPORT, "grace", actions=["dismiss"]))
    assert receipt == {"message": "Report handled successfully.", "code": "report/handled"}
    assert read(client) == [NEWS]
    ok(ask(client, "PATCH", REPORT, "grace", actions=["dismiss"]))


def test_a_report_is_settled_by_removal_and_ban(client: httpx.Client) -> None:
    body = {"messageId": NEWS, "userId": GRACE, "reason": "False news"}
    ok(ask(client, "PATCH", REPORT, actions=["remove-message", "ban-user"], **body))
    assert read(client) == []
    assert refusal(ask(client, "GET", CHAT_OF_SPACE, "grace")) == (403, "chat/banned")
    assert refusal(send(client, by="grace", to=3, content="hello")) == (403, "chat/not-a-member")
    assert ok(ask(client, "GET", chat(3)))["memberCount"] == 2


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"actions": ["remove-message"]}, (400, "chat/invalid-body")),
        ({"actions": ["ban-user"]}, (400, "chat/invalid-body")),
        ({"actions": []}, (400, "chat/invalid-body")),
        ({"actions": ["forgive"]}, (400, "chat/invalid-body")),
        ({"actions": ["remove-message"], "messageId": message_id(1)}, (404, "chat/message-not-found")),
        ({"actions": ["ban-user"], "userId": user_id(5)}, (404, "space/member-not-found")),
        ({"actions": ["remove-message", "ban-user"], "messageId": NEWS}, (400, "chat/invalid-body")),
    ],
    ids=str,
)
def test_half_a_decision_does_nothing(client: httpx.Client, body: dict[str, Any], answer: tuple[int, str]) -> None:
    assert refusal(ask(client, "PATCH", REPORT, **body)) == answer
    assert read(client) == [NEWS]
