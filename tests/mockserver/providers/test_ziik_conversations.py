"""Ziik: conversations, who takes part in them, and what each has read."""

from typing import Any

import pytest

from tests.mockserver.providers.ziik import CONTRACT, JANE, JOHN, MAX, NOW, ROOT, Mock, refused, succeeded


@pytest.fixture
def mock() -> Mock:
    return Mock()


def listed(mock: Mock, token: str = JOHN, **parameters: Any) -> list[int]:
    page = mock.ask("listConversations", "/conversations", token, params=parameters)
    return [conversation["id"] for conversation in page["data"]]


def people(mock: Mock, conversation: int, token: str = JOHN) -> dict[int, str]:
    """The roles of the participants by their ids."""
    page = mock.ask("listParticipants", f"/conversations/{conversation}/participants", token)
    return {user["id"]: user["participant_type"] for user in page["data"]}


def latest(mock: Mock, conversation: int, token: str = JOHN) -> Any:
    return mock.ask("getConversation", f"/conversations/{conversation}", token)["latestMessage"]


def test_the_list_has_what_is_neither_archived_nor_removed(mock: Mock) -> None:
    assert listed(mock) == [124, 128, 123]
    assert listed(mock, MAX) == [128, 127, 125]


def test_a_new_message_moves_its_conversation_to_the_top(mock: Mock) -> None:
    mock.write({"message": "hello"}, 123, JANE)
    assert listed(mock) == [123, 124, 128]
    [first, *_] = mock.ask("listConversations", "/api/conversations")["data"]
    assert (first["latestMessage"]["message"], first["updated_at"], first["unread_message_count"]) == ("hello", NOW, 2)


def test_conversations_come_in_pages(mock: Mock) -> None:
    assert [listed(mock, page=page, limit=2) for page in (1, 2, 3)] == [[124, 128], [123], []]


@pytest.mark.parametrize(
    ("user", "expected"), [("", [124, 128, 123]), ("2", [124, 123]), ("3", [128]), ("999", []), ("1", [])]
)
def test_the_list_can_be_of_those_with_one_other_user_alone(mock: Mock, user: str, expected: list[int]) -> None:
    assert listed(mock, user=user) == expected


def test_a_third_participant_takes_a_group_out_of_the_list_of_one_user(mock: Mock) -> None:
    mock.ask("addParticipants", "/conversations/124/participants", json={"participants": [3]})
    assert listed(mock, user=2) == [123]


def test_a_conversation_is_shown_as_its_reader_sees_it(mock: Mock) -> None:
    shown = CONTRACT.operation("getConversation").success.examples["archived"]
    assert mock.ask("getConversation", "/conversations/127") == shown
    assert mock.ask("getConversation", "/conversations/127", MAX)["archived_at"] is None


def test_the_latest_message_is_shown_even_when_it_is_deleted(mock: Mock) -> None:
    message = latest(mock, 123)
    assert (message["id"], message["deleted"]) == (126, True)


@pytest.mark.parametrize("prefix", ["", "/api"])
def test_what_was_seen_is_no_longer_unread(mock: Mock, prefix: str) -> None:
    path = f"{prefix}/conversations/124"
    assert mock.ask("getConversation", path)["unread_message_count"] == 1
    assert mock.ask("markConversationSeen", f"{path}/seen") is None
    assert mock.ask("getConversation", path)["unread_message_count"] == 0
    written = mock.write({"message": "news"}, 124, JANE)
    assert mock.ask("getConversation", path)["unread_message_count"] == 1
    assert mock.ask("getConversation", path, JANE)["unread_message_count"] == 0
    mock.ask("deleteMessage", f"{path}/messages/{written['id']}", JANE)
    assert mock.ask("getConversation", path)["unread_message_count"] == 0


def test_one_recipient_finds_the_direct_conversation(mock: Mock) -> None:
    for recipients in ([2], [2, 2], [1, 2]):
        assert mock.ask("createConversation", "/conversations", json={"recipients": recipients})["id"] == 123
    assert mock.ask("createConversation", "/conversations", JANE, json={"recipients": [1]})["id"] == 123
    assert mock.ask("createConversation", "/conversations", json={"recipients": [3]})["archived_at"] == 1767220000


def test_one_recipient_makes_a_direct_conversation_once(mock: Mock) -> None:
    made = mock.ask("createConversation", "/api/conversations", JANE, json={"recipients": [3], "title": "ignored"})
    assert (made["id"], made["type"], made["title"], made["latestMessage"]) == (1001, "direct", "", None)
    assert [user["participant_type"] for user in made["participants"]] == ["normal", "normal"]
    assert mock.ask("createConversation", "/conversations", MAX, json={"recipients": [2]})["id"] == 1001
    assert mock.write({"message": "hello"}, 1001, MAX)["conversationId"] == 1001


def test_several_recipients_make_a_group_each_time(mock: Mock) -> None:
    made = [mock.ask("createConversation", "/conversations", json={"recipients": [2, 3]}) for _ in range(2)]
    assert [group["id"] for group in made] == [1001, 1002]
    assert {group["type"] for group in made} == {"group"}
    assert people(mock, 1001) == {1: "admin", 2: "normal", 3: "normal"}


def test_the_contract_shows_the_group_that_the_mock_makes(mock: Mock) -> None:
    shown = CONTRACT.operation("createConversation").success.examples["group"]
    assert mock.ask("createConversation", "/conversations", json={"recipients": [2, 3], "title": "New shop"}) == shown


def test_a_conversation_is_created_with_its_first_message(mock: Mock) -> None:
    request = CONTRACT.operation("createConversation").request_examples["application/json"]["first-message"]
    response = mock.send("POST", "/api/conversations", json=request)
    assert (response.status_code, response.headers["location"]) == (201, f"{ROOT}/api/messages/1001")
    shown = CONTRACT.operation("createConversation").successes[-1].examples["first-message"]
    assert succeeded("createConversation", response) == shown
    assert latest(mock, 1001, MAX) == shown
    assert mock.ask("getConversation", "/conversations/1001", MAX)["unread_message_count"] == 1
    assert mock.ask("getConversation", "/conversations/1001")["unread_message_count"] == 0


def test_a_first_message_goes_on_in_a_direct_conversation_that_exists(mock: Mock) -> None:
    body = {"recipients": [2], "message": "hello", "fileCount": 1}
    message = mock.ask("createConversation", "/conversations", json=body)
    assert (message["id"], message["conversationId"], message["author"]["participant_type"]) == (1001, 123, "normal")
    assert listed(mock) == [123, 124, 128]
    assert latest(mock, 123) == message


def test_a_first_message_keeps_an_archived_conversation_archived(mock: Mock) -> None:
    mock.ask("createConversation", "/conversations", json={"recipients": [3], "message": "hello"})
    assert listed(mock) == [124, 128, 123]
    assert listed(mock, MAX) == [127, 128, 125]


def test_participants_are_users_with_their_roles(mock: Mock) -> None:
    shown = CONTRACT.operation("listParticipants").success.examples["participants"]
    assert mock.ask("listParticipants", "/api/conversations/128/participants") == shown


def test_who_is_added_takes_part_and_has_nothing_to_catch_up(mock: Mock) -> None:
    refused(mock.send("GET", "/conversations/124", MAX), 403, "not_participant")
    assert mock.ask("addParticipants", "/conversations/124/participants", json={"participants": [3, 2, 3]}) is None
    assert people(mock, 124, MAX) == {2: "admin", 1: "normal", 3: "normal"}
    message = latest(mock, 124, MAX)
    assert (message["id"], message["type"], message["message"]) == (1001, "service", "")
    assert message["meta"] == {"action": "added", "user": {"id": 3, "name": "Max Moe"}}
    assert mock.ask("getConversation", "/conversations/124", MAX)["unread_message_count"] == 0


@pytest.mark.parametrize(("given", "role"), [("admin", "admin"), (2, "admin"), ("normal", "normal"), (1, "normal")])
def test_a_role_is_given_by_its_name_or_its_old_number(mock: Mock, given: Any, role: str) -> None:
    assert mock.ask("changeParticipant", "/conversations/128/participants/3", json={"type": given}) is None
    assert people(mock, 128) == {1: "admin", 3: role}


def test_a_message_shows_the_present_role_of_its_author(mock: Mock) -> None:
    written = mock.write({"message": "hello"}, 128, MAX)
    mock.ask("changeParticipant", "/conversations/128/participants/3", json={"type": "admin"})
    assert written["author"]["participant_type"] == "normal"
    assert latest(mock, 128)["author"]["participant_type"] == "admin"


def test_an_admin_removes_others(mock: Mock) -> None:
    mock.write({"message": "hello"}, 128, MAX)
    assert mock.ask("removeParticipant", "/conversations/128/participants/3") is None
    assert people(mock, 128) == {1: "admin"}
    assert latest(mock, 128)["meta"] == {"action": "removed", "user": {"id": 3, "name": "Max Moe"}}
    refused(mock.send("GET", "/conversations/128", MAX), 403, "not_participant")
    assert mock.ask("getMessage", "/conversations/128/messages/1001")["author"]["name"] == "Max Moe"


def test_everyone_may_leave(mock: Mock) -> None:
    assert mock.ask("removeParticipant", "/api/conversations/124/participants/1") is None
    assert people(mock, 124, JANE) == {2: "admin"}
    message = latest(mock, 124, JANE)
    assert message["meta"] == {"action": "left", "user": {"id": 1, "name": "John Doe"}}
    assert message["author"]["id"] == 1
    assert listed(mock) == [128, 123]


def test_a_group_gets_another_title_and_keeps_its_place(mock: Mock) -> None:
    before = mock.ask("getConversation", "/conversations/128")
    assert mock.ask("renameConversation", "/api/conversations/128", MAX, json={"title": " Summer  hours "}) is None
    assert mock.ask("getConversation", "/conversations/128") == {**before, "title": " Summer  hours "}
    assert listed(mock) == [124, 128, 123]


@pytest.mark.parametrize("prefix", ["", "/api"])
def test_an_archived_conversation_is_hidden_from_the_one_who_archived_it(mock: Mock, prefix: str) -> None:
    assert mock.ask("archiveConversation", f"{prefix}/conversations/123/archive") is None
    assert listed(mock) == [124, 128]
    assert listed(mock, JANE) == [124, 125, 123]
    assert mock.ask("getConversation", "/conversations/123")["archived_at"] == NOW
    assert mock.ask("getConversation", "/conversations/123", JANE)["archived_at"] is None


def test_an_archived_conversation_stays_archived_whatever_is_written(mock: Mock) -> None:
    mock.ask("archiveConversation", "/conversations/123/archive")
    mock.write({"message": "hello"}, 123, JANE)
    mock.write({"message": "hello"}, 123)
    assert listed(mock) == [124, 128]


def test_archiving_again_changes_nothing(mock: Mock) -> None:
    before = mock.ask("getConversation", "/conversations/127")
    assert mock.ask("archiveConversation", "/conversations/127/archive") is None
    assert mock.ask("getConversation", "/conversations/127") == before


def test_a_deleted_conversation_is_gone_for_everyone(mock: Mock) -> None:
    written = mock.write({"message": "hello"}, 128)
    assert mock.ask("deleteConversation", "/api/conversations/128") is None
    assert listed(mock) == [124, 123]
    assert listed(mock, MAX) == [127, 125]
    for path in ("", "/messages", f"/messages/{written['id']}", "/participants"):
        refused(mock.send("GET", f"/conversations/128{path}", MAX), 410, "conversation_gone")
    refused(mock.send("DELETE", "/conversations/128"), 410, "conversation_gone")


def test_a_deleted_conversation_takes_its_files_along(mock: Mock) -> None:
    mock.ask("deleteConversation", "/conversations/124", JANE)
    refused(mock.send("GET", "/file/2", JANE), 404, "file_not_found")
    refused(mock.send("PUT", "/uploads/mock-key-3", "", content=b"film"), 404, "upload_not_found")
    assert mock.send("GET", "/file/1", JANE).status_code == 200


def test_a_group_can_be_made_again_after_its_deletion(mock: Mock) -> None:
    made = mock.ask("createConversation", "/conversations", json={"recipients": [2, 3]})
    mock.ask("deleteConversation", f"/conversations/{made['id']}")
    assert mock.ask("createConversation", "/conversations", json={"recipients": [2, 3]})["id"] == made["id"] + 1
