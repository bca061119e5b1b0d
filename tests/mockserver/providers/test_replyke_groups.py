"""What keeps a Replyke group going: its name, its members and their roles, its end, and what each member mutes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.mockserver.providers.replyke import (
    ask,
    below,
    chat,
    created,
    file,
    messages,
    ok,
    refusal,
    send,
    send_form,
    user_id,
)

CHATS = f"{below()}/chat/conversations"
GROUP, DIRECT, SPACE = chat(1), chat(2), chat(3)
ALICE, BOB, CAROL, ERIN = (user_id(number) for number in (1, 2, 3, 5))
KEY = {"Authorization": "Bearer service-key"}


def members(client: httpx.Client, by: str = "alice") -> dict[str, str]:
    """The group's active members and their roles."""
    return {each["user"]["username"]: each["role"] for each in ok(ask(client, "GET", f"{GROUP}/members", by))["data"]}


# --- Changing


def test_a_change_touches_what_it_names(client: httpx.Client) -> None:
    before = ok(ask(client, "GET", GROUP))
    after = ok(ask(client, "PATCH", GROUP, name="The team", description=None))
    assert after.pop("updatedAt") > before.pop("updatedAt")
    assert after == {**before, "name": "The team", "description": None}
    assert ok(ask(client, "GET", GROUP, "bob"))["name"] == "The team"


def test_a_change_to_what_is_already_so_changes_nothing(client: httpx.Client) -> None:
    before = ok(ask(client, "GET", GROUP))
    assert ok(ask(client, "PATCH", GROUP, name=before["name"])) == before


def test_a_picture_is_a_file_of_the_project(client: httpx.Client) -> None:
    [kept] = created(send_form(client, file("x")))["files"]
    assert ok(ask(client, "PATCH", GROUP, avatarFileId=kept["id"]))["avatarFileId"] == kept["id"]
    assert refusal(ask(client, "PATCH", GROUP, avatarFileId=ALICE)) == (404, "storage/file-not-found")
    assert ok(ask(client, "PATCH", GROUP, avatarFileId=None))["avatarFileId"] is None


def test_moderators_of_a_space_open_its_chat_to_all(client: httpx.Client) -> None:
    refused = ask(client, "POST", f"/replyke{messages(3)}", "bob", content="hello")
    assert refused.status_code == 403
    assert ok(ask(client, "PATCH", SPACE, "grace", postingPermission="members"))["postingPermission"] == "members"
    created(send(client, by="bob", to=3, content="hello"))


@pytest.mark.parametrize("length", [200, 201])
def test_a_name_has_its_limit(client: httpx.Client, length: int) -> None:
    assert ask(client, "PATCH", GROUP, name="n" * length).status_code == (200 if length == 200 else 400)


def test_a_refused_change_leaves_all_as_it_was(client: httpx.Client) -> None:
    before = ok(ask(client, "GET", GROUP))
    refused: list[tuple[str, dict[str, Any]]] = [("bob", {"name": "mine"}), ("erin", {"name": "mine"})]
    refused += [("alice", {"name": "mine", "postingPermission": "admins"}), ("alice", {"name": 1})]
    for by, body in refused:
        assert ask(client, "PATCH", GROUP, by, **body).status_code in (400, 403)
    assert ok(ask(client, "GET", GROUP)) == before


# --- Deleting


def test_a_deleted_group_is_gone_with_all_that_was_in_it(client: httpx.Client) -> None:
    [kept] = created(send_form(client, file("x"), prefix=""))["files"]
    unread = ok(ask(client, "GET", f"{CHATS}/unread-count", "dave"))
    assert unread["totalUnread"] > 0
    assert ok(ask(client, "DELETE", GROUP)) == {"message": "Conversation deleted."}
    assert refusal(ask(client, "GET", GROUP)) == (404, "chat/not-found")
    assert refusal(ask(client, "DELETE", GROUP)) == (404, "chat/not-found")
    assert refusal(send(client, content="hello")) == (403, "chat/not-a-member")
    assert client.get(kept["originalPath"]).status_code == 404
    assert ok(ask(client, "GET", f"{CHATS}/unread-count", "dave"))["totalUnread"] == 0
    assert [each["type"] for each in ok(ask(client, "GET", CHATS))["conversations"]] == ["direct", "space"]


def test_deleting_a_group_leaves_the_others_alone(client: httpx.Client) -> None:
    before = ok(ask(client, "GET", f"/replyke{messages(2)}"))
    ok(ask(client, "DELETE", GROUP))
    assert ok(ask(client, "GET", f"/replyke{messages(2)}")) == before


def test_pages_of_conversations_go_on_when_the_last_one_seen_is_deleted(client: httpx.Client) -> None:
    whole = ok(ask(client, "GET", CHATS))["conversations"]
    [first] = ok(ask(client, "GET", f"{CHATS}?limit=1"))["conversations"]
    ok(ask(client, "DELETE", f"{CHATS}/{first['id']}"))
    cursor = f"cursor={first['lastMessageAt']}&cursorCreatedAt={first['createdAt']}"
    rest = ok(ask(client, "GET", f"{CHATS}?{cursor}"))["conversations"]
    assert [each["id"] for each in (first, *rest)] == [each["id"] for each in whole]


# --- Members


def test_who_is_added_writes_and_reads_from_then_on(client: httpx.Client) -> None:
    assert send(client, by="erin", content="hello").status_code == 403
    added = ok(ask(client, "POST", f"{GROUP}/members", userId=ERIN), 201)
    assert (added["userId"], added["role"], added["user"]["username"]) == (ERIN, "member", "erin")
    created(send(client, by="erin", content="hello"))
    assert members(client, "erin") == {"alice": "admin", "bob": "member", "dave": "member", "erin": "member"}


def test_who_has_left_comes_back_to_the_same_membership(client: httpx.Client) -> None:
    before = created(send(client, content="while Carol was away"))
    back = ok(ask(client, "POST", f"{GROUP}/members", userId=CAROL), 201)
    assert back["id"].endswith("103")
    assert (back["isActive"], back["leftAt"]) == (True, None)
    seen = ok(ask(client, "GET", f"/replyke{messages()}", "carol"))["messages"]
    assert seen[0]["id"] == before["id"]


def test_who_is_added_twice_stays_as_is(client: httpx.Client) -> None:
    first = ok(ask(client, "POST", f"{GROUP}/members", userId=ERIN), 201)
    ok(ask(client, "PATCH", f"{GROUP}/members/{ERIN}/role", role="admin"))
    again = ok(ask(client, "POST", f"{GROUP}/members", userId=ERIN))
    assert (again["id"], again["role"]) == (first["id"], "admin")
    assert len(members(client)) == 4


def test_who_is_removed_reads_what_was_sent_until_then(client: httpx.Client) -> None:
    assert ok(ask(client, "DELETE", f"{GROUP}/members/{BOB}")) == {"message": "Member removed."}
    created(send(client, content="without Bob"))
    assert refusal(send(client, by="bob", content="hello")) == (403, "chat/not-a-member")
    contents = [each["content"] for each in ok(ask(client, "GET", f"/replyke{messages()}", "bob"))["messages"]]
    assert contents[0] == "Our new logo."
    again = ask(client, "DELETE", f"{GROUP}/members/{BOB}")
    assert refusal(again) == (404, "chat/member-not-found")


def test_a_group_never_loses_its_last_admin(client: httpx.Client) -> None:
    alone = [
        ask(client, "DELETE", f"{GROUP}/members/{ALICE}"),
        ask(client, "PATCH", f"{GROUP}/members/{ALICE}/role", role="member"),
        ask(client, "DELETE", f"{GROUP}/leave"),
    ]
    assert [refusal(answer) for answer in alone] == [(400, "chat/last-admin")] * 3
    assert members(client)["alice"] == "admin"
    assert ok(ask(client, "PATCH", f"{GROUP}/members/{BOB}/role", role="admin"))["role"] == "admin"
    assert ok(ask(client, "PATCH", f"{GROUP}/members/{ALICE}/role", role="member"))["role"] == "member"
    assert refusal(ask(client, "DELETE", f"{GROUP}/members/{BOB}")) == (403, "chat/not-a-member")
    assert members(client, "bob") == {"alice": "member", "bob": "admin", "dave": "member"}


def test_the_last_admin_may_be_told_to_stay_one(client: httpx.Client) -> None:
    assert ok(ask(client, "PATCH", f"{GROUP}/members/{ALICE}/role", role="admin"))["role"] == "admin"


@pytest.mark.parametrize("conversation", [DIRECT, SPACE])
def test_members_of_other_conversations_are_not_managed(client: httpx.Client, conversation: str) -> None:
    url = f"{conversation}/members"
    answers = [
        ask(client, "POST", url, userId=ERIN),
        ask(client, "DELETE", f"{url}/{BOB}"),
        ask(client, "PATCH", f"{url}/{BOB}/role", role="admin"),
    ]
    assert [refusal(answer) for answer in answers] == [(400, "chat/invalid-type")] * 3


def test_a_back_end_manages_members_in_the_name_of_an_admin(client: httpx.Client) -> None:
    url = f"{GROUP}/members"
    answers = [
        client.post(url, headers=KEY, params={"userId": ALICE}, json={"userId": ERIN}),
        client.patch(f"{url}/{ERIN}/role", headers=KEY, json={"role": "admin", "userId": ALICE}),
        client.delete(f"{url}/{BOB}", headers=KEY, params={"userId": ERIN}),
    ]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    refused = client.delete(f"{url}/{ERIN}", headers=KEY, params={"userId": BOB})
    assert refusal(refused) == (403, "chat/not-a-member")


# --- Previews and muting


def test_a_preview_is_the_entry_of_the_list(client: httpx.Client) -> None:
    created(send(client, content="news"))
    listed = ok(ask(client, "GET", CHATS, "bob"))["conversations"][0]
    assert ok(ask(client, "GET", f"{GROUP}/preview", "bob")) == listed
    assert listed["unreadCount"] == 1


@pytest.mark.parametrize(("by", "url"), [("carol", GROUP), ("erin", GROUP), ("heidi", SPACE)])
def test_there_is_no_preview_for_others(client: httpx.Client, by: str, url: str) -> None:
    assert refusal(ask(client, "GET", f"{url}/preview", by)) == (404, "chat/not-found")


@pytest.mark.parametrize(("duration", "hours"), [("8h", 8), ("24h", 24), ("1w", 168)])
def test_muting_lasts_as_long_as_it_says(client: httpx.Client, duration: str, hours: int) -> None:
    member = ok(ask(client, "POST", f"{GROUP}/mute", "bob", duration=duration))["currentMember"]
    start, end = (datetime.fromisoformat(member[name]) for name in ("updatedAt", "mutedUntil"))
    assert end - start == timedelta(hours=hours)
    preview = ok(ask(client, "GET", f"{GROUP}/preview", "bob"))
    assert (preview["mutedUntil"], preview["mutedForever"]) == (member["mutedUntil"], False)
    assert ok(ask(client, "GET", f"{GROUP}/preview"))["mutedUntil"] is None


def test_muting_for_good_lasts_until_it_is_taken_back(client: httpx.Client) -> None:
    ok(ask(client, "POST", f"{GROUP}/mute", "dave", duration="forever"))
    assert ok(ask(client, "GET", f"{GROUP}/preview", "dave"))["mutedForever"] is True
    assert ok(ask(client, "POST", f"{GROUP}/mute", "dave", duration=None))["currentMember"]["mutedUntil"] is None
    preview = ok(ask(client, "GET", f"{GROUP}/preview", "dave"))
    assert (preview["mutedUntil"], preview["mutedForever"]) == (None, False)


def test_who_has_muted_a_conversation_may_write(client: httpx.Client) -> None:
    ok(ask(client, "POST", f"{GROUP}/mute", duration="1w"))
    created(send(client, content="hello"))


def test_membership_is_asked_for_before_the_duration_is_looked_at(client: httpx.Client) -> None:
    bad = {"duration": "1h"}
    assert refusal(ask(client, "POST", f"{GROUP}/mute", "erin", **bad)) == (400, "chat/not-a-member")
    assert refusal(ask(client, "POST", f"{GROUP}/mute", **bad)) == (400, "chat/invalid-body")
    assert refusal(client.post(f"{GROUP}/mute", headers=KEY, json=[])) == (400, "chat/missing-user-id")
