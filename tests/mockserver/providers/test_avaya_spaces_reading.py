"""Avaya Spaces: lists of messages, their pages, and single messages."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.mockserver.providers.avaya_spaces import CONTRACT, Desk

TEAM, LAUNCH, OLD = "5f2276a8fe5c16664f01c5be", "594140a11d108619100a7360", "5f2276a8fe5c16664f01c5c1"
POST, TASK, CHAT = (f"5f2a9df91c85f02eb068a4f{digit}" for digit in "012")
FOREIGN, ARCHIVED, UNKNOWN = "594140a11d108619100a7399", "5f2a9df91c85f02eb068a4f3", "5f2a9df91c85f02eb068ffff"
LISTS = {"queryMessages": {"category": "chat"}, "listLatestMessages": {"size": "1"}, "listIdeas": {}, "listTasks": {}}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def by(name: str) -> dict[str, str]:
    return {"as": f"mock-{name}"}


def chats(desk: Desk, count: int, **extra: Any) -> list[str]:
    """The ids of so many new chats, all of the same moment."""
    return [desk.message(body={"content": {"bodyText": f"Chat {n}"}, **extra})["_id"] for n in range(count)]


def ids(body: dict[str, Any]) -> list[str]:
    return [message["_id"] for message in body["data"]]


def follow(desk: Desk, operation: str, body: dict[str, Any], link: str = "nextPageUrl") -> dict[str, Any]:
    """The page that a page's address leads to."""
    page: dict[str, Any] = desk.send(operation, query=dict(parse_qsl(urlsplit(body[link]).query)))
    return page


def walk(desk: Desk, operation: str, **query: str) -> list[list[str]]:
    """The ids of all pages; a chat comes between each two of them."""
    body = desk.send(operation, query=query)
    pages = [ids(body)]
    while body["nextPageUrl"]:
        chats(desk, 1)
        body = follow(desk, operation, body)
        pages.append(ids(body))
    return pages


@pytest.mark.parametrize("operation", [*LISTS, "getMessage"])
def test_a_fresh_mock_answers_what_the_contract_shows(desk: Desk, operation: str) -> None:
    before = desk.snapshot()
    [shown] = CONTRACT.operation(operation).success.examples.values()
    assert desk.send(operation, query=LISTS.get(operation, {})) == shown
    assert desk.snapshot() == before


@pytest.mark.parametrize("size", ["1", "2", "3", "50"])
def test_pages_have_no_gap_and_no_repeat_while_messages_come(desk: Desk, size: str) -> None:
    new = chats(desk, 5)
    pages = walk(desk, "queryMessages", size=size)
    assert [key for page in pages for key in page] == [*reversed(new), CHAT, TASK, POST]
    assert {len(page) for page in pages[:-1]} <= {int(size)}


def test_the_way_back_leads_to_what_came_meanwhile(desk: Desk) -> None:
    first = desk.send("queryMessages", query={"size": "2"})
    second = follow(desk, "queryMessages", first)
    assert (ids(first), ids(second), second["nextPageUrl"], first["prevPageUrl"]) == ([CHAT, TASK], [POST], "", "")
    [new] = chats(desk, 1)
    back = follow(desk, "queryMessages", second, "prevPageUrl")
    assert ids(back) == [CHAT, TASK]
    assert ids(follow(desk, "queryMessages", back, "prevPageUrl")) == [new]
    assert desk.send("queryMessages", query={"prevRefObjId": new})["data"] == []


@pytest.mark.parametrize(("operation", "name", "parent"), [("Idea", "ideaId", POST), ("Task", "taskId", TASK)])
def test_comments_are_listed_with_what_they_are_about(desk: Desk, operation: str, name: str, parent: str) -> None:
    operation = f"list{operation}Messages"
    assert desk.send(operation)["data"] == []
    comments = chats(desk, 5, parentMsg={"_id": parent})
    pages = walk(desk, operation, size="2")
    assert pages == [comments[:2:-1], comments[2:0:-1], comments[:1]]
    assert {message["parentMsg"]["_id"] for message in desk.send(operation)["data"]} == {parent}
    other = desk.message("createIdea" if name == "ideaId" else "createTask")["_id"]
    assert desk.send(operation, path={name: other})["data"] == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [CHAT, TASK, POST]),
        ({"category": "task"}, [TASK]),
        ({"chatmsg_only": "y"}, [CHAT]),
        ({"chatmsg_only": "no"}, [CHAT, TASK, POST]),
        ({"file_only": "true"}, [POST]),
        ({"search": "ENVIRONMENT"}, [TASK, POST]),
        ({"search": "whoever"}, [POST]),
        ({"parentmsg_category": "task"}, []),
        ({"refTime": "2020-08-05T11:54:33.320Z", "direction": "before"}, [POST]),
        ({"refTime": "2020-08-05T11:54:33.320Z"}, [CHAT]),
        ({"refTime": "2020-08-05T11:54:33Z", "direction": "after"}, [CHAT, TASK, POST]),
        ({"nextRefObjId": TASK, "category": "idea"}, [POST]),
        ({"nextRefObjId": TASK, "prevRefObjId": POST}, [POST]),
    ],
)
def test_a_query_chooses_messages(desk: Desk, query: dict[str, str], found: list[str]) -> None:
    body = desk.send("queryMessages", query=query)
    assert (ids(body), body["total"]) == (found, len(found))


def test_comments_come_only_when_asked_for(desk: Desk) -> None:
    comments = chats(desk, 1, parentMsg={"_id": POST})
    assert ids(desk.send("queryMessages")) == [CHAT, TASK, POST]
    assert ids(desk.send("queryMessages", query={"parentmsg_category": "idea"})) == comments
    assert ids(desk.send("queryMessages", query={"parentmsg_category": "task"})) == []
    assert ids(desk.send("listLatestMessages")) == [*comments, CHAT, TASK, POST]


def test_an_address_of_a_page_keeps_what_was_asked(desk: Desk) -> None:
    chats(desk, 3)
    query = {"size": "2", "pageref": "a&b", "category": "chat", "search": "chat"}
    body = desk.send("queryMessages", query=query)
    address = urlsplit(body["nextPageUrl"])
    assert (body["pageref"], address.path) == ("a&b", f"/api/spaces/{TEAM}/messages/query")
    assert dict(parse_qsl(address.query)).items() >= query.items()
    assert follow(desk, "queryMessages", body)["total"] == 1


def test_a_page_holds_no_more_than_the_service_allows(desk: Desk) -> None:
    most = desk.record("settings")["maxPageSize"]
    chats(desk, most)
    for operation in ("queryMessages", "listLatestMessages"):
        assert len(desk.send(operation, query={"size": str(most + 1)})["data"]) == most


def test_a_message_is_read_as_it_was_made(desk: Desk) -> None:
    made = [desk.message(name, **by("jwt-ben")) for name in ("createChat", "createIdea", "createTask")]
    assert [desk.send("getMessage", path={"messageId": message["_id"]}, **by("anon-gina")) for message in made] == made


@pytest.mark.parametrize(
    ("operation", "step", "status", "code"),
    [
        ("getMessage", {"as": None}, 401, "unauthorized"),
        ("getMessage", {"path": {"messageId": "a"}}, 400, "id.invalid"),
        ("getMessage", {"path": {"messageId": UNKNOWN}}, 404, "message.not_found"),
        ("getMessage", by("jwt-cara"), 403, "space.not_member"),
        ("getMessage", {"path": {"messageId": ARCHIVED}}, 403, "topic.invalid_acesss_to_archived_topic"),
        ("listIdeaMessages", {"path": {"ideaId": TASK}}, 404, "message.not_found"),
        ("listIdeaMessages", by("jwt-dan"), 403, "space.not_member"),
        ("listTaskMessages", {"path": {"taskId": POST}}, 404, "message.not_found"),
        ("listTaskMessages", {"query": {"nextRefObjId": FOREIGN}}, 400, "query.invalid"),
        ("queryMessages", {"query": {"nextRefObjId": FOREIGN}}, 400, "query.invalid"),
        ("queryMessages", {"query": {"prevRefObjId": "newest"}}, 400, "query.invalid"),
        ("queryMessages", {"query": {"direction": "up"}}, 400, "query.invalid"),
        ("queryMessages", {"query": {"category": "meeting"}}, 400, "query.invalid"),
        ("queryMessages", {"query": {"refTime": "yesterday"}}, 400, "query.invalid"),
        ("queryMessages", {"query": {"refTime": "2020-02-30T00:00:00Z"}}, 400, "query.invalid"),
        ("queryMessages", {"query": {"size": "0"}}, 400, "query.invalid"),
        ("queryMessages", by("jwt-cara"), 403, "space.not_member"),
        ("queryMessages", {"path": {"spaceId": OLD}}, 403, "topic.invalid_acesss_to_archived_topic"),
        ("listLatestMessages", by("jwt-cara"), 403, "space.not_member"),
        ("listIdeas", {"path": {"spaceId": UNKNOWN}}, 404, "space.not_found"),
        ("listTasks", {"query": {"size": "many"}}, 400, "query.invalid"),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(
    desk: Desk, operation: str, step: dict[str, Any], status: int, code: str
) -> None:
    before = desk.snapshot()
    reply = desk.answer(operation, **step)
    assert (reply.status, reply.body["code"]) == (status, code)
    assert desk.snapshot() == before


def test_an_admin_reads_an_archived_space(desk: Desk) -> None:
    assert ids(desk.send("queryMessages", path={"spaceId": OLD}, **by("jwt-ben"))) == [ARCHIVED]
    assert desk.send("getMessage", path={"messageId": ARCHIVED}, **by("jwt-ben"))["topicId"] == OLD
    assert ids(desk.send("listIdeas", path={"spaceId": LAUNCH})) == [FOREIGN]
