"""Ziik: messages listed, read, deleted, finalized."""

from typing import Any

import pytest

from tests.mockserver.providers.ziik import CONTRACT, JANE, JOHN, NOW, ROOT, Mock, refused

GROUP = "/conversations/124/messages"


@pytest.fixture
def mock() -> Mock:
    return Mock()


def pages(mock: Mock, cursor: str, first: dict[str, Any], limit: int) -> list[dict[str, Any]]:
    """The first page and all that follow by `next_cursor` or `prev_cursor`."""
    found = [first]
    while found[-1]["meta"][cursor]:
        parameters = {"limit": limit, "cursor": found[-1]["meta"][cursor]}
        found.append(mock.ask("listMessages", GROUP, params=parameters))
    return found


def ids(page: dict[str, Any]) -> list[int]:
    return [message["id"] for message in page["data"]]


ALL = [*range(230, 200, -1), 132, 131, 130, 129]


def test_the_newest_messages_come_first(mock: Mock) -> None:
    page = mock.ask("listMessages", GROUP)
    assert ids(page) == ALL[:25]
    path = f"{ROOT}/api{GROUP}"
    assert page["links"] == {"first": None, "last": None, "prev": None, "next": f"{path}?limit=25&cursor=older.206"}
    assert page["meta"] == {"path": path, "per_page": 25, "next_cursor": "older.206", "prev_cursor": None}


@pytest.mark.parametrize("limit", [1, 7, 17, 34, 100])
def test_pages_have_every_message_once_and_can_be_walked_back(mock: Mock, limit: int) -> None:
    older = pages(mock, "next_cursor", mock.ask("listMessages", GROUP, params={"limit": limit}), limit)
    assert [id_ for page in older for id_ in ids(page)] == ALL
    back = pages(Mock(), "prev_cursor", older[-1], limit)
    assert [id_ for page in reversed(back) for id_ in ids(page)] == ALL


def test_pages_stay_while_messages_arrive_and_go(mock: Mock) -> None:
    first = mock.ask("listMessages", GROUP, params={"limit": 20})
    mock.write({"message": "in between"}, 124)
    mock.ask("deleteMessage", f"{GROUP}/{ALL[19]}", JANE if ALL[19] % 2 else JOHN)
    second = mock.ask("listMessages", GROUP, params={"limit": 20, "cursor": first["meta"]["next_cursor"]})
    assert ids(first) + ids(second) == ALL
    newer = mock.ask("listMessages", GROUP, params={"limit": 20, "cursor": f"newer.{ALL[0]}"})
    assert ids(newer) == [1001]


def test_a_link_leads_to_the_next_page_of_the_same_search(mock: Mock) -> None:
    first = mock.ask("listMessages", GROUP, params={"limit": 1, "query": "NEW YEAR"})
    assert ids(first) == [230]
    second = mock.ask("listMessages", first["links"]["next"].removeprefix(ROOT))
    assert (ids(second), second["links"]["next"]) == ([229], None)
    assert ids(mock.ask("listMessages", second["links"]["prev"].removeprefix(ROOT))) == [230]


@pytest.mark.parametrize(
    ("starter", "expected"),
    [
        (215, [217, 216, 215, 214, 213]),
        (230, ALL[:5]),
        (229, ALL[:5]),
        (129, ALL[-5:]),
        (132, [202, 201, 132, 131, 130]),
    ],
)
def test_a_page_can_start_around_a_message(mock: Mock, starter: int, expected: list[int]) -> None:
    page = mock.ask("listMessages", GROUP, params={"limit": 5, "starter_message_id": starter})
    assert ids(page) == expected
    assert (page["meta"]["prev_cursor"] is None, page["meta"]["next_cursor"] is None) == (
        230 in expected,
        129 in expected,
    )


@pytest.mark.parametrize("other", [{"cursor": "older.130"}, {"query": "last day"}])
def test_a_starter_counts_alone_only(mock: Mock, other: dict[str, str]) -> None:
    assert ids(mock.ask("listMessages", GROUP, params={"starter_message_id": "999", **other})) == [129]


def test_a_search_finds_neither_deleted_nor_service_messages(mock: Mock) -> None:
    mock.ask("deleteMessage", f"{GROUP}/230")
    assert ids(mock.ask("listMessages", GROUP, params={"query": "happy"})) == [229]
    assert ids(mock.ask("listMessages", GROUP, params={"query": "left"})) == []
    everything = mock.ask("listMessages", GROUP, params={"query": "", "limit": 100})
    assert ids(everything) == ALL


def test_a_page_beyond_the_end_is_empty(mock: Mock) -> None:
    page = mock.ask("listMessages", GROUP, params={"cursor": "older.129"})
    assert (page["data"], page["meta"]["next_cursor"], page["meta"]["prev_cursor"]) == ([], None, None)


@pytest.mark.parametrize("prefix", ["", "/api"])
def test_a_message_is_read_as_the_list_shows_it(mock: Mock, prefix: str) -> None:
    [listed] = [m for m in mock.ask("listMessages", f"{prefix}{GROUP}")["data"] if m["id"] == 210]
    assert mock.ask("getMessage", f"{prefix}{GROUP}/210") == listed


def test_the_contract_shows_the_messages_that_the_mock_answers(mock: Mock) -> None:
    shown = CONTRACT.operation("getMessage").success.examples["deleted"]
    assert mock.ask("getMessage", "/conversations/123/messages/126") == shown


def test_a_deleted_message_stays_without_its_content(mock: Mock) -> None:
    before = mock.ask("getMessage", "/conversations/123/messages/124")
    assert mock.ask("deleteMessage", "/conversations/123/messages/124") is None
    after = mock.ask("getMessage", "/conversations/123/messages/124")
    assert after == {**before, "deleted": True, "message": "", "files": []}
    refused(mock.send("GET", "/file/1"), 404, "file_not_found")


def test_a_deleted_message_loses_its_voice(mock: Mock) -> None:
    mock.ask("deleteMessage", "/conversations/123/messages/125", JANE)
    assert mock.ask("getMessage", "/conversations/123/messages/125")["voice"] is None


def test_deleting_again_changes_nothing(mock: Mock) -> None:
    before = mock.ask("getMessage", "/conversations/123/messages/126")
    mock.ask("deleteMessage", "/conversations/123/messages/126")
    assert mock.ask("getMessage", "/conversations/123/messages/126") == before


def test_a_reply_shows_its_parent_as_it_is_now(mock: Mock) -> None:
    reply = mock.write({"message": "Thanks", "parent_id": 124})
    path = f"/conversations/123/messages/{reply['id']}"
    assert reply["parent"]["deleted"] is False
    mock.ask("finalizeMessageUpdate", "/conversations/123/messages/124/finalize-update")
    assert mock.ask("getMessage", path)["parent"]["edited_at"] == NOW
    mock.ask("deleteMessage", "/conversations/123/messages/124")
    parent = mock.ask("getMessage", path)["parent"]
    assert (parent["deleted"], parent["message"], parent["files"]) == (True, "", [])
    assert mock.ask("listMessages", "/conversations/123/messages")["data"][0]["parent"] == parent
    refused(
        mock.send("POST", "/conversations/123/messages", json={"message": "?", "parent_id": 124}), 422, "parent_deleted"
    )


def test_a_finalized_message_counts_as_edited(mock: Mock) -> None:
    before = mock.ask("getMessage", "/conversations/123/messages/124")
    after = mock.ask("finalizeMessageUpdate", "/api/conversations/123/messages/124/finalize-update")
    assert after == {**before, "edited_at": NOW}
    assert mock.ask("getMessage", "/conversations/123/messages/124") == after
