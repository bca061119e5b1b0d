"""What Amity's messages do when they are accepted, and how the API refuses the others."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import yaml

from understudy_mockserver.app import create_app
from understudy_mockserver.blobs import Blobs
from understudy_mockserver.contracts import load_contract
from understudy_mockserver.ids import Ids
from understudy_mockserver.provider import Call
from understudy_mockserver.providers.amity import PROVIDER
from understudy_mockserver.settings import Settings
from understudy_validators import Request, judge, judge_reply, pointers, wire
from understudy_validators.records import Record

CONTRACT = load_contract("amity")
OPERATION = CONTRACT.operation("createMessage")
CASES = yaml.safe_load((Path(__file__).parents[2] / "cases/amity.yaml").read_text("utf-8"))
SEED = 1
NOW = 1767225600.25
TIME = "2026-01-01T00:00:00.250Z"
FIRST_ID = Ids(SEED).object_id(NOW)
GENERAL = "64f000000000000000000001/chat/channel/64f0000000000000000000c1"
IMAGE = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
PDF = "0f9e8d7c6b5a49382716f5e4d3c2b1a0"
HELLO: dict[str, Any] = {"channelId": "general", "type": "text", "data": {"text": "hello"}}


def numbered(number: int) -> str:
    """The messageId of one of the world's messages."""
    return f"3f0c6c1e-8b1a-4d52-9d0e-{number:012}"


def mention(*user_ids: str) -> dict[str, Any]:
    return {"type": "user", "userIds": list(user_ids)}


class Desk:
    """The provider and a world, with no server between."""

    def __init__(self) -> None:
        self.world = CONTRACT.world.copy()
        self.ids = Ids(SEED)

    def send(self, by: str = "alice", **fields: Any) -> dict[str, Any]:
        """The whole reply to a hello with these fields; it keeps the contract."""
        headers = {"authorization": f"Bearer {by}-token", "content-type": "application/json"}
        request = Request("POST", OPERATION.path, headers, body=orjson.dumps({**HELLO, **fields}))
        verdict = judge(OPERATION, request, {}, self.world, NOW)
        assert not verdict.violations
        root = "http://mock.test/amity"
        call = Call(OPERATION, verdict.view, verdict.uploads, self.world, Blobs(0), self.ids, NOW, root)
        reply: dict[str, Any] = PROVIDER.handlers["createMessage"](call).body
        assert not judge_reply(OPERATION, 200, "application/json", reply)
        return reply

    def message(self, by: str = "alice", **fields: Any) -> dict[str, Any]:
        """The message of the reply."""
        [message] = self.send(by, **fields)["messages"]
        assert isinstance(message, dict)
        return message

    def record(self, collection: str, **where: Any) -> Record:
        """The one record of the world with these values."""
        [record] = self.world[collection].all(**where)
        return record

    def member(self, user_id: str, channel_id: str = "general") -> Record:
        return self.record("channelUsers", userId=user_id, channelId=channel_id)


class Mock:
    """A server in this process, and one namespace of it."""

    def __init__(self, seed: int = SEED, namespace: str = "default", app: Any = None) -> None:
        self.app = app or create_app(["amity"], Settings(seed=seed))
        self.namespace = namespace

    def send(self, body: Any, authorization: str | None = "Bearer alice-token") -> httpx.Response:
        """The answer to a body: a value, or bytes as they are."""
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        headers = {"Content-Type": "application/json", "Understudy-Namespace": self.namespace}
        if authorization:
            headers["Authorization"] = authorization
        return asyncio.run(self._post(content, headers))

    async def _post(self, content: bytes, headers: dict[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.post("/amity/api/v3/messages", content=content, headers=headers)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def mock() -> Mock:
    return Mock()


def put(value: Any, pointer: str, new: Any) -> None:
    """Sets what the pointer leads to."""
    *way, last = pointers.split(pointer)
    holder = pointers.follow(value, way)
    holder[int(last) if isinstance(holder, list) else last] = new


def filled(example: Mapping[str, Any]) -> Any:
    """An example of the source document with ids in the place of some of its "<string>"."""
    value = copy.deepcopy(example["printed"])
    for pointer, text in example["filled"].items():
        assert pointers.follow(value, pointers.split(pointer)) == "<string>"
        put(value, pointer, text)
    return value


def body_of(case: Mapping[str, Any]) -> Any:
    """What a refusal's case sends."""
    if "raw" in case:
        return case["raw"].encode()
    step = {"send": OPERATION.id, "patch": case.get("with", {})}
    body = copy.deepcopy(wire.build(CONTRACT, step).body)
    for pointer, times in case.get("grown", {}).items():
        put(body, pointer, pointers.follow(body, pointers.split(pointer)) * times)
    return body


def test_a_text_is_answered_with_every_field_in_the_vendors_order(desk: Desk) -> None:
    path = f"{GENERAL}/message/64f0000000000000000000c1/{FIRST_ID}"
    expected = {**CASES["plain"], "_id": FIRST_ID, "path": path, "messageId": FIRST_ID}
    assert json.dumps(desk.message()) == json.dumps(expected)


def test_the_reply_is_bare_and_holds_the_sender(desk: Desk) -> None:
    reply = desk.send("bob")
    assert list(reply) == ["messages", "users", "files"]
    assert reply["users"] == [desk.record("users", userId="bob")]
    assert reply["files"] == []


def test_what_the_client_sends_comes_back(desk: Desk) -> None:
    data = {"text": "hi", "more": True}
    sent: dict[str, Any] = {"messageId": "m-1", "tags": ["a", "b"], "metadata": {"k": [1]}, "data": data}
    message = desk.message(**sent)
    assert {key: message[key] for key in sent} == sent
    assert list(message)[2:5] == ["channelSegment", "metadata", "tags"]


def test_metadata_that_is_sent_empty_comes_back_empty(desk: Desk) -> None:
    assert desk.message(metadata={})["metadata"] == {}


def test_an_empty_message_id_is_none(desk: Desk) -> None:
    first, second = desk.message(messageId=""), desk.message(messageId="")
    assert (first["messageId"], second["messageId"]) == (first["_id"], second["_id"])


def test_a_message_without_type_is_a_text(mock: Mock) -> None:
    response = mock.send({"channelId": "general", "data": {"text": "hello"}})
    assert response.json()["messages"][0]["type"] == "text"


@pytest.mark.parametrize(
    ("type_", "file_id", "data"),
    [
        ("image", IMAGE, {"caption": ""}),
        ("file", PDF, {"caption": "timetable"}),
        ("video", "c0ffee00112233445566778899aabbcc", None),
        ("audio", "deadbeef00112233445566778899aabb", None),
        ("custom", None, {"poll": {"question": "Lunch?"}}),
        ("imagemap", None, None),
    ],
)
def test_other_types_keep_what_they_carry(type_: str, file_id: str | None, data: Any, mock: Mock) -> None:
    body = {"channelId": "general", "type": type_, "fileId": file_id, "data": data}
    [message] = mock.send({key: value for key, value in body.items() if value is not None}).json()["messages"]
    assert (message["type"], message["fileId"], message["data"]) == (type_, file_id, data or {})


def test_segments_count_per_channel_and_replies_share_the_count(desk: Desk) -> None:
    conversation = "64f0000000000000000000c3"
    sent: list[dict[str, Any]] = [{}, {"parentId": numbered(1)}, {"channelId": conversation}, {}]
    assert [desk.message(**fields)["channelSegment"] for fields in sent] == [6, 7, 1, 8]


def test_a_message_of_a_conversation_has_its_path(desk: Desk) -> None:
    channel = "64f0000000000000000000c3"
    path = f"64f000000000000000000001/chat/channel/{channel}/message/{channel}/{FIRST_ID}"
    assert desk.message("bob", channelId=channel)["path"] == path


def test_the_message_is_stored_as_it_was_answered(desk: Desk) -> None:
    message = desk.message(messageId="m-1", parentId=numbered(1))
    assert desk.record("messages", messageId="m-1") == message
    assert message["parentId"] == numbered(1)


def test_a_reply_is_counted_at_its_parent_and_nowhere_else(desk: Desk) -> None:
    before = {record["messageId"]: record for record in desk.world["messages"]}
    for _ in range(2):
        desk.send("bob", parentId=numbered(1))
    changed = [record for record in desk.world["messages"] if record != before.get(record["messageId"])]
    assert {**before[numbered(1)], "childrenNumber": 3} in changed
    assert len(changed) == 3


def test_a_deleted_message_may_be_replied_to(desk: Desk) -> None:
    desk.send(parentId=numbered(3))
    assert desk.record("messages", messageId=numbered(3))["childrenNumber"] == 1


def test_the_channel_notes_its_last_message(desk: Desk) -> None:
    before = list(desk.world["channels"])
    desk.send()
    noted = {**before[0], "messageCount": 6, "lastActivity": TIME, "updatedAt": TIME}
    assert list(desk.world["channels"]) == [noted, *before[1:]]


def test_only_the_sender_was_active(desk: Desk) -> None:
    before = list(desk.world["channelUsers"])
    desk.send("bob")
    changed = [new for new, old in zip(desk.world["channelUsers"], before, strict=True) if new != old]
    assert changed == [{**before[1], "lastActivity": TIME, "updatedAt": TIME}]


def test_mentioned_users_are_named_by_each_of_their_ids_and_returned(desk: Desk) -> None:
    reply = desk.send(mentionees=[mention("bob", "carol")])
    assert reply["messages"][0]["mentionees"] == [
        {
            "type": "user",
            "userIds": ["bob", "carol"],
            "userPublicIds": ["bob", "carol"],
            "userInternalIds": ["64f0000000000000000000a2", "64f0000000000000000000a3"],
        }
    ]
    assert reply["users"] == [desk.record("users", userId=user) for user in ("alice", "bob", "carol")]


def test_no_user_is_returned_twice(desk: Desk) -> None:
    reply = desk.send(mentionees=[mention("alice", "bob", "bob"), mention("bob")])
    assert [user["userId"] for user in reply["users"]] == ["alice", "bob"]


def test_banned_users_are_silently_left_out(desk: Desk) -> None:
    reply = desk.send(mentionees=[mention("dave", "bob")])
    assert reply["messages"][0]["mentionees"][0]["userIds"] == ["bob"]
    assert [user["userId"] for user in reply["users"]] == ["alice", "bob"]


@pytest.mark.parametrize("sent", [mention("dave"), mention(), {"type": "user"}], ids=["banned", "empty", "no list"])
def test_a_mention_of_no_one_is_left_out(sent: dict[str, Any], desk: Desk) -> None:
    reply = desk.send(mentionees=[sent])
    assert reply["messages"][0]["mentionees"] == []
    assert len(reply["users"]) == 1


def test_a_mention_of_the_channel_has_no_users(desk: Desk) -> None:
    reply = desk.send(mentionees=[{"type": "channel", "userIds": ["bob"]}])
    assert reply["messages"][0]["mentionees"] == [{"type": "channel"}]
    assert [user["userId"] for user in reply["users"]] == ["alice"]


@pytest.mark.parametrize(
    ("mentionees", "noted"),
    [
        ([], set()),
        ([mention("bob", "dave")], {"bob"}),
        ([mention("alice")], {"alice"}),
        ([{"type": "channel"}], {"alice", "bob", "carol", "frank"}),
    ],
    ids=["none", "users", "oneself", "channel"],
)
def test_members_note_the_segment_that_mentions_them(mentionees: list[Any], noted: set[str], desk: Desk) -> None:
    desk.send(mentionees=mentionees)
    assert {member["userId"] for member in desk.world["channelUsers"].all(lastMentionedSegment=6)} == noted


def test_the_file_of_the_message_is_returned_with_this_servers_address(desk: Desk) -> None:
    url = f"http://mock.test/amity/api/v3/files/{IMAGE}/download"
    [file] = desk.send(type="image", fileId=IMAGE, data={})["files"]
    assert file == {**desk.record("files", fileId=IMAGE), "fileUrl": url}


def test_avatars_are_returned_and_no_file_twice(desk: Desk) -> None:
    for user_id, avatar in (("alice", IMAGE), ("bob", PDF), ("carol", "f" * 32)):
        desk.world["users"].replace(desk.record("users", userId=user_id), avatarFileId=avatar)
    reply = desk.send(type="image", fileId=IMAGE, data={}, mentionees=[mention("bob", "carol")])
    assert [file["fileId"] for file in reply["files"]] == [IMAGE, PDF]


def test_moderators_are_exempt_from_mutes_words_links_and_repetition(mock: Mock) -> None:
    text = {"text": "forbiddenword https://example.org/"}
    sent = [{**HELLO, "channelId": "quiet-room"}, *[{**HELLO, "data": text}] * 6]
    assert [mock.send(body).status_code for body in sent] == [200] * 7


def test_links_to_the_allowed_host_pass(mock: Mock) -> None:
    body = {**HELLO, "data": {"text": "see https://docs.example.com/a and http://example.com"}}
    assert mock.send(body, "Bearer bob-token").status_code == 200


@pytest.mark.parametrize("case", CASES["refusals"], ids=lambda case: "-".join([case["name"], case.get("case", "")]))
def test_a_refusal_is_the_vendors_to_the_letter(case: dict[str, Any], mock: Mock) -> None:
    by, scheme = case.get("by", "alice-token"), case.get("scheme", "Bearer")
    for _ in range(case.get("after", 0)):
        assert mock.send(body_of(case), f"{scheme} {by}").status_code == 200
    response = mock.send(body_of(case), by and f"{scheme} {by}")
    data = {"detail": [case["detail"]]} if "detail" in case else {}
    expected = {"status": "error", "message": case["message"], "code": case["code"], "data": data}
    assert (response.status_code, response.text) == (case["status"], json.dumps(expected, separators=(",", ":")))
    assert CONTRACT.answers[case["name"]].status == case["status"]


def test_every_broken_field_has_its_sentence(mock: Mock) -> None:
    response = mock.send({"tags": ["a", 7], "data": {"text": None}, "mentionees": [{"type": "team"}]})
    assert (response.status_code, response.json()["code"]) == (500, 500000)
    assert sorted(response.json()["data"]["detail"]) == [
        "The 'channelId' field is required.",
        "The 'data.text' field must be a string.",
        "The 'mentionees[0].type' field value 'user, channel' does not match any of the allowed values.",
        "The 'tags[1]' field must be a string.",
    ]


def test_a_body_without_a_type_lacks_what_a_text_needs_and_no_more(mock: Mock) -> None:
    details = ["The 'channelId' field is required.", "The 'data.text' field is required."]
    assert mock.send({}).json()["data"]["detail"] == details


def test_calls_are_counted_for_each_user_alone(mock: Mock) -> None:
    answers = [mock.send(HELLO) for _ in range(101)]
    assert [answer.status_code for answer in answers].count(200) == 100
    assert "Retry-After" in answers[-1].headers
    assert mock.send(HELLO, "Bearer bob-token").status_code == 200


def test_a_refused_message_leaves_nothing_behind(mock: Mock) -> None:
    assert mock.send({**HELLO, "parentId": numbered(1), "messageId": numbered(1)}).status_code == 403
    [message] = mock.send(HELLO).json()["messages"]
    assert message["channelSegment"] == 6


def test_a_message_id_can_be_used_once(mock: Mock) -> None:
    assert [mock.send({**HELLO, "messageId": "m-1"}).status_code for _ in range(2)] == [200, 403]


def test_the_source_documents_request_is_accepted(mock: Mock) -> None:
    response = mock.send(filled(CASES["documented"]["request"]))
    assert response.status_code == 200
    assert response.json()["messages"][0]["messageId"] == "<string>"


def test_the_source_documents_request_as_printed_only_lacks_a_channel(mock: Mock) -> None:
    response = mock.send(CASES["documented"]["request"]["printed"])
    assert (response.status_code, response.json()["message"]) == (404, "Resource Not Found.")


def test_the_source_documents_response_keeps_the_contract() -> None:
    reply = filled(CASES["documented"]["response"])
    assert not judge_reply(OPERATION, 200, "application/json", reply)


@pytest.mark.parametrize("name", OPERATION.request_examples["application/json"])
def test_each_example_of_the_contract_gets_a_reply_that_keeps_it(name: str, mock: Mock) -> None:
    response = mock.send(OPERATION.request_examples["application/json"][name])
    assert response.status_code == 200
    assert not judge_reply(OPERATION, 200, response.headers["content-type"], response.json())


def test_the_same_seed_gives_the_same_bytes() -> None:
    sent = [HELLO, {**HELLO, "parentId": numbered(1)}, {}]
    runs = [[mock.send(body).content for body in sent] for mock in (Mock(), Mock(), Mock(seed=2))]
    assert runs[0] == runs[1] != runs[2]


def test_namespaces_do_not_see_each_other(mock: Mock) -> None:
    body = {**HELLO, "messageId": "m-1", "fileId": IMAGE}
    for name in ("one", "two"):
        reply = Mock(namespace=name, app=mock.app).send(body).json()
        assert reply["messages"][0]["channelSegment"] == 6
        assert reply["files"][0]["fileUrl"].startswith(f"http://localhost/~{name}/amity/")
