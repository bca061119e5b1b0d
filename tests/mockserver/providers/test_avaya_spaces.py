"""What Avaya Spaces does with accepted messages, files, guests and direct spaces, and how it refuses others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.mockserver.providers.avaya_spaces import CONTRACT, NOW, ROOT, SEED, Desk
from understudy_mockserver import tokens
from understudy_mockserver.ids import Ids
from understudy_mockserver.providers.avaya_spaces import PROVIDER
from understudy_validators import judge_reply

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases/avaya_spaces.yaml").read_text("utf-8"))
TIME, START = "2026-01-01T00:00:00.250Z", "2026-01-01T00:00:00.257Z"
FIRST_ID = Ids(SEED).object_id(NOW)
HELLO: dict[str, Any] = {"content": {"bodyText": "Hello"}}
TEAM, LAUNCH, VAULT = "5f2276a8fe5c16664f01c5be", "594140a11d108619100a7360", "5f2276a8fe5c16664f01c5c0"
POST, TASK, CHAT = (f"5f2a9df91c85f02eb068a4f{digit}" for digit in "012")
EXAMPLE, BEN, CARA, DAN = (f"5efc5417aa4a347af96de29{digit}" for digit in "0123")
GINA = "5efc5417aa4a347af96de2a0"
DOCUMENT, IMAGE = "80b65d25-d960-4356-ab4d-8b09590efcd0", "9ec91803-9a64-4294-aaa0-a171bd57e300"
THUMBNAIL = "44e4e7ef-bae7-4605-b9df-485b880dd1b0"
WRITERS = ("mock-jwt-example", "mock-jwt-ben", "mock-anon-gina")
DECLARED = "0a0a0a0a-0000-4000-8000-000000000003"


@pytest.fixture
def desk() -> Desk:
    return Desk()


def named(cases: list[dict[str, Any]]) -> list[Any]:
    return [pytest.param({k: v for k, v in case.items() if k != "case"}, id=case["case"]) for case in cases]


def test_every_operation_of_the_contract_has_its_handler() -> None:
    assert PROVIDER.handlers.keys() == CONTRACT.operations.keys()


def test_the_documented_request_gets_the_documented_reply(desk: Desk) -> None:
    documented = CASES["documented"]["chat"]
    assert not judge_reply(CONTRACT.operation("createChat"), 200, "application/json", documented["response"])
    [expected] = documented["response"]["data"]
    message = desk.message(body=documented["request"])
    [file] = expected["content"]["data"]
    content = {**expected["content"], "data": [{**file, "path": f"{ROOT}/files/{DOCUMENT}"}], "startTime": START}
    assert message == {**expected, "content": content, "_id": FIRST_ID, "created": TIME, "modified": TIME}


def test_the_example_of_the_socket_event_is_a_chat_too(desk: Desk) -> None:
    event = CASES["documented"]["event"]
    message = desk.message(path={"spaceId": event["topicId"]}, body={"content": event["content"]})
    [file] = message["content"]["data"]
    assert (message["topicId"], message["content"]["bodyText"]) == (LAUNCH, "this is the message.")
    assert file.items() >= event["content"]["data"][0].items()
    assert file["path"] == file["previewUrl"] == f"{ROOT}/files/{IMAGE}"
    assert file["thumbnailUrl"] == f"{ROOT}/files/{THUMBNAIL}"


@pytest.mark.parametrize("case", named(CASES["attachments"]))
def test_an_attachment_is_described_by_the_request_and_else_by_the_upload(desk: Desk, case: dict[str, Any]) -> None:
    [plain] = CASES["documented"]["chat"]["response"]["data"][0]["content"]["data"]
    [file] = desk.message(body={"content": {"data": [case["sent"]]}})["content"]["data"]
    assert file == {**plain, "fileId": IMAGE, "path": f"{ROOT}/files/{IMAGE}", **case["shown"]}


def test_an_image_without_a_thumbnail_is_its_own(desk: Desk) -> None:
    [file] = desk.message(body={"content": {"data": [{"fileId": IMAGE, "fileType": "image"}]}})["content"]["data"]
    assert (file["thumbnailFile"], file["thumbnailUrl"]) == ("", f"{ROOT}/files/{IMAGE}")


def test_files_stand_in_the_order_of_the_request_and_may_come_twice(desk: Desk) -> None:
    keys = [IMAGE, DOCUMENT, IMAGE]
    content = desk.message(body={"content": {"data": [{"fileId": key} for key in keys]}})["content"]
    assert (content["bodyText"], [file["fileId"] for file in content["data"]]) == ("", keys)


@pytest.mark.parametrize("text", ["<p>It&#x27;s &quot;done&quot;</p>", "  two\n\tlines ", "日本 🎉", "0", "x" * 50_000])
def test_the_text_is_kept_as_it_was_sent(desk: Desk, text: str) -> None:
    content = desk.message(body={"content": {"bodyText": text, "description": 7}, "category": "idea"})["content"]
    assert (content["bodyText"], content["data"], content["description"]) == (text, [], "")


def test_a_message_is_stored_as_it_is_answered(desk: Desk) -> None:
    before = len(desk.world["messages"])
    messages = [desk.message(name) for name in ("createChat", "createIdea", "createTask")]
    assert list(desk.world["messages"])[before:] == messages
    assert len({message["_id"] for message in messages}) == 3


def test_a_post_has_a_description_and_files(desk: Desk) -> None:
    content = {"bodyText": "Where?", "description": "Rooms below", "data": [{"fileId": DOCUMENT}]}
    post, plain = desk.message("createIdea", body={"content": content}), desk.message("createIdea", body=HELLO)
    assert (post["category"], post["content"]["description"]) == ("idea", "Rooms below")
    assert [file["name"] for file in post["content"]["data"]] == ["env2 (1)"]
    assert (plain["content"]["description"], plain["content"]["data"]) == ("", [])
    assert plain.keys() == desk.message().keys()


@pytest.mark.parametrize(
    ("status", "word", "shown"),
    [(0, None, "pending"), (1, None, "completed"), (0, "completed", "completed"), (1.0, None, "completed")],
)
def test_a_task_has_assignees_a_due_date_and_a_status(desk: Desk, status: int, word: str | None, shown: str) -> None:
    content = {"bodyText": "Hello", "description": "Now", **({"status": word} if word else {})}
    body = {"content": content, "assignees": [BEN, EXAMPLE], "dueDate": "soon", "status": status}
    task, chat = desk.message("createTask", body=body), desk.message(body=HELLO)
    facts = {"description": "Now", "status": shown, "dueDate": "soon", "assignees": [{"_id": BEN}, {"_id": EXAMPLE}]}
    assert task["content"] == {**chat["content"], **facts}
    assert task == {**chat, "content": task["content"], "category": "task", "status": status, "_id": FIRST_ID}


@pytest.mark.parametrize(
    ("parent", "text", "category"),
    [(POST, "The environment file of the second site", "idea"), (TASK, "Check the environment file", "task")],
)
def test_a_comment_shows_what_it_is_about_and_is_counted_there(
    desk: Desk, parent: str, text: str, category: str
) -> None:
    before = desk.record("messages", _id=parent)
    comments = [desk.message(body={**HELLO, "parentMsg": {"_id": parent}}, **{"as": token}) for token in WRITERS]
    assert comments[0]["parentMsg"] == {"_id": parent, "bodyText": text, "category": category}
    assert [comment["chatCount"] for comment in comments] == [0, 0, 0]
    assert desk.record("messages", _id=parent) == {**before, "chatCount": 3}
    assert [message["_id"] for message in desk.world["messages"] if message["chatCount"]] == [parent]


def test_a_chat_can_comment_on_a_post_or_task_that_was_just_made(desk: Desk) -> None:
    for operation, category in (("createIdea", "idea"), ("createTask", "task")):
        parent = desk.message(operation, patch={"content": {"bodyText": "New"}})
        comment = desk.message(body={**HELLO, "parentMsg": {"_id": parent["_id"]}})
        assert comment["parentMsg"] == {"_id": parent["_id"], "bodyText": "New", "category": category}


@pytest.mark.parametrize("case", named(CASES["accepted"]))
def test_whoever_may_write_is_the_sender(desk: Desk, case: dict[str, Any]) -> None:
    sender, operation = case.pop("sender"), case.pop("send", "createChat")
    user = desk.record("users", _id=sender)
    shown = {name: user[name] for name in ("username", "displayname", "picture_url")}
    assert desk.message(operation, **case)["sender"] == {"_id": sender, "type": user["aType"], **shown}


@pytest.mark.parametrize("case", named(CASES["refused"]))
def test_a_refusal_says_why_and_changes_nothing(desk: Desk, case: dict[str, Any]) -> None:
    status, code, before = case.pop("status"), case.pop("code"), desk.snapshot()
    reply = desk.answer(case.pop("send", "createChat"), **case)
    assert (reply.status, reply.body["code"]) == (status, code)
    assert reply.body.keys() == {"code", "message"}
    assert desk.snapshot() == before


def test_an_address_and_a_key_are_handed_out_for_each_file(desk: Desk) -> None:
    files = [{"Content-Type": "image/png", "Content-Length": 5}, {"Content-Type": "", "Content-Length": 7.0}]
    addresses = desk.send("getUploadUrl", body={"files": files, "topicId": TEAM})["data"]
    for sent, address in zip(files, addresses, strict=True):
        assert address["url"].startswith(f"{ROOT}/uploads/{address['fileKey']}?signature=")
        assert desk.record("files", fileId=address["fileKey"]) == {
            "fileId": address["fileKey"],
            "ownerId": EXAMPLE,
            "topicId": TEAM,
            "name": "",
            "fileSize": sent["Content-Length"],
            "providerFileType": sent["Content-Type"],
            "uploaded": False,
            "created": TIME,
        }
    assert addresses[0]["fileKey"] != addresses[1]["fileKey"]
    assert all(type(desk.record("files", fileId=address["fileKey"])["fileSize"]) is int for address in addresses)


@pytest.mark.parametrize("content", ["012345678", "0123456789a", ""])
def test_only_exactly_the_declared_bytes_are_taken(desk: Desk, content: str) -> None:
    reply = desk.answer("uploadFile", raw=content)
    assert (reply.status, reply.body["code"]) == (400, "upload.size_mismatch")
    assert (desk.record("files", fileId=DECLARED)["uploaded"], desk.state.blobs.get(DECLARED)) == (False, None)


def test_uploading_again_replaces_the_bytes(desk: Desk) -> None:
    for content in ("0123456789", "9876543210"):
        assert desk.send("uploadFile", raw=content) is None
        assert desk.send("downloadFile", path={"fileKey": DECLARED}) == content.encode()


def test_a_file_whose_bytes_are_not_kept_has_as_many_zero_bytes(desk: Desk) -> None:
    reply = desk.answer("downloadFile")
    assert reply.body == bytes(3239)
    assert reply.headers == {
        "Content-Disposition": 'attachment; filename="env2 (1)"',
        "X-Content-Type-Options": "nosniff",
    }


def test_a_download_has_the_name_that_the_first_message_gave_the_file(desk: Desk) -> None:
    desk.send("uploadFile", raw="0123456789")
    names = []
    for name in ("", "notes.txt", "other.txt"):
        desk.message(body={"content": {"data": [{"fileId": DECLARED, "name": name}] * 2}})
        names.append((desk.answer("downloadFile", path={"fileKey": DECLARED}).headers or {})["Content-Disposition"])
    assert names == [f'attachment; filename="{name}"' for name in (DECLARED, "notes.txt", "notes.txt")]


def test_an_anonymous_user_gets_a_token_of_the_documented_claims(desk: Desk) -> None:
    settings = desk.record("settings")
    token = desk.send("authenticateAnonymously", body={})["token"]
    claims = tokens.verify(token, settings["anonymousTokenKey"].encode())
    facts = {"anonymous_id": FIRST_ID, "product_type": settings["anonymousProductType"], "iss": ROOT}
    assert claims == {**facts, "iat": int(NOW), "exp": int(NOW) + 86400}


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({}, ("", "", f"{ROOT}/norevimages/noimage.jpg")),
        (
            {"displayname": "Guest", "username": "guest@door"},
            ("Guest", "guest@door", f"{ROOT}/norevimages/noimage.jpg"),
        ),
        ({"picturefile": "https://example.com/a.png"}, ("", "", "https://example.com/a.png")),
        ({"picturefile": ""}, ("", "", f"{ROOT}/norevimages/noimage.jpg")),
    ],
)
def test_an_anonymous_user_writes_as_what_was_said(desk: Desk, sent: dict[str, str], shown: tuple[str, ...]) -> None:
    guest = {"as": desk.send("authenticateAnonymously", body=sent)["token"]}
    pin = {"spaces-x-space-password": "246810"}
    sender = desk.message(path={"spaceId": VAULT}, headers=pin, body=HELLO, **guest)["sender"]
    assert sender == {
        "_id": FIRST_ID,
        "type": "anonymous",
        **dict(zip(("username", "displayname", "picture_url"), (shown[1], shown[0], shown[2]), strict=True)),
    }
    refusals = [desk.answer("createChat", **guest), desk.answer("getUploadUrl", **guest)]
    refusals += [desk.answer("getDirectSpace", **guest)]
    codes = ["space.not_member", "user.registered_only", "direct.not_allowed"]
    assert [reply.body["code"] for reply in refusals] == codes


def test_an_anonymous_token_lives_for_a_day(desk: Desk) -> None:
    token = desk.send("authenticateAnonymously")["token"]
    for wait, code in ((86399, "space.not_member"), (86400, "token.expired")):
        desk.now = NOW + wait
        assert desk.answer("createChat", **{"as": token}).body["code"] == code


def test_the_body_of_anonymous_auth_may_be_left_out(desk: Desk) -> None:
    assert desk.answer("authenticateAnonymously", raw="").status == 200
    assert desk.record("users", _id=FIRST_ID)["displayname"] == ""


def test_a_direct_space_that_is_there_is_answered_with_its_members(desk: Desk) -> None:
    before = desk.snapshot()
    documented = CONTRACT.operation("getDirectSpace").success.examples["existing"]
    assert {"data": [desk.direct(BEN)]} == documented == {"data": [desk.direct(EXAMPLE, **{"as": "mock-jwt-ben"})]}
    assert desk.snapshot() == before


def test_a_new_direct_space_is_made_once_for_both(desk: Desk) -> None:
    space = desk.direct(CARA)
    people = [("", "example example", ""), ("cara@example.com", "Cara", "https://pictures.example.com/cara.png")]
    assert space == {
        **CONTRACT.operation("getDirectSpace").success.examples["existing"]["data"][0],
        "_id": FIRST_ID,
        "members": [
            {
                "member": user_id,
                "memberType": "userId",
                "role": "member",
                "joinTime": TIME,
                "username": username,
                "displayname": name,
                "picture_url": picture,
            }
            for user_id, (username, name, picture) in zip((EXAMPLE, CARA), people, strict=True)
        ],
        "created": TIME,
        "modified": TIME,
    }
    assert desk.direct(CARA) == space == desk.direct(EXAMPLE, **{"as": "mock-jwt-cara"})
    assert desk.direct(CARA, **{"as": "mock-jwt-ben"})["_id"] != FIRST_ID


def test_both_and_no_other_write_in_a_new_direct_space(desk: Desk) -> None:
    place = {"spaceId": desk.direct(CARA)["_id"]}
    senders = [desk.message(path=place, **{"as": f"mock-jwt-{who}"})["sender"]["_id"] for who in ("example", "cara")]
    assert senders == [EXAMPLE, CARA]
    assert desk.answer("createChat", path=place, **{"as": "mock-jwt-ben"}).body["code"] == "space.not_member"
    assert desk.answer("createIdea", path=place).body["code"] == "direct.chat_only"


def test_an_anonymous_user_is_a_guest_of_a_direct_space(desk: Desk) -> None:
    space = desk.direct(GINA, "anonymous", **{"as": "mock-jwt-ben"})
    assert [(member["member"], member["role"]) for member in space["members"]] == [(BEN, "member"), (GINA, "guest")]
    assert desk.direct(BEN, **{"as": "mock-anon-gina"}) == space


@pytest.mark.parametrize(("operation", "limit"), [("createChat", 60), ("createTask", 60), ("getUploadUrl", 30)])
def test_a_user_calls_an_operation_only_so_often_in_a_minute(desk: Desk, operation: str, limit: int) -> None:
    assert {desk.answer(operation).status for _ in range(limit)} == {200}
    desk.now += 45
    reply = desk.answer(operation)
    assert (reply.status, reply.body["code"], dict(reply.headers or {})) == (429, "rate.limited", {"Retry-After": "15"})
    assert desk.answer(operation, **{"as": "mock-jwt-ben"}).status == 200
    desk.now += 15
    assert desk.answer(operation).status == 200


def test_a_user_makes_only_so_many_calls_in_five_minutes(desk: Desk) -> None:
    for _ in range(4):
        assert {desk.answer(name).status for name in ("createChat", "createIdea", "createTask") for _ in range(50)} == {
            200
        }
        desk.now += 60
    reply = desk.answer("getUploadUrl")
    assert (reply.body["code"], dict(reply.headers or {})) == ("rate.limited", {"Retry-After": "60"})
    assert desk.answer("getUploadUrl", **{"as": "mock-jwt-ben"}).status == 200
    desk.now += 60
    assert desk.answer("getUploadUrl").status == 200
