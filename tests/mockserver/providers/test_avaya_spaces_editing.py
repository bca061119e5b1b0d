"""Avaya Spaces: messages that are changed and deleted, and what others hear of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.mockserver.providers.avaya_spaces import CONTRACT, Desk
from tests.mockserver.realtime.avaya import Dial, entering, token
from tests.servers import Served

TEAM, OLD, ANNOUNCEMENTS = (f"5f2276a8fe5c16664f01c5{end}" for end in ("be", "c1", "c2"))
POST, TASK, CHAT, ARCHIVED, DELETED = (f"5f2a9df91c85f02eb068a4f{digit}" for digit in "01234")
FOREIGN, UNKNOWN = "594140a11d108619100a7399", "5f2a9df91c85f02eb068ffff"
UPDATES = ("updateMessage", "patchMessage")


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def enter(server: Served, client: httpx.Client) -> Iterator[Dial]:
    """Lets users into /chat, in the client's Understudy namespace."""
    with entering(server.contracts["avaya-spaces"], client.headers["Understudy-Namespace"]) as enter:
        yield enter


def by(name: str) -> dict[str, str]:
    return {"as": f"mock-{name}"}


def call(client: httpx.Client, path: str, body: Any, who: str = "ben", method: str = "post") -> Any:
    headers = {"Authorization": f"jwt {token(who)}"}
    answer = client.request(method, f"/avaya-spaces/api{path}", headers=headers, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def change(message_id: str, **more: Any) -> dict[str, Any]:
    """A step that changes a message."""
    return {"path": {"messageId": message_id}, "body": {"_id": message_id, **more}}


def fate(desk: Desk, *ids: str, **step: Any) -> dict[str, Any]:
    """What became of messages that were to be deleted, without what became of none."""
    answer = desk.send("deleteMessages", body=[*ids], **step)
    return {name: found for name, found in answer.items() if found}


@pytest.mark.parametrize("operation", UPDATES)
def test_a_change_touches_what_it_names_and_nothing_else(desk: Desk, operation: str) -> None:
    before = desk.record("messages", _id=POST)
    after = desk.send(operation, **change(POST, content={"description": "New", "data": [], "status": "completed"}))
    assert after == {
        **before,
        "content": {**before["content"], "description": "New"},
        "modified": "2026-01-01T00:00:00.250Z",
    }
    assert desk.send("getMessage") == after


@pytest.mark.parametrize("operation", UPDATES)
def test_any_member_changes_any_message(desk: Desk, operation: str) -> None:
    for message_id in (POST, TASK, CHAT):
        step = change(message_id, content={"bodyText": "<b>ü</b>"})
        assert desk.send(operation, **step, **by("jwt-ben"))["content"]["bodyText"] == "<b>ü</b>"
    assert desk.send(operation, **change(CHAT, content={"bodyText": "Mine"}))["sender"]["displayname"] == "Ben"


def test_a_message_with_a_file_needs_no_text(desk: Desk) -> None:
    assert desk.send("updateMessage", **change(POST, content={"bodyText": ""}))["content"]["bodyText"] == ""
    assert desk.answer("updateMessage", **change(TASK, content={"bodyText": ""})).body["code"] == "content.empty"


def test_of_two_changes_that_start_from_one_state_the_second_is_refused(desk: Desk) -> None:
    seen = desk.send("getMessage")["modified"]
    assert desk.answer("updateMessage", **change(POST, modified=seen)).status == 200
    refused = desk.answer("patchMessage", **change(POST, modified=seen))
    assert (refused.status, refused.body["code"]) == (400, "message.outdated")
    assert desk.answer("updateMessage", **change(POST)).status == 200


@pytest.mark.parametrize("operation", UPDATES)
@pytest.mark.parametrize(
    ("step", "status", "code"),
    [
        ({"as": None}, 401, "unauthorized"),
        ({"as": None, "headers": {"Authorization": "bearer mock-oauth-noscope"}}, 403, "scope.missing"),
        ({"path": {"messageId": "post"}}, 400, "id.invalid"),
        ({"raw": "{"}, 400, "body.malformed"),
        (change(UNKNOWN), 404, "message.not_found"),
        (change(DELETED), 404, "message.not_found"),
        (by("jwt-cara"), 403, "space.not_member"),
        ({**change(ARCHIVED), **by("jwt-ben")}, 403, "topic.invalid_acesss_to_archived_topic"),
        (by("anon-gina"), 403, "space.members_only"),
        ({"body": {}}, 400, "body.invalid"),
        ({"body": {"_id": TASK}}, 400, "body.invalid"),
        (change(POST, content="text"), 400, "content.required"),
        (change(POST, content={"bodyText": 7}), 400, "content.invalid"),
        (change(TASK, content={"bodyText": ""}, modified="yesterday"), 400, "content.empty"),
        (change(TASK, modified="yesterday"), 400, "message.outdated"),
    ],
)
def test_a_refused_change_says_why_and_changes_nothing(
    desk: Desk, operation: str, step: dict[str, Any], status: int, code: str
) -> None:
    before = desk.snapshot()
    reply = desk.answer(operation, **step)
    assert (reply.status, reply.body["code"]) == (status, code)
    assert desk.snapshot() == before


def test_where_content_is_for_admins_nobody_else_changes_it(desk: Desk) -> None:
    place = {"path": {"spaceId": ANNOUNCEMENTS}, **by("jwt-ben")}
    step = change(desk.message("createIdea", **place)["_id"], content={"bodyText": "x"})
    assert desk.answer("updateMessage", **step).body["code"] == "not.authorized.by.topic.policy"
    assert desk.answer("updateMessage", **step, **by("jwt-ben")).status == 200


def test_the_answer_to_a_deletion_is_the_documented_one(desk: Desk) -> None:
    [shown] = CONTRACT.operation("deleteMessages").success.examples.values()
    assert desk.send("deleteMessages") == shown


@pytest.mark.parametrize(
    ("who", "ids", "answer"),
    [
        ("jwt-example", [POST, POST, TASK], {"deletedMessages": [POST, TASK]}),
        ("jwt-ben", [POST, CHAT, FOREIGN], {"deletedMessages": [POST, CHAT, FOREIGN]}),
        ("jwt-cara", [POST, "post", DELETED], {"noPermittedMessages": [{"messageId": POST}]}),
        ("anon-gina", [POST], {"noPermittedMessages": [{"messageId": POST}]}),
        ("jwt-dan", [ARCHIVED], {"noPermittedMessages": [{"messageId": ARCHIVED}]}),
        ("jwt-ben", [], {}),
    ],
)
def test_the_author_and_an_admin_delete(desk: Desk, who: str, ids: list[str], answer: dict[str, Any]) -> None:
    told = fate(desk, *ids, **by(who))
    unknown = told.pop("notFoundMmessages", [])
    assert (told, unknown) == (answer, [i for i in ids if i in ("post", DELETED)])


def test_nothing_is_deleted_in_an_archived_space(desk: Desk) -> None:
    before = desk.snapshot()
    [refused] = fate(desk, ARCHIVED, **by("jwt-ben"))["notDeletedMessages"]
    assert refused["reason"]["code"] == "topic.invalid_acesss_to_archived_topic"
    assert desk.snapshot() == before


def test_a_guest_deletes_what_is_the_guests(desk: Desk) -> None:
    own = desk.message(**by("anon-gina"))["_id"]
    assert fate(desk, own, **by("anon-gina")) == {"deletedMessages": [own]}
    assert fate(desk, own, **by("anon-gina")) == {"notFoundMmessages": [own]}


def test_a_deleted_message_is_gone_for_all_calls(desk: Desk) -> None:
    comment = desk.message(body={"content": {"bodyText": "x"}, "parentMsg": {"_id": POST}})["_id"]
    assert fate(desk, POST) == {"deletedMessages": [POST]}
    for name in ("queryMessages", "listLatestMessages", "listIdeas"):
        assert POST not in [message["_id"] for message in desk.send(name)["data"]]
    for name in ("getMessage", "listIdeaMessages", "updateMessage"):
        assert desk.answer(name).body["code"] == "message.not_found"
    answer = desk.answer("createChat", patch={"parentMsg": {"_id": POST}})
    assert answer.body["code"] == "parent.not_found"
    assert desk.send("getMessage", path={"messageId": comment})["parentMsg"]["bodyText"]


def test_a_deleted_comment_counts_no_more(desk: Desk) -> None:
    comments = [desk.message(patch={"parentMsg": {"_id": TASK}})["_id"] for _ in range(3)]
    fate(desk, comments[1], **by("jwt-ben"))
    fate(desk, comments[1])
    assert desk.record("messages", _id=TASK)["chatCount"] == 2
    assert [message["_id"] for message in desk.send("listTaskMessages")["data"]] == [comments[2], comments[0]]


@pytest.mark.parametrize("link", ["nextRefObjId", "prevRefObjId"])
def test_pages_go_on_from_a_message_that_was_deleted(desk: Desk, link: str) -> None:
    ids = [desk.message()["_id"] for _ in range(5)]
    fate(desk, ids[2])
    page = [message["_id"] for message in desk.send("queryMessages", query={link: ids[2], "size": "2"})["data"]]
    assert page == ([ids[1], ids[0]] if link == "nextRefObjId" else [ids[4], ids[3]])


@pytest.mark.parametrize(("body", "code"), [({}, "body.invalid"), ([7], "body.invalid"), ([[]], "body.invalid")])
def test_what_is_no_list_of_ids_is_refused(desk: Desk, body: Any, code: str) -> None:
    assert desk.answer("deleteMessages", body=body).body["code"] == code


def test_one_call_takes_so_many_ids_and_no_more(desk: Desk) -> None:
    before = desk.snapshot()
    assert desk.answer("deleteMessages", body=[POST] * 101).body["code"] == "messages.too_many"
    assert desk.snapshot() == before
    assert desk.answer("deleteMessages", body=[POST] * 100).status == 200


# --- What others hear


@pytest.mark.parametrize("method", ["post", "patch"])
def test_a_change_is_told_once_to_all_who_are_subscribed(client: httpx.Client, enter: Dial, method: str) -> None:
    sockets = [enter("example", TEAM), enter("gina", TEAM, protocol=4)]
    elsewhere = enter("ben")
    now = call(client, f"/messages/{POST}", change(POST, content={"bodyText": "New"})["body"], method=method)
    told = {**now, "topicTitle": "Team space", "topicType": "group"}
    assert [socket.heard() for socket in sockets] == [[("MESSAGE_SENT", told)]] * 2
    assert elsewhere.heard() == []


def test_each_deletion_is_told_once(client: httpx.Client, enter: Dial) -> None:
    socket = enter("example", TEAM)
    call(client, "/messages/deletemessages", [POST, UNKNOWN, CHAT, CHAT])
    events = socket.heard()
    assert [(name, told["_id"]) for name, told in events] == [("MESSAGE_SENT", POST), ("MESSAGE_SENT", CHAT)]
    for _, told in events:
        assert told["deleted"] == told["modified"] > told["created"]
        assert (told["content"]["bodyText"], told["content"]["data"]) == ("", [])


def test_a_comment_on_a_deleted_post_is_refused_over_the_socket(client: httpx.Client, enter: Dial) -> None:
    call(client, "/messages/deletemessages", [POST])
    sent = {"category": "chat", "content": {"bodyText": "x"}, "topicId": TEAM, "parentMsg": {"_id": POST}}
    assert enter("example", TEAM).failed(sent)["error"] == "parent.not_found"
