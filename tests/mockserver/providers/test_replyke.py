"""What Replyke's mock answers to a message, field by field, and what it keeps of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.mockserver.providers.replyke import (
    GIF,
    bearer,
    conversation_id,
    created,
    message_id,
    messages,
    project_id,
    quoted,
    refusal,
    send,
    user_id,
)

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
# Of a user's own object, and of no answer to a message.
PRIVATE = {"email", "isVerified", "isActive", "lastActive", "updatedAt", "authMethods", "suspensions"}
SECRET = {"secureMetadata", "hash", "salt"}
ALICE: dict[str, Any] = {
    "id": user_id(1),
    "projectId": project_id(1),
    "foreignId": None,
    "role": "admin",
    "name": "Alice Archer",
    "username": "alice",
    "avatar": None,
    "avatarFileId": None,
    "bannerFileId": None,
    "bio": "Runs the team.",
    "birthdate": None,
    "location": None,
    "metadata": {},
    "reputation": 120,
    "createdAt": "2025-11-01T08:00:00.000Z",
}


# --- The reply


def test_the_reply_is_the_whole_message_and_nothing_more(client: httpx.Client) -> None:
    reply = created(send(client, content="hello", localId="l1"))
    times = {name: reply.pop(name) for name in ("createdAt", "updatedAt")}
    assert UUID.fullmatch(reply.pop("id"))
    assert reply == {
        "projectId": project_id(1),
        "conversationId": conversation_id(1),
        "localId": "l1",
        "userId": user_id(1),
        "content": "hello",
        "gif": None,
        "mentions": [],
        "files": [],
        "metadata": {},
        "parentMessageId": None,
        "quotedMessageId": None,
        "quotedMessage": None,
        "threadReplyCount": 0,
        "reactionCounts": {},
        "userReactions": [],
        "editedAt": None,
        "userDeletedAt": None,
        "moderationStatus": None,
        "moderatedAt": None,
        "moderatedById": None,
        "moderatedByType": None,
        "moderationReason": None,
        "user": ALICE,
    }
    assert TIME.fullmatch(times["createdAt"])
    assert times["createdAt"] == times["updatedAt"]


def test_a_message_is_created_now(client: httpx.Client) -> None:
    """Clients order messages by this time, and compare it with their own."""
    time = datetime.fromisoformat(created(send(client, content="hello"))["createdAt"])
    assert abs(datetime.now(UTC) - time) < timedelta(minutes=1)


def test_every_message_has_an_id_of_its_own(client: httpx.Client) -> None:
    ids = {created(send(client, content="hello", localId="same"))["id"] for _ in range(5)}
    assert len(ids) == 5


def test_a_reply_is_json_that_was_accepted(client: httpx.Client) -> None:
    response = send(client, content="hello")
    assert response.headers["Content-Type"].partition(";")[0] == "application/json"
    assert response.headers["Understudy-Verdict"] == "accepted"
    assert "Understudy-Violations" not in response.headers


@pytest.mark.parametrize("name", ["alice", "bob"])
def test_a_user_is_shown_as_others_see_it(client: httpx.Client, name: str) -> None:
    user = created(send(client, by=name, content="hello"))["user"]
    assert user["username"] == name
    assert user.keys() == ALICE.keys()
    assert not user.keys() & (PRIVATE | SECRET)


def test_what_was_sent_comes_back_as_it_was_sent(client: httpx.Client) -> None:
    sent: dict[str, Any] = {
        "content": "äöü 👩‍👩‍👧 \n\t\u0007 <b>",
        "gif": GIF,
        "mentions": [
            {"type": "user", "id": user_id(2), "foreignId": None, "username": "bob"},
            {"type": "space", "id": "d0000000-0000-4000-8000-000000000001", "slug": "announcements"},
        ],
        "metadata": {"deep": [{"er": [None, True, 1.5, -7, "ä"]}], "": {}},
    }
    reply = created(send(client, **sent))
    assert {name: reply[name] for name in sent} == sent
    kept = quoted(client, reply["id"])
    assert {name: kept[name] for name in sent} == sent


# --- The local id


def test_a_local_id_is_echoed_and_never_stored(client: httpx.Client) -> None:
    reply = created(send(client, content="hello", localId="mine-1"))
    assert reply["localId"] == "mine-1"
    response = send(client, content="see", quotedMessageId=reply["id"], localId="mine-2")
    assert created(response)["localId"] == "mine-2"
    assert "localId" not in response.json()["quotedMessage"]
    assert "mine-1" not in response.text


def test_a_reply_without_a_local_id_has_none(client: httpx.Client) -> None:
    assert "localId" not in created(send(client, content="hello"))


def test_a_message_sent_again_with_its_local_id_is_another_message(client: httpx.Client) -> None:
    """The server cannot know: it does not store it."""
    first, second = (created(send(client, content="hello", localId="same")) for _ in range(2))
    assert first["id"] != second["id"]


def test_unknown_fields_are_not_kept(client: httpx.Client) -> None:
    reply = created(send(client, content="hello", colour="red", moderationStatus="removed"))
    assert "colour" not in reply
    assert reply["moderationStatus"] is None
    assert "colour" not in quoted(client, reply["id"])


# --- Threads


def test_a_reply_raises_its_parents_count_and_not_its_own(client: httpx.Client) -> None:
    before = quoted(client, message_id(1))
    assert before["threadReplyCount"] == 1
    replies = [created(send(client, content="re", by=by, parentMessageId=message_id(1))) for by in ("alice", "bob")]
    assert [reply["threadReplyCount"] for reply in replies] == [0, 0]
    after = quoted(client, message_id(1))
    assert after == {**before, "threadReplyCount": 3}


def test_a_message_just_sent_can_be_a_parent_and_its_reply_can_not(client: httpx.Client) -> None:
    parent = created(send(client, content="root"))
    reply = created(send(client, content="re", parentMessageId=parent["id"]))
    assert reply["parentMessageId"] == parent["id"]
    assert refusal(send(client, content="re", parentMessageId=reply["id"])) == (400, "chat/invalid-parent")
    assert quoted(client, parent["id"])["threadReplyCount"] == 1
    assert quoted(client, reply["id"])["threadReplyCount"] == 0


def test_quoting_does_not_count_as_replying(client: httpx.Client) -> None:
    parent = created(send(client, content="root"))["id"]
    quoted(client, parent)
    assert quoted(client, parent)["threadReplyCount"] == 0


@pytest.mark.parametrize(
    "fields",
    [{"content": ""}, {"content": "x" * 4001}, {"content": "re", "quotedMessageId": message_id(6)}],
    ids=["empty", "too long", "quotes another conversation"],
)
def test_a_reply_that_is_refused_is_not_counted(client: httpx.Client, fields: dict[str, Any]) -> None:
    assert send(client, parentMessageId=message_id(1), **fields).status_code >= 400
    assert quoted(client, message_id(1))["threadReplyCount"] == 1


# --- Quotes


def test_a_quoted_message_is_populated(client: httpx.Client) -> None:
    kept = quoted(client, message_id(5))
    assert kept["content"] == "Our new logo."
    assert kept["user"]["username"] == "bob"
    assert kept["user"].keys() == ALICE.keys()
    assert (kept["reactionCounts"], kept["userReactions"]) == ({}, [])
    [file] = kept["files"]
    assert (file["type"], file["originalMimeType"], file["position"]) == ("image", "image/png", 0)
    assert (file["image"]["originalWidth"], file["image"]["originalHeight"]) == (1, 1)


def test_quotes_are_one_level_deep(client: httpx.Client) -> None:
    second = created(send(client, content="second", quotedMessageId=message_id(1)))
    third = created(send(client, content="third", quotedMessageId=second["id"]))
    assert third["quotedMessage"]["id"] == second["id"]
    assert third["quotedMessage"]["quotedMessageId"] == message_id(1)
    assert not third["quotedMessage"].get("quotedMessage")


def test_a_message_that_its_author_deleted_is_quoted_without_its_content(client: httpx.Client) -> None:
    kept = quoted(client, message_id(3))
    assert kept["userDeletedAt"] == "2025-12-30T09:21:00.000Z"
    assert (kept["content"], kept["gif"], kept["mentions"], kept["metadata"]) == (None, None, [], {})


def test_a_message_can_quote_its_parent(client: httpx.Client) -> None:
    reply = created(send(client, content="re", parentMessageId=message_id(1), quotedMessageId=message_id(1)))
    assert (reply["parentMessageId"], reply["quotedMessage"]["id"]) == (message_id(1), message_id(1))


# --- Rates


def test_a_project_that_sent_what_it_may_asks_for_patience(client: httpx.Client) -> None:
    def send_one() -> httpx.Response:
        return client.post(f"/replyke{messages(4, project=4)}", headers=bearer("alice"), json={"content": "hello"})

    for _ in range(3):
        created(send_one())
    response = send_one()
    assert (response.status_code, response.text) == (429, "Too many attempts, please try again shortly")
    assert response.headers["Content-Type"].partition(";")[0] == "text/plain"
    assert 0 < int(response.headers["Retry-After"]) <= 300
    created(send(client, content="another project is not concerned"))
