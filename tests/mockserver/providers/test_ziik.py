"""Ziik: messages into conversations."""

from typing import Any

import pytest

from tests.mockserver.providers.ziik import (
    CASES,
    CONTRACT,
    JANE,
    JANE_AS_AUTHOR,
    JOHN,
    JOHN_AS_AUTHOR,
    LOGIN,
    MAX,
    NOW,
    ROOT,
    Mock,
    content,
    handled,
    only,
    refused,
    succeeded,
)
from understudy_mockserver.providers.ziik import PROVIDER
from understudy_validators import judge_reply
from understudy_validators.records import World


@pytest.fixture
def mock() -> Mock:
    return Mock()


@pytest.fixture
def world() -> World:
    """A world as the handlers change it."""
    return CONTRACT.world.copy()


def test_every_operation_of_the_contract_has_its_handler() -> None:
    assert PROVIDER.handlers.keys() == CONTRACT.operations.keys()


def test_a_message_answers_every_documented_field(mock: Mock) -> None:
    message = mock.write({"message": "Good morning Jane"})
    assert list(message.items()) == [
        ("id", 1001),
        ("type", "normal"),
        ("conversationId", 123),
        ("is_reply", False),
        ("parent", None),
        ("deleted", False),
        ("message", "Good morning Jane"),
        ("date", NOW),
        ("edited_at", None),
        ("reactions", []),
        ("author", JOHN_AS_AUTHOR),
        ("files", []),
        ("voice", None),
    ]


def test_a_message_is_created_at_the_documented_location(mock: Mock) -> None:
    response = mock.send("POST", "/conversations/123/messages", json={"message": "hello"})
    assert response.status_code == 201
    assert response.headers["location"] == f"{ROOT}/api/messages/1001"
    assert response.headers["content-type"] == "application/json"


def test_the_documented_request_is_accepted_and_answers_the_documented_keys(mock: Mock) -> None:
    documented = CASES["documented"]["message"]
    message = mock.write(documented["request"], documented["conversation"])
    assert message.keys() == documented["response"].keys()
    assert message["author"].keys() == documented["response"]["author"].keys()
    assert message["message"] == documented["request"]["message"]
    assert message["parent"]["id"] == documented["request"]["parent_id"]


def test_the_documented_answers_fit_the_contract() -> None:
    message, session = CASES["documented"]["message"], CASES["documented"]["session"]
    assert not judge_reply(CONTRACT.operation("createMessage"), 201, "application/json", message["response"])
    for operation in ("authenticate", "renew", "renewByGet"):
        assert not judge_reply(CONTRACT.operation(operation), 200, "application/json", session["response"])


@pytest.mark.parametrize(("body", "example"), [({}, "created"), ({"parent_id": 123}, "reply")])
def test_the_contract_shows_what_the_mock_answers(mock: Mock, body: dict[str, Any], example: str) -> None:
    shown = CONTRACT.operation("createMessage").success.examples[example]
    assert mock.write({**body, "message": shown["message"]}) == shown


@pytest.mark.parametrize(
    "text", ["<p>The menu is <strong>final</strong></p>", "  two\n\tlines ", "日本 🎉 é", "0", "x" * 20_000]
)
def test_the_text_is_kept_as_it_was_sent(mock: Mock, text: str) -> None:
    assert mock.write({"message": text})["message"] == text


def test_ids_count_up_over_all_conversations(mock: Mock) -> None:
    ids = [mock.write({"message": "hello"}, conversation)["id"] for conversation in (123, 124, 123)]
    assert ids == [1001, 1002, 1003]


def test_the_author_is_the_caller_with_his_role_in_the_conversation(mock: Mock) -> None:
    assert mock.write({"message": "hello"}, 123, JANE)["author"] == JANE_AS_AUTHOR
    assert mock.write({"message": "hello"}, 124, JANE)["author"] == JANE_AS_AUTHOR | {"participant_type": "admin"}
    max_as_author = mock.write({"message": "hello"}, 125, MAX)["author"]
    assert max_as_author["participant_type"] == "admin"
    assert max_as_author["subtext"] == "Cook - Aarhus (Kitchen)"
    assert (max_as_author["department"], max_as_author["unit"]) == (
        {"id": 11, "name": "Kitchen"},
        {"id": 6, "name": "Aarhus"},
    )


def test_a_reply_shows_the_message_it_answers(mock: Mock) -> None:
    reply = mock.write({"message": "Yes", "parent_id": 123})
    assert reply["is_reply"] is True
    assert reply["parent"] == {
        "id": 123,
        "type": "normal",
        "conversationId": 123,
        "is_reply": False,
        "deleted": False,
        "message": "Good morning John, can you send me the price list?",
        "date": 1764316800,
        "edited_at": None,
        "reactions": [],
        "author": JANE_AS_AUTHOR,
        "files": [],
        "voice": None,
    }


def test_a_null_parent_is_no_reply(mock: Mock) -> None:
    message = mock.write({"message": "hello", "parent_id": None})
    assert (message["is_reply"], message["parent"]) == (False, None)


def test_a_reply_to_a_reply_shows_one_level(mock: Mock) -> None:
    first = mock.write({"message": "Yes", "parent_id": 123})
    second = mock.write({"message": "And no", "parent_id": first["id"]}, token=JANE)
    first.pop("parent")
    assert second["parent"] == first
    assert second["parent"]["is_reply"] is True


def test_a_parent_shows_its_files_at_whole_addresses(mock: Mock) -> None:
    [file] = mock.write({"message": "Thanks", "parent_id": 124})["parent"]["files"]
    assert file["source"] == f"{ROOT}/file/1"
    assert file["stream"] == ""
    assert (file["name"], file["mime"], file["size"]) == ("document.pdf", "application/pdf", 102400)


def test_a_parent_shows_its_voice_at_a_whole_address(mock: Mock) -> None:
    voice = mock.write({"message": "I heard it", "parent_id": 125})["parent"]["voice"]
    assert voice == {"id": 1, "processing": False, "extension": "mp3", "duration": 12.5, "url": f"{ROOT}/voice/1"}


def test_versions_of_a_file_have_whole_addresses_and_foreign_ones_stay(world: World) -> None:
    foreign = "https://cdn.example.com/1"
    versions = {"thumbnail": "/file/1/thumbnail", "detail": foreign}
    world["files"].replace(only(world, "files", id=1), versions=versions)
    world["messages"].replace(only(world, "messages", id=124), conversationId=127)
    reply = handled("createMessage", world, body='{"message": "hello", "parent_id": 124}')
    assert reply.body["parent"]["files"][0]["versions"] == {"thumbnail": f"{ROOT}/file/1/thumbnail", "detail": foreign}


def test_a_service_message_can_be_answered_and_keeps_its_details(mock: Mock) -> None:
    parent = mock.write({"message": "Farewell!", "parent_id": 131}, 124)["parent"]
    assert (parent["type"], parent["message"]) == ("service", "")
    assert parent["meta"] == {"action": "left", "user": {"id": 4, "name": "Ida Old"}}
    assert (parent["author"]["active"], parent["author"]["archived_at"]) == (False, 1764547200)


@pytest.mark.parametrize("extra", [{"fileCount": 2}, {"id": 7, "type": "service"}, {"author": {"id": 2}}])
def test_other_fields_change_nothing(mock: Mock, extra: dict[str, Any]) -> None:
    assert mock.write({**extra, "message": "hello"}) == Mock().write({"message": "hello"})


@pytest.mark.parametrize("path", ["/conversations/123/messages", "/api/conversations/123/messages"])
@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded", "text/plain", ""])
def test_json_is_read_under_any_content_type_with_and_without_api(mock: Mock, path: str, content_type: str) -> None:
    response = mock.send("POST", path, content=b'{"message": "hello"}', headers={"Content-Type": content_type})
    assert succeeded("createMessage", response)["message"] == "hello"


def test_a_message_is_stored_and_moves_its_conversation(world: World) -> None:
    before = only(world, "conversations", id=127)
    reply = handled("createMessage", world, body='{"message": "hello", "fileCount": 2}', now=NOW + 90.5)
    assert only(world, "messages", id=1001) == reply.body
    assert only(world, "conversations", id=127) == {**before, "updated_at": NOW + 90}
    assert only(world, "counters", name="messages")["next"] == 1002
    assert only(world, "participants", conversationId=127, userId=1)["archivedAt"] == 1767220000


def test_a_reply_leaves_the_message_it_answers_alone(world: World) -> None:
    first = handled("createMessage", world, body='{"message": "hello"}').body
    second = handled("createMessage", world, body='{"message": "again", "parent_id": 1001}').body
    assert only(world, "messages", id=1001) == first
    assert only(world, "messages", id=1002) == {**second, "parent": {"id": 1001}}


@pytest.mark.parametrize("case", CASES["refused"], ids=lambda case: case["case"])
def test_a_refused_message_answers_the_vendors_envelope_and_stores_nothing(mock: Mock, case: dict[str, Any]) -> None:
    path = f"/conversations/{case.get('conversation', 123)}/messages"
    headers = {"Authorization": case.get("authorization", f"Bearer {JOHN}")}
    sent = content(case, json={"message": "hello"})
    refused(mock.send("POST", path, headers=headers, **sent), case["status"], case["code"])
    assert mock.write({"message": "hello"})["id"] == 1001


def test_the_same_seed_and_requests_give_the_same_bytes() -> None:
    assert transcript(Mock(seed=7)) == transcript(Mock(seed=7))


def transcript(mock: Mock) -> list[tuple[bytes, list[tuple[bytes, bytes]]]]:
    path = "/conversations/123/messages"
    responses = [
        mock.send("POST", path, json={"message": "hello"}),
        mock.send("POST", path, json={"message": "again", "parent_id": 1001}),
        mock.send("POST", path, json={"message": "no", "parent_id": 999}),
        mock.send("POST", "/authenticate", json=LOGIN),
        mock.send("GET", "/renew"),
    ]
    return [(response.content, response.headers.raw) for response in responses]


def test_namespaces_do_not_see_each_others_messages(mock: Mock) -> None:
    here, there = {"Understudy-Namespace": "here"}, {"Understudy-Namespace": "there"}
    assert mock.write({"message": "hello"}, headers=here)["id"] == 1001
    assert mock.write({"message": "again", "parent_id": 1001}, headers=here)["id"] == 1002
    body = {"message": "no", "parent_id": 1001}
    refused(mock.send("POST", "/conversations/123/messages", json=body, headers=there), 422, "parent_not_found")
    assert mock.write({"message": "hello"}, headers=there)["id"] == 1001


def test_what_is_outside_of_the_api_answers_in_its_envelope(mock: Mock) -> None:
    refused(mock.send("GET", "/nowhere"), 404, "route_not_found")
    refused(mock.send("POST", "/renew", headers={"Accept": "text/csv"}), 406, "not_acceptable")
    unknown_method = mock.send("PUT", "/conversations/123/messages", json={"message": "hello"})
    refused(unknown_method, 405, "method_not_allowed")
    assert unknown_method.headers["allow"] == "GET, POST"
