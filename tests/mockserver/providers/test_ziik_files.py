"""Ziik: files, from the announcement to the download."""

import json
from typing import Any

import pytest

from tests.mockserver.providers.ziik import CONTRACT, JANE, NOW, ROOT, Mock, handled, only, refused
from understudy_validators.records import World

PICTURE = {"id": 124, "type": "messages", "content_type": "image/jpeg", "filename": "The new Counter.JPG"}


@pytest.fixture
def mock() -> Mock:
    return Mock()


@pytest.fixture
def world() -> World:
    """A world as the handlers change it."""
    return CONTRACT.world.copy()


def last_file(mock: Mock) -> Any:
    return mock.ask("getMessage", "/conversations/123/messages/124")["files"][-1]


def put(mock: Mock, upload: dict[str, Any], content: bytes) -> None:
    path = upload["url"].removeprefix(ROOT)
    assert mock.ask("uploadFile", path, "", content=content, headers=upload["headers"]) is None


def test_an_announced_file_is_shown_at_once(mock: Mock) -> None:
    upload = mock.ask("requestUpload", "/api/upload", json=PICTURE)
    assert upload["url"] == f"{ROOT}/uploads/{upload['key']}"
    assert upload["headers"] == {"x-amz-acl": "private", "Content-Type": "image/jpeg"}
    file = last_file(mock)
    assert (file["id"], file["name"], file["extension"]) == (upload["file"], "The new Counter.JPG", "jpg")
    assert (file["uploaded"], file["processing"], file["versions"], file["size"]) == (False, False, {}, 0)
    assert (file["created_at"], file["created_formatted"]) == (NOW, "1 January 2026")
    refused(mock.send("GET", f"/file/{upload['file']}"), 404, "file_not_found")


def test_a_file_goes_all_the_way(mock: Mock) -> None:
    upload = mock.ask("requestUpload", "/upload", json=PICTURE)
    put(mock, upload, b"not this")
    put(mock, upload, b"a picture")
    assert mock.ask("finaliseFile", f"/file/{upload['file']}/finalise", json={"key": upload["key"]}) is None
    file = last_file(mock)
    assert (file["uploaded"], file["processing"], file["size"]) == (True, True, 9)
    response = mock.send("GET", file["source"].removeprefix(ROOT), JANE)
    assert response.content == b"a picture"
    assert response.headers["content-disposition"] == 'attachment; filename="The new Counter.JPG"'
    assert response.headers["content-type"] == "application/octet-stream"
    assert mock.send("GET", f"/api/file/{upload['file']}/thumbnail", JANE).content == b"a picture"


def test_processing_ends_after_a_while_and_a_picture_has_versions(world: World) -> None:
    world["messages"].replace(only(world, "messages", id=124), conversationId=127)
    upload = handled(
        "requestUpload", world, body='{"id":124,"type":"messages","content_type":"image/png","filename":"a"}'
    )
    file_id, body = str(upload.body["file"]), f'{{"key": "{upload.body["key"]}"}}'
    handled("finaliseFile", world, body=body, now=NOW + 1, file=file_id)
    took = only(world, "settings", name="processing-time")["value"]
    assert shown(world, NOW + 1 + took - 0.001) == (True, [])
    assert shown(world, NOW + 1 + took) == (False, ["listing", "detail", "thumbnail"])
    before = only(world, "uploads", fileId=upload.body["file"])
    handled("finaliseFile", world, body=body, now=NOW + 60, file=file_id)
    assert only(world, "uploads", fileId=upload.body["file"]) == before


def shown(world: World, now: float) -> tuple[bool, list[str]]:
    """Whether the last file of message 124 is in processing, and its versions."""
    file = handled("getMessage", world, now=now, message="124").body["files"][-1]
    assert all(url == f"{ROOT}/file/{file['id']}/{name}" for name, url in file["versions"].items())
    return file["processing"], list(file["versions"])


def test_a_file_of_the_first_world_is_as_many_zero_bytes(mock: Mock) -> None:
    assert mock.send("GET", "/file/1").content == bytes(102400)


def test_the_seeded_upload_can_be_finished(mock: Mock) -> None:
    put(mock, {"url": f"{ROOT}/uploads/mock-key-3", "headers": {}}, b"film")
    mock.ask("finaliseFile", "/api/file/3/finalise", json={"key": "mock-key-3"})
    assert mock.send("GET", "/file/3").content == b"film"


def test_what_was_deleted_takes_no_bytes(mock: Mock) -> None:
    mock.ask("deleteMessage", "/conversations/124/messages/132")
    refused(mock.send("PUT", "/uploads/mock-key-3", "", content=b"film"), 404, "upload_not_found")
    assert mock.ask("getMessage", "/conversations/124/messages/132")["files"] == []


def test_a_file_of_an_answered_message_is_shown_in_the_answer(mock: Mock) -> None:
    mock.ask("requestUpload", "/upload", json=PICTURE)
    reply = mock.write({"message": "Nice", "parent_id": 124}, token=JANE)
    assert [file["id"] for file in reply["parent"]["files"]] == [1, 1001]


def file_page(mock: Mock, path: str = "/conversations/124/files", token: str = JANE, **parameters: int) -> Any:
    return mock.ask("listConversationFiles", path, token, params=parameters or None)


def file_ids(page: dict[str, Any]) -> list[int]:
    return [file["id"] for file in page["data"]]


def test_the_contract_shows_the_files_that_the_mock_lists(mock: Mock) -> None:
    example = CONTRACT.operation("listConversationFiles").success.examples["one-file"]
    shown = json.loads(json.dumps(example).replace("http://127.0.0.1:8080/ziik", ROOT))
    for prefix in ("", "/api"):
        assert file_page(mock, f"{prefix}/conversations/123/files") == shown


def test_files_are_listed_as_messages_show_them(mock: Mock) -> None:
    shown = mock.ask("getMessage", "/conversations/124/messages/132")["files"]
    assert file_page(mock)["data"] == shown


def test_numbered_pages_have_every_file_once_and_lead_to_each_other(mock: Mock) -> None:
    path = f"{ROOT}/api/conversations/124/files"
    first = file_page(mock, limit=1)
    assert first["links"] == {
        "first": f"{path}?page=1&limit=1",
        "last": f"{path}?page=2&limit=1",
        "prev": None,
        "next": f"{path}?page=2&limit=1",
    }
    second = file_page(mock, first["links"]["next"].removeprefix(ROOT))
    assert file_ids(first) + file_ids(second) == [2, 3]
    assert (second["links"]["prev"], second["links"]["next"]) == (first["links"]["first"], None)
    meta = {"current_page": 2, "from": 2, "last_page": 2, "path": path, "per_page": 1, "to": 2, "total": 2}
    assert second["meta"] == meta


def test_a_page_of_files_stays_while_others_come(mock: Mock) -> None:
    first = file_page(mock, limit=1)
    mock.ask("requestUpload", "/upload", json=PICTURE | {"id": 132})
    assert file_page(mock, limit=1)["data"] == first["data"]
    assert file_ids(file_page(mock, limit=100)) == [2, 3, 1001]


def test_a_page_beyond_the_last_file_is_empty(mock: Mock) -> None:
    beyond = file_page(mock, page=9)
    assert (beyond["data"], beyond["meta"]["from"], beyond["meta"]["to"]) == ([], None, None)
    assert (beyond["meta"]["last_page"], beyond["links"]["next"]) == (1, None)


def test_a_conversation_without_files_has_one_empty_page(mock: Mock) -> None:
    page = file_page(mock, "/conversations/125/files")
    assert (page["data"], page["meta"]["total"], page["meta"]["last_page"]) == ([], 0, 1)
    assert page["links"]["first"] == page["links"]["last"]


def test_files_of_deleted_messages_are_no_longer_listed(mock: Mock) -> None:
    mock.ask("deleteMessage", "/conversations/124/messages/132")
    assert file_page(mock)["data"] == []


def test_the_address_of_a_voice_message_leads_to_its_bytes(mock: Mock) -> None:
    voice = mock.ask("getMessage", "/conversations/123/messages/125")["voice"]
    response = mock.send("GET", voice["url"].removeprefix(ROOT))
    rate = only(CONTRACT.world, "settings", name="voice-bytes-per-second")["value"]
    assert response.content == bytes(int(voice["duration"] * rate))
    assert response.headers["content-disposition"] == 'attachment; filename="voice-1.mp3"'
    assert response.headers["content-type"] == "application/octet-stream"
    assert mock.send("GET", "/api/voice/1", JANE).status_code == 200


def test_a_deleted_voice_message_cannot_be_heard_any_more(mock: Mock) -> None:
    mock.ask("deleteMessage", "/conversations/123/messages/125", JANE)
    refused(mock.send("GET", "/voice/1"), 404, "voice_not_found")
