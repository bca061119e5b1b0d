"""What a front end needs around Replyke's messages: pages, edits, reactions, conversations and sessions."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import httpx
import pytest

from tests.mockserver.providers.replyke import (
    bearer,
    conversation_id,
    created,
    file,
    message_id,
    messages,
    project_id,
    refusal,
    send,
    send_form,
    user_id,
)
from understudy_mockserver import tokens

ROOT = f"/replyke/v7/{project_id(1)}"
CHATS = f"{ROOT}/chat/conversations"
GROUP = f"{CHATS}/{conversation_id(1)}"
MESSAGES = f"/replyke{messages()}"


def ok(response: httpx.Response) -> Any:
    """The body of a success."""
    assert response.status_code in (200, 201), response.text
    return response.json()


def get(client: httpx.Client, url: str, by: str = "alice", **query: Any) -> Any:
    return ok(client.get(url, params=query, headers=bearer(by)))


def post(client: httpx.Client, url: str, by: str = "alice", **body: Any) -> httpx.Response:
    return client.post(url, headers=bearer(by), json=body)


def numbers(page: dict[str, Any]) -> list[int]:
    """The numbers of the world's messages on a page."""
    return [int(message["id"][-12:], 16) for message in page["messages"]]


# --- Pages of messages


def test_the_main_stream_has_no_replies_and_nothing_that_was_removed(client: httpx.Client) -> None:
    page = get(client, MESSAGES)
    assert numbers(page) == [5, 3, 1]
    assert page["hasMore"] is False
    assert (page["oldestCreatedAt"], page["newestCreatedAt"]) == (
        page["messages"][-1]["createdAt"],
        page["messages"][0]["createdAt"],
    )


def test_a_thread_has_the_replies_and_is_listed_from_its_start(client: httpx.Client) -> None:
    reply = created(send(client, content="re", parentMessageId=message_id(1)))
    page = get(client, MESSAGES, parentId=message_id(1))
    assert [message["id"] for message in page["messages"]] == [message_id(2), reply["id"]]


def test_files_are_listed_only_where_they_are_asked_for(client: httpx.Client) -> None:
    assert "files" not in get(client, MESSAGES)["messages"][0]
    assert get(client, MESSAGES, include="files")["messages"][0]["files"]


@pytest.mark.parametrize(("sort", "by", "edge"), [("desc", "before", "oldest"), ("asc", "after", "newest")])
def test_pages_join_without_a_gap_while_messages_arrive(client: httpx.Client, sort: str, by: str, edge: str) -> None:
    sent = [created(send(client, content=str(number)))["id"] for number in range(7)]
    seen: list[str] = []
    query: dict[str, Any] = {}
    while True:
        page = get(client, MESSAGES, limit=2, sort=sort, **query)
        seen += [message["id"] for message in page["messages"]]
        if not page["hasMore"] or len(seen) > 30:
            break
        query = {by: page[f"{edge}CreatedAt"]}
        if len(seen) < 7:
            sent.append(created(send(client, content="meanwhile"))["id"])
    assert len(seen) == len(set(seen))
    assert set(sent) <= set(seen) or (sort == "desc" and set(sent[:7]) <= set(seen))


def test_every_message_of_a_conversation_has_a_time_of_its_own(client: httpx.Client) -> None:
    times = [created(send(client, content=str(number)))["createdAt"] for number in range(20)]
    assert all(one < next_ for one, next_ in pairwise(times))


def test_a_former_member_reads_up_to_leaving(client: httpx.Client) -> None:
    """Carol left before the first message that the world has."""
    assert get(client, MESSAGES, "carol")["messages"] == []
    ok(client.delete(f"{GROUP}/leave", headers=bearer("bob")))
    created(send(client, content="after bob"))
    assert numbers(get(client, MESSAGES, "bob")) == [5, 3, 1]


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 101}, {"limit": "x"}, {"sort": "up"}, {"before": "yesterday"}], ids=str
)
def test_a_query_that_cannot_be_is_refused(client: httpx.Client, query: dict[str, Any]) -> None:
    response = client.get(MESSAGES, params=query, headers=bearer("alice"))
    assert refusal(response) == (400, "chat/invalid-query")


@pytest.mark.parametrize(("wanted", "found"), [("true", [1]), ("false", [5, 3])])
def test_threads_are_listed_alone(client: httpx.Client, wanted: str, found: list[int]) -> None:
    assert numbers(get(client, MESSAGES, **{"filters[hasReplies]": wanted})) == found


# --- Edits, deletions, reactions, reports


def test_an_edit_changes_what_it_names(client: httpx.Client) -> None:
    mine = created(send(client, content="one", metadata={"a": 1}))
    url = f"{MESSAGES}/{mine['id']}"
    edited = ok(client.patch(url, headers=bearer("alice"), json={"content": "two"}))
    assert (edited["content"], edited["metadata"], edited["createdAt"]) == ("two", {"a": 1}, mine["createdAt"])
    assert edited["editedAt"] == edited["updatedAt"] > mine["createdAt"]
    assert ok(client.patch(url, headers=bearer("alice"), json={"content": "two"})) == edited == get(client, url)


def test_a_file_is_enough_to_be_left(client: httpx.Client) -> None:
    mine = created(send_form(client, file("abc")))
    url = f"{MESSAGES}/{mine['id']}"
    assert ok(client.patch(url, headers=bearer("alice"), json={"content": ""}))["content"] is None


def test_what_its_author_deletes_is_emptied_and_keeps_its_place(client: httpx.Client) -> None:
    mine = created(send_form(client, file("abc")))
    url = f"{MESSAGES}/{mine['id']}"
    first = ok(client.delete(url, headers=bearer("alice")))
    assert first["message"] == "Message deleted."
    assert ok(client.delete(url, headers=bearer("alice"))) == first
    kept = get(client, MESSAGES, include="files")["messages"][0]
    assert (kept["id"], kept["userDeletedAt"]) == (mine["id"], first["userDeletedAt"])
    assert (kept["content"], kept["gif"], kept["mentions"], kept["files"]) == (None, None, [], [])
    assert client.get(mine["files"][0]["originalPath"]).status_code == 404
    response = client.patch(url, headers=bearer("alice"), json={"content": "back"})
    assert refusal(response) == (400, "chat/message-deleted")


def test_what_an_admin_removes_is_in_no_answer(client: httpx.Client) -> None:
    url = f"{MESSAGES}/{message_id(5)}"
    assert ok(client.delete(url, headers=bearer("alice"))) == {"message": "Message removed by admin."}
    assert numbers(get(client, MESSAGES)) == [3, 1]
    for method in ("GET", "DELETE"):
        response = client.request(method, url, headers=bearer("bob"))
        assert refusal(response) == (404, "chat/message-not-found")


@pytest.mark.parametrize("emoji", ["👍", "👍🏽", "👩‍👩‍👧", "🇩🇪", "❤️", "1️⃣", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "é"])
def test_one_grapheme_cluster_is_given_and_taken_back(client: httpx.Client, emoji: str) -> None:
    url = f"{MESSAGES}/{message_id(1)}/reactions"
    counts = {"reactionCounts": {emoji: 1}, "userReactions": [emoji], "delta": 1}
    assert ok(post(client, url, emoji=emoji)) == counts
    [entry] = get(client, url, emoji=emoji)["data"]
    assert (entry["user"]["username"], entry["emoji"]) == ("alice", emoji)
    assert get(client, f"{MESSAGES}/{message_id(1)}", "bob")["userReactions"] == []
    assert ok(post(client, url, emoji=emoji)) == {"reactionCounts": {}, "userReactions": [], "delta": -1}


@pytest.mark.parametrize("emoji", ["", "👍👍", "ab", "🇩🇪🇫🇷", "👍 ", None, 7])
def test_what_is_not_one_grapheme_cluster_is_refused(client: httpx.Client, emoji: Any) -> None:
    response = post(client, f"{MESSAGES}/{message_id(1)}/reactions", emoji=emoji)
    assert refusal(response) == (400, "chat/invalid-emoji")


def test_a_report_is_made_once_and_changed(client: httpx.Client) -> None:
    url = f"{MESSAGES}/{message_id(5)}/report"
    answers = [post(client, url, reason=reason) for reason in ("spam", "spam", "abuse")]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (201, "report/created"),
        (200, "report/already-reported"),
        (200, "report/updated"),
    ]


# --- Conversations


def test_unread_messages_are_those_of_others_in_the_main_stream(client: httpx.Client) -> None:
    before = get(client, f"{CHATS}/unread-count", "bob")
    sent = [created(send(client, content="hello")) for _ in range(2)]
    created(send(client, content="re", parentMessageId=message_id(1)))
    created(send(client, by="bob", content="mine"))
    assert get(client, f"{CHATS}/unread-count", "bob")["totalUnread"] == before["totalUnread"] + 2
    for message in (sent[-1], sent[0]):
        ok(post(client, f"{GROUP}/read", "bob", messageId=message["id"]))
        assert get(client, f"{CHATS}/unread-count", "bob") == before


def test_conversations_are_listed_by_their_last_message_page_by_page(client: httpx.Client) -> None:
    groups = [ok(post(client, CHATS, type="group", name=str(number)))["id"] for number in range(3)]
    created(send(client, to=3, content="the newest"))
    whole = [each["id"] for each in get(client, CHATS)["conversations"]]
    assert whole == [conversation_id(3), conversation_id(1), conversation_id(2), *reversed(groups)]
    seen: list[str] = []
    query: dict[str, Any] = {}
    while len(seen) < len(whole):
        [last] = (page := get(client, CHATS, limit=1, **query))["conversations"]
        seen.append(last["id"])
        times = {"cursor": last["lastMessageAt"], "cursorCreatedAt": last["createdAt"]}
        query = {name: value for name, value in times.items() if value}
        assert page["hasMore"] == (len(seen) < len(whole))
    assert seen == whole


def test_a_preview_shows_the_beginning_of_the_last_message(client: httpx.Client) -> None:
    created(send(client, content="ä" * 101))
    [shown] = get(client, CHATS, "bob", types="group")["conversations"]
    assert shown["lastMessage"]["content"] == "ä" * 100
    assert [user["username"] for user in shown["otherMembers"]] == ["alice", "dave"]


def test_a_direct_conversation_is_made_once_and_listed_with_its_first_message(client: httpx.Client) -> None:
    first, second = (post(client, f"{CHATS}/direct", userId=user_id(5)) for _ in range(2))
    back = post(client, f"{CHATS}/direct", "erin", userId=user_id(1))
    assert [response.status_code for response in (first, second, back)] == [201, 200, 200]
    assert first.json() == second.json()
    assert back.json()["id"] == first.json()["id"]
    assert get(client, CHATS, "erin")["conversations"] == []
    url = f"{CHATS}/{first.json()['id']}/messages"
    created(post(client, url, content="Hello, Erin."))
    [listed] = get(client, CHATS, "erin")["conversations"]
    assert (listed["id"], listed["unreadCount"]) == (first.json()["id"], 1)


def test_the_literal_path_goes_before_a_conversations_id(client: httpx.Client) -> None:
    for root in (CHATS, f"/replyke/{project_id(1)}/api/v7/conversations"):
        assert "totalUnread" in get(client, f"{root}/unread-count")


def test_a_group_has_its_maker_as_admin_who_cannot_leave_it_alone(client: httpx.Client) -> None:
    group = ok(post(client, CHATS, type="group", memberIds=[user_id(2), user_id(2), user_id(1)]))
    assert (group["memberCount"], group["currentMember"]["role"]) == (2, "admin")
    url = f"{CHATS}/{group['id']}"
    page = get(client, f"{url}/members", "bob", limit=1)
    assert page["pagination"] == {"page": 1, "pageSize": 1, "totalPages": 2, "totalItems": 2, "hasMore": True}
    [admin] = get(client, f"{url}/members", role="admin")["data"]
    assert admin["user"]["username"] == "alice"
    assert refusal(client.delete(f"{url}/leave", headers=bearer("alice"))) == (400, "chat/last-admin")
    assert ok(client.delete(f"{url}/leave", headers=bearer("bob"))) == {"message": "Left conversation."}
    assert refusal(client.delete(f"{url}/leave", headers=bearer("bob"))) == (400, "chat/not-a-member")
    assert get(client, url, "bob")["currentMember"] is None


def test_a_service_key_asks_in_the_name_of_a_user(client: httpx.Client) -> None:
    key = {"Authorization": "Bearer service-key"}
    found = ok(client.get(f"{CHATS}/unread-count", headers=key, params={"userId": user_id(2)}))
    assert found == get(client, f"{CHATS}/unread-count", "bob")
    assert refusal(client.get(CHATS, headers=key)) == (400, "chat/missing-user-id")
    response = client.get(CHATS, headers=bearer("alice"), params={"userId": user_id(2)})
    assert refusal(response) == (403, "chat/unauthorized")


def test_a_service_key_makes_no_conversation_for_who_is_suspended(client: httpx.Client) -> None:
    key = {"Authorization": "Bearer service-key"}
    response = client.post(f"{CHATS}/direct", headers=key, params={"userId": user_id(4)}, json={"userId": user_id(1)})
    assert refusal(response) == (403, "user/suspended")


# --- Sessions


def test_a_client_boots_signs_in_and_goes_on(client: httpx.Client) -> None:
    assert ok(client.get(f"{ROOT}/projects/lean"))["integrations"] == []
    body = {"projectId": project_id(1), "email": "alice@example.com", "password": "alice-password"}
    session = ok(client.post(f"{ROOT}/auth/sign-in", json=body))
    assert session["user"]["email"] == "alice@example.com"
    refreshed = ok(client.post(f"{ROOT}/auth/request-new-access-token", json={"refreshToken": session["refreshToken"]}))
    assert refreshed["refreshToken"] != session["refreshToken"]
    for each in (session, refreshed):
        headers = {"Authorization": f"Bearer {each['accessToken']}"}
        assert created(client.post(MESSAGES, headers=headers, json={"content": "hello"}))["userId"] == user_id(1)


def test_an_access_token_has_the_vendors_claims(client: httpx.Client) -> None:
    body = {"refreshToken": "alice-refresh"}
    token = ok(client.post(f"{ROOT}/auth/request-new-access-token", json=body))["accessToken"]
    address = f"{str(client.base_url).rstrip('/')}/~{client.headers['Understudy-Namespace']}/replyke"
    claims = tokens.verify(token, f"understudy {address}".encode())
    assert claims is not None
    assert claims.pop("exp") - claims["iat"] == 1800
    assert abs(claims.pop("iat") - time.time()) < 60
    names = {"iss": "replyke.com", "aud": "replyke.com", "role": "user"}
    assert claims == {**names, "sub": user_id(1), "projectId": project_id(1)}


def test_a_refresh_token_may_be_used_again_for_a_moment(client: httpx.Client) -> None:
    """Two tabs refresh at the same time."""
    for _ in range(2):
        ok(client.post(f"{ROOT}/auth/request-new-access-token", json={"refreshToken": "alice-refresh"}))


@pytest.mark.parametrize("body", [{}, {"refreshToken": None}, {"refreshToken": ""}], ids=str)
def test_without_a_refresh_token_there_is_no_session(client: httpx.Client, body: dict[str, Any]) -> None:
    response = client.post(f"{ROOT}/auth/request-new-access-token", json=body)
    assert ok(response) == {"user": None, "accessToken": None}


def test_who_is_suspended_may_sign_in(client: httpx.Client) -> None:
    body = {"email": "dave@example.com", "password": "dave-password"}
    session = ok(client.post(f"{ROOT}/auth/sign-in", json=body))
    assert session["user"]["suspensions"][0]["reason"] == "Repeated spam"


def test_who_has_signed_in_elsewhere_gets_a_session(client: httpx.Client) -> None:
    session = ok(client.post(f"{ROOT}/auth/verify-external-user", json={"userJwt": "erin-external-jwt"}))
    assert session["user"]["username"] == "erin"
    headers = {"Authorization": f"Bearer {session['accessToken']}"}
    ok(client.get(f"{CHATS}/unread-count", headers=headers))
