"""Avaya Spaces: messages by what became of them, those with files, and spaces that were read."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.mockserver.providers.avaya_spaces import CONTRACT, Desk

TEAM, OLD, BOARD = (f"5f2276a8fe5c16664f01c5{end}" for end in ("be", "c1", "c3"))
LAUNCH = "594140a11d108619100a7360"
POST, TASK, CHAT, ARCHIVED, DELETED = (f"5f2a9df91c85f02eb068a4f{digit}" for digit in "01234")
FOREIGN, UNKNOWN = "594140a11d108619100a7399", "5f2a9df91c85f02eb068ffff"
EXAMPLE = "5efc5417aa4a347af96de290"
BOTH = f"{TEAM},{LAUNCH}"
ALL = {"spaceid": TEAM, "after": "0"}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def by(name: str) -> dict[str, str]:
    return {"as": f"mock-{name}"}


def ids(body: dict[str, Any]) -> list[str]:
    assert body["total"] == len(body["data"])
    return [message["_id"] for message in body["data"]]


def query(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def chats(desk: Desk, count: int, **step: Any) -> list[str]:
    """The ids of so many new chats, each a second after the one before."""
    found = []
    for _ in range(count):
        desk.now += 1
        found.append(desk.message(**step)["_id"])
    return found


def walk(desk: Desk, operation: str, asked: dict[str, str], link: str = "nextPageUrl") -> list[str]:
    """The ids of all pages; between the first of them chats come, and some of these go."""
    body, turns = desk.send(operation, query=asked), 0
    found = ids(body)
    while body[link]:
        turns += 1
        desk.send("deleteMessages", body=chats(desk, 2)[:1] if turns < 4 else [])
        body = desk.send(operation, query=query(body[link]))
        found += ids(body)
    return found


@pytest.mark.parametrize(
    ("operation", "asked"),
    [
        ("listMessageActivities", {"after": "1596628473000"}),
        ("listMyMessages", {"after": "1596628473000"}),
        ("listMyAttachments", {}),
    ],
)
def test_a_fresh_mock_answers_what_the_contract_shows(desk: Desk, operation: str, asked: dict[str, str]) -> None:
    [shown] = CONTRACT.operation(operation).success.examples.values()
    assert desk.send(operation, query=asked) == shown


# --- Messages of several spaces


def test_the_messages_of_several_spaces_are_in_the_order_of_their_changes(desk: Desk) -> None:
    assert ids(desk.send("listMyMessages", query={"spacelist": BOTH})) == [CHAT, TASK, POST, FOREIGN]
    desk.send("updateMessage", path={"messageId": FOREIGN}, body={"_id": FOREIGN})
    assert ids(desk.send("listMyMessages", query={"spacelist": BOTH})) == [FOREIGN, CHAT, TASK, POST]
    assert ids(desk.send("listMyMessages", query={"spacelist": f"{TEAM},{TEAM}"})) == [CHAT, TASK, POST]


def test_spaces_that_the_caller_may_not_read_are_passed_over(desk: Desk) -> None:
    asked = {"spacelist": f"{TEAM},{OLD},{BOARD},{UNKNOWN}"}
    assert ids(desk.send("listMyMessages", query=asked)) == [CHAT, TASK, POST]
    assert ids(desk.send("listMyMessages", query=asked, **by("jwt-ben"))) == [ARCHIVED, CHAT, TASK, POST]
    assert ids(desk.send("listMyMessages", query=asked, **by("jwt-cara"))) == []


def test_deleted_messages_come_when_asked_for_as_what_changed_last(desk: Desk) -> None:
    desk.send("deleteMessages", body=[POST])
    shown = desk.send("listMyMessages", query={"includedeleted": "true", "spacelist": TEAM})
    assert ids(shown) == [POST, DELETED, CHAT, TASK]
    assert shown["data"][0]["deleted"] == shown["data"][0]["modified"]
    assert ids(desk.send("listMyMessages", query={"spacelist": TEAM})) == [CHAT, TASK]


def test_only_what_changed_since_a_moment_is_listed(desk: Desk) -> None:
    asked = {"spacelist": TEAM, "after": "1596628473320"}
    assert ids(desk.send("listMyMessages", query=asked)) == [CHAT]
    asked["after"] = "1596628473319"
    assert ids(desk.send("listMyMessages", query=asked)) == [CHAT, TASK]


@pytest.mark.parametrize("size", ["1", "2", "3", "50"])
def test_pages_have_no_gap_and_no_repeat_while_messages_come_and_go(desk: Desk, size: str) -> None:
    new = chats(desk, 5)
    assert walk(desk, "listMyMessages", {"spacelist": BOTH, "size": size}) == [
        *reversed(new),
        CHAT,
        TASK,
        POST,
        FOREIGN,
    ]


def test_the_way_back_leads_to_what_came_meanwhile(desk: Desk) -> None:
    first = desk.send("listMyMessages", query={"spacelist": TEAM, "size": "2", "pageref": "7"})
    second = desk.send("listMyMessages", query=query(first["nextPageUrl"]))
    assert (ids(first), ids(second), second["nextPageUrl"], first["prevPageUrl"]) == ([CHAT, TASK], [POST], "", "")
    [new] = chats(desk, 1)
    back = desk.send("listMyMessages", query=query(second["prevPageUrl"]))
    assert ids(back) == [CHAT, TASK]
    assert ids(desk.send("listMyMessages", query=query(back["prevPageUrl"]))) == [new]
    assert [query(page)["pageref"] for page in (first["nextPageUrl"], second["prevPageUrl"])] == ["8", "7"]


def test_a_page_has_ten_messages_unless_asked_otherwise_and_fifty_at_most(desk: Desk) -> None:
    chats(desk, 50)
    assert desk.send("listMyMessages")["total"] == 10
    assert desk.send("listMyMessages", query={"size": "51"})["total"] == 50


# --- What happened in a space


def test_activities_are_listed_either_way(desk: Desk) -> None:
    assert ids(desk.send("listMessageActivities", query=ALL)) == [POST, TASK, CHAT, DELETED]
    before = {"before": "1596628473330"}
    assert ids(desk.send("listMessageActivities", query=before)) == [TASK, POST]
    after = {"after": "1596628800000"}
    assert ids(desk.send("listMessageActivities", query=after)) == []
    desk.send("updateMessage")
    assert ids(desk.send("listMessageActivities", query=after)) == [POST]


def test_activities_are_listed_for_one_parent(desk: Desk) -> None:
    comments = chats(desk, 2, body={"content": {"bodyText": "x"}, "parentMsg": {"_id": POST}})
    assert ids(desk.send("listMessageActivities", query={**ALL, "parent": POST})) == comments
    assert ids(desk.send("listMessageActivities", query={**ALL, "parent": TASK})) == []


@pytest.mark.parametrize("size", ["1", "3", "50"])
def test_pages_of_activities_stay_while_messages_come_and_go(desk: Desk, size: str) -> None:
    new = chats(desk, 3)
    before = str(int(desk.now * 1000) + 1)
    asked = {"spaceid": TEAM, "before": before, "size": size}
    first = desk.send("listMessageActivities", query=asked)
    desk.send("deleteMessages", body=[POST, new[2]])
    rest = walk(desk, "listMessageActivities", query(first["nextPageUrl"])) if first["nextPageUrl"] else []
    assert [*ids(first), *rest] == [*reversed(new), DELETED, CHAT, TASK, POST]
    forward = walk(desk, "listMessageActivities", {**ALL, "size": size})
    assert len(forward) == len(set(forward))
    assert forward[:7] == [POST, TASK, CHAT, DELETED, *new]


def test_a_page_of_activities_leads_back(desk: Desk) -> None:
    page = desk.send("listMessageActivities", query={**ALL, "size": "1", "page": "2"})
    assert ids(page) == [CHAT]
    assert ids(desk.send("listMessageActivities", query=query(page["prevPageUrl"]))) == [TASK]


# --- Files, and what was read


def test_messages_with_files_are_listed_for_whoever_may_read_them(desk: Desk) -> None:
    file = {"fileId": "80b65d25-d960-4356-ab4d-8b09590efcd0"}
    new = chats(desk, 3, body={"content": {"data": [file]}}, path={"spaceId": LAUNCH})
    assert walk(desk, "listMyAttachments", {"size": "2"}) == [*reversed(new), POST]
    assert ids(desk.send("listMyAttachments", **by("anon-gina"))) == [POST]
    assert ids(desk.send("listMyAttachments", **by("jwt-cara"))) == []
    desk.send("deleteMessages", body=[new[1]])
    page = desk.send("listMyAttachments", query={"nextRefObjId": new[1]})
    assert ids(page) == [new[0], POST]
    assert ids(desk.send("listMyAttachments", query={"prevRefObjId": new[1]})) == [new[2]]


def test_a_space_is_read_when_it_was_marked_last(desk: Desk) -> None:
    for now in ("2026-01-01T00:00:00.250Z", "2026-01-01T00:00:01.250Z"):
        assert desk.send("markSpaceRead") == {}
        assert desk.record("reads", spaceId=TEAM, userId=EXAMPLE)["time"] == now
        desk.now += 1


@pytest.mark.parametrize(
    ("operation", "step", "status", "code"),
    [
        ("listMyMessages", {"as": None}, 401, "unauthorized"),
        ("listMyMessages", {"query": {"spacelist": None}}, 400, "query.invalid"),
        ("listMyMessages", {"query": {"spacelist": ",".join([TEAM] * 16)}}, 400, "query.invalid"),
        ("listMyMessages", {"query": {"spacelist": f"{TEAM},"}}, 400, "query.invalid"),
        ("listMyMessages", {"query": {"pageToken": "older"}}, 400, "query.invalid"),
        ("listMyMessages", {"query": {"after": "yesterday"}}, 400, "query.invalid"),
        ("listMyMessages", {"query": {"includedeleted": "perhaps"}}, 400, "query.invalid"),
        ("listMessageActivities", {}, 400, "query.invalid"),
        ("listMessageActivities", {"query": {"spaceid": "team", "after": "0"}}, 400, "query.invalid"),
        ("listMessageActivities", {"query": {**ALL, "spaceid": UNKNOWN}}, 404, "space.not_found"),
        ("listMessageActivities", {"query": ALL, **by("jwt-cara")}, 403, "space.not_member"),
        ("listMessageActivities", {"query": {**ALL, "spaceid": OLD}}, 403, "topic.invalid_acesss_to_archived_topic"),
        ("listMyAttachments", {"query": {"nextRefObjId": UNKNOWN}}, 400, "query.invalid"),
        ("listMyAttachments", {"query": {"prevRefObjId": POST}, **by("jwt-cara")}, 400, "query.invalid"),
        ("markSpaceRead", by("jwt-cara"), 403, "space.not_member"),
        ("markSpaceRead", {"body": []}, 400, "body.invalid"),
        ("markSpaceRead", {"path": {"spaceId": UNKNOWN}}, 404, "space.not_found"),
        ("markSpaceRead", {"path": {"spaceId": OLD}}, 403, "topic.invalid_acesss_to_archived_topic"),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(
    desk: Desk, operation: str, step: dict[str, Any], status: int, code: str
) -> None:
    before = desk.snapshot()
    reply = desk.answer(operation, **step)
    assert (reply.status, reply.body["code"]) == (status, code)
    assert desk.snapshot() == before
