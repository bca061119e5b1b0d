"""Avaya's socket: who hears of a message or of a presence event, and what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.mockserver.realtime.avaya import (
    BOARD,
    CHAT,
    DIRECT,
    EXAMPLE,
    IDS,
    LAUNCH,
    LAUNCH_POST,
    POST,
    TASK,
    TEAM,
    Dial,
    chat,
    entering,
    post,
)
from tests.servers import Served
from understudy_mockserver.contracts import load_contract

CONTRACT = load_contract("avaya-spaces")
EXAMPLES = next(event for event in CONTRACT.realtime if event.name == "SEND_MESSAGE").examples
ANY_JSON: list[Any] = [None, False, 0, 17.5, "", "some metadata", [], {}, {"a": [1, {"b": None}], "ü": "🎈\n"}]


@pytest.fixture
def enter(server: Served, client: httpx.Client) -> Iterator[Dial]:
    """Lets users into /chat, in the client's Understudy namespace."""
    with entering(server.contracts["avaya-spaces"], client.headers["Understudy-Namespace"]) as enter:
        yield enter


# --- Messages


def test_the_documented_example_is_sent_back_as_a_message(server: Served, enter: Dial) -> None:
    sent = EXAMPLES["source-document"]
    message = enter("example", LAUNCH).sent(sent)
    [file] = message["content"]["data"]
    assert file.items() >= sent["content"]["data"][0].items()
    assert httpx.get(file["path"], trust_env=False).status_code == 200
    assert message["content"]["bodyText"] == "this is the message."
    assert (message["sender"], message["category"], message["topicId"]) == (EXAMPLE, "chat", LAUNCH)
    assert (message["topicTitle"], message["topicType"]) == ("Launch", "group")
    assert message["loopbackMetadata"] == "some metadata"


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_of_the_contract_is_sent(enter: Dial, name: str) -> None:
    payload = EXAMPLES[name]
    message = enter("example", payload["topicId"]).sent(payload)
    assert message["category"] == payload["category"]
    assert message["content"]["bodyText"] == payload["content"].get("bodyText", "")


def test_a_message_reaches_every_subscribed_connection_once(enter: Dial) -> None:
    sender, other_tab, ben, gina = (
        enter(name, TEAM, protocol=protocol)
        for name, protocol in zip(("example", "example", "ben", "gina"), (3, 4, 3, 4), strict=True)
    )
    message = sender.sent(chat("Hello 🎈"))
    assert [socket.heard() for socket in (other_tab, ben, gina)] == [[("MESSAGE_SENT", message)]] * 3
    assert sender.heard() == []


def test_a_message_reaches_nobody_else(enter: Dial) -> None:
    sender = enter("example", TEAM)
    outside, elsewhere, left = enter("ben"), enter("ben", LAUNCH), enter("ben", TEAM)
    left.said("UNSUBSCRIBE_CHANNEL", {"channel": {"_id": TEAM}})
    sender.sent(chat())
    assert outside.heard() == elsewhere.heard() == left.heard() == []


def test_messages_arrive_in_their_order(enter: Dial) -> None:
    one, two, reader = enter("example", TEAM), enter("ben", TEAM, protocol=4), enter("gina", TEAM)
    for number in range(20):
        (one, two)[number % 2].emit("SEND_MESSAGE", chat(str(number)))
        (one, two)[number % 2].heard()
    assert [payload["content"]["bodyText"] for _, payload in reader.heard()] == [str(number) for number in range(20)]


def test_a_direct_message_reaches_the_two(enter: Dial) -> None:
    example, ben = enter("example", DIRECT), enter("ben", DIRECT)
    message = example.sent(chat("Lunch?", topicId=DIRECT))
    assert (message["topicTitle"], message["topicType"]) == ("", "direct")
    assert ben.heard() == [("MESSAGE_SENT", message)]


def test_the_server_says_who_sent_a_message_and_when(enter: Dial) -> None:
    sender = {"_id": IDS["ben"], "type": "user", "displayname": "Somebody else"}
    claims = {
        "created": "2017-06-26T18:09:55.839Z",
        "sender": sender,
        "_id": CHAT,
        "chatCount": 7,
        "mentions": [sender],
    }
    message = enter("example", TEAM).sent({**chat(topicTitle="Another"), "chatMessages": {"messages": []}, **claims})
    assert (message["sender"], message["chatCount"], message["topicTitle"]) == (EXAMPLE, 0, "Team space")
    assert message["_id"] != CHAT
    assert message["created"] == message["modified"] > claims["created"]
    assert not message.keys() & {"mentions", "chatMessages"}


# --- loopbackMetadata


@pytest.mark.parametrize("value", ANY_JSON, ids=repr)
@pytest.mark.parametrize("protocol", [3, 4])
def test_loopback_metadata_comes_back_unchanged_on_the_sending_connection_alone(
    enter: Dial, value: Any, protocol: int
) -> None:
    sender = enter("example", TEAM, protocol=protocol)
    other_tab, ben = enter("example", TEAM, protocol=protocol), enter("ben", TEAM)
    message = sender.sent(chat(loopbackMetadata=value))
    assert message.pop("loopbackMetadata", "missing") == value
    assert other_tab.heard() == ben.heard() == [("MESSAGE_SENT", message)]


def test_where_no_loopback_metadata_was_sent_none_comes_back(enter: Dial) -> None:
    assert "loopbackMetadata" not in enter("example", TEAM).sent(chat())


# --- Comments, posts, tasks


@pytest.mark.parametrize(
    ("parent", "category", "text"),
    [(POST, "idea", "The environment file of the second site"), (TASK, "task", "Check the environment file")],
)
def test_a_comment_shows_what_it_is_about(enter: Dial, parent: str, category: str, text: str) -> None:
    message = enter("gina", TEAM).sent(chat("Agreed.", parentMsg={"_id": parent}))
    assert message["parentMsg"] == {"_id": parent, "bodyText": text, "category": category}


def test_a_message_that_was_sent_is_known_to_rest(client: httpx.Client, enter: Dial) -> None:
    """Comments ask for what they are about: it must exist, and be no chat."""
    ben = enter("ben", TEAM)
    hello, *sent = [ben.sent(chat("By socket", category=category)) for category in ("chat", "idea", "task")]
    for message in sent:
        comment = post(client, content={"bodyText": "By REST"}, parentMsg={"_id": message["_id"]})
        about = {"_id": message["_id"], "bodyText": "By socket", "category": message["category"]}
        assert comment["parentMsg"] == about
    assert post(client, content={"bodyText": "By REST"}, parentMsg={"_id": hello["_id"]}) == "parent.invalid"


def test_a_socket_comments_on_what_rest_created(client: httpx.Client, enter: Dial) -> None:
    idea = post(client, kind="ideas", content={"bodyText": "By REST"})
    comment = enter("ben", TEAM).sent(chat(parentMsg={"_id": idea["_id"]}))
    assert comment["parentMsg"] == {"_id": idea["_id"], "bodyText": "By REST", "category": "idea"}


@pytest.mark.parametrize(("word", "number"), [(None, 0), ("pending", 0), ("completed", 1)])
def test_a_tasks_status_is_a_word_and_its_number_follows(enter: Dial, word: str | None, number: int) -> None:
    content = {"bodyText": "Check", "dueDate": "tomorrow", "assignees": [{"_id": IDS["ben"], "note": "soon"}]}
    status = {"status": word} if word else {}
    message = enter("example", TEAM).sent(chat(category="task", content={**content, **status}))
    assert (message["status"], message["content"]["status"]) == (number, word or "pending")
    assert message["content"]["assignees"] == [{"_id": IDS["ben"]}]
    assert message["content"]["dueDate"] == "tomorrow"


def test_only_a_task_has_what_tasks_have(enter: Dial) -> None:
    content = {"bodyText": "x", "description": "y", "dueDate": "", "assignees": [], "status": "completed"}
    example = enter("example", TEAM)
    for category in ("chat", "idea"):
        message = example.sent(chat(category=category, content=content))
        assert not message["content"].keys() & {"dueDate", "assignees"}
        assert (message["status"], message["content"]["description"]) == (0, "y")
        assert "status" not in message["content"]
    bare = example.sent(chat(category="task"))
    assert not bare["content"].keys() & {"dueDate", "assignees"}


# --- Files


def test_an_uploaded_file_is_sent_by_its_id(client: httpx.Client, enter: Dial) -> None:
    declared = {"files": [{"Content-Type": "image/png", "Content-Length": 3}]}
    headers = {"Authorization": "jwt mock-jwt-example"}
    [address] = client.post("/avaya-spaces/api/files/getuploadurl", headers=headers, json=declared).json()["data"]
    sender, reader = enter("example", TEAM), enter("ben", TEAM)
    content = {"data": [{"fileId": address["fileKey"], "fileType": "image", "name": "dot.png"}]}
    assert sender.failed(chat(content=content))["error"] == "file.not_uploaded"
    assert client.put(address["url"], content=b"dot").status_code == 200
    message = sender.sent(chat(content=content))
    assert reader.heard() == [("MESSAGE_SENT", message)]
    [file] = message["content"]["data"]
    assert (file["fileSize"], file["providerFileType"], file["provider"]) == (3, "image/png", "native")
    download = httpx.get(file["path"], trust_env=False)
    assert (download.content, "dot.png" in download.headers["content-disposition"]) == (b"dot", True)


# --- REST


@pytest.mark.parametrize(
    ("kind", "more"),
    [("chats", {}), ("ideas", {}), ("tasks", {"assignees": [IDS["ben"]], "dueDate": "2026-02-01", "status": 1})],
)
def test_what_rest_creates_reaches_the_sockets(client: httpx.Client, enter: Dial, kind: str, more: Any) -> None:
    sockets = enter("example", TEAM), enter("ben", TEAM, protocol=4)
    message = post(client, kind=kind, content={"bodyText": "By REST"}, loopbackMetadata="x", **more)
    heard = [("MESSAGE_SENT", {**message, "topicTitle": "Team space", "topicType": "group"})]
    assert [socket.heard() for socket in sockets] == [heard, heard]


def test_a_rest_comment_reaches_the_sockets_as_one(client: httpx.Client, enter: Dial) -> None:
    ben = enter("ben", LAUNCH)
    post(client, LAUNCH, content={"bodyText": "Agreed."}, parentMsg={"_id": LAUNCH_POST})
    [(_, message)] = ben.heard()
    assert message["parentMsg"] == {"_id": LAUNCH_POST, "bodyText": "What is left to do", "category": "idea"}


def test_what_rest_refuses_reaches_nobody(client: httpx.Client, enter: Dial) -> None:
    ben = enter("ben", TEAM, BOARD)
    assert post(client, content={"bodyText": ""}) == "content.empty"
    assert post(client, BOARD, content={"bodyText": "x"}) == "space.not_member"
    assert ben.heard() == []


def test_a_message_stays_in_its_understudy_namespace(server: Served, client: httpx.Client, enter: Dial) -> None:
    name = client.headers["Understudy-Namespace"]
    here = enter("ben", TEAM), enter("ben", TEAM, root=f"{server.url}/~{name}/avaya-spaces")
    there = enter("ben", TEAM, understudy_namespace=f"{name}-2"), enter("ben", TEAM, understudy_namespace="default")
    message = post(client, content={"bodyText": "By REST"})
    event = "MESSAGE_SENT", {**message, "topicTitle": "Team space", "topicType": "group"}
    assert [socket.heard() for socket in here] == [[event]] * 2
    there[0].sent(chat())
    assert [socket.heard() for socket in (*here, *there)] == [[]] * 4


# --- Presence


def presence(category: str = "party.typing", **more: Any) -> dict[str, Any]:
    return {"category": category, "topicId": TEAM, **more}


def test_typing_reaches_all_who_are_subscribed(enter: Dial) -> None:
    typing, other_tab, ben = enter("example", TEAM), enter("example", TEAM), enter("ben", TEAM, protocol=4)
    elsewhere = enter("ben", LAUNCH)
    heard = typing.said("SEND_PRESENCE_EVENT", presence(content={"mediaSession": {}, "subscribeTime": 5}))
    [(name, event)] = heard
    session = event["content"].pop("sessionId")
    assert re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", session)
    sender = {**EXAMPLE, "phone_numbers": []}
    content = {"mediaSession": {}, "subscribeTime": 5}
    assert (name, event) == ("PRESENCE_EVENT_RESPONSE", presence(sender=sender, content=content, receivers=[]))
    event["content"]["sessionId"] = session
    assert (other_tab.heard(), ben.heard(), elsewhere.heard()) == (heard, heard, [])


def test_the_session_of_a_presence_event_is_that_of_the_subscription(enter: Dial) -> None:
    example = enter("example")
    [(_, subscribed)] = example.said("SUBSCRIBE_CHANNEL", {"channel": {"_id": TEAM}})
    claim = presence(content={"sessionId": "mine"}, sender={"_id": IDS["ben"]})
    [(_, event)] = example.said("SEND_PRESENCE_EVENT", claim)
    assert event["content"] == {"sessionId": subscribed["sessionId"]}
    assert event["sender"]["_id"] == IDS["example"]


def test_a_presence_event_without_content_has_its_session_alone(enter: Dial) -> None:
    sockets = enter("example", TEAM), enter("ben", TEAM)
    sessions = [socket.said("SEND_PRESENCE_EVENT", presence())[-1][1]["content"] for socket in sockets]
    assert [list(content) for content in sessions] == [["sessionId"], ["sessionId"]]
    assert sessions[0] != sessions[1]


def test_with_receivers_their_subscribed_connections_alone_get_it(enter: Dial) -> None:
    sender, gina, outside = enter("example", TEAM), enter("gina", TEAM), enter("ben", LAUNCH)
    ben = enter("ben", TEAM), enter("ben", TEAM)
    receivers = [{"_id": IDS["ben"], "type": "user", "displayname": "Ben"}, {"_id": IDS["cara"]}, {"_id": IDS["ben"]}]
    assert sender.said("SEND_PRESENCE_EVENT", presence(receivers=receivers, loopbackMetadata=1)) == []
    [[(name, event)], again] = [socket.heard() for socket in ben]
    assert again == [(name, event)]
    assert (event["receivers"], "loopbackMetadata" in event) == (receivers, False)
    assert gina.heard() == outside.heard() == []


@pytest.mark.parametrize("value", ANY_JSON, ids=repr)
def test_a_presence_events_loopback_metadata_comes_back_on_its_connection_alone(enter: Dial, value: Any) -> None:
    sender, other_tab = enter("example", TEAM), enter("example", TEAM)
    receivers = [{"_id": IDS["example"]}]
    [(name, event)] = sender.said("SEND_PRESENCE_EVENT", presence(receivers=receivers, loopbackMetadata=value))
    assert event.pop("loopbackMetadata", "missing") == value
    assert other_tab.heard() == [(name, event)]


@pytest.mark.parametrize(
    "wrong", [{"category": None}, {"category": "media.session.invalid"}, {"content": 1}, {"topicId": LAUNCH}]
)
def test_a_refused_presence_event_comes_back_to_its_sender_alone(enter: Dial, wrong: dict[str, Any]) -> None:
    sender, ben = enter("example", TEAM), enter("ben", TEAM, LAUNCH)
    sent = {**presence(loopbackMetadata="x"), **wrong}
    refused = {**sent, "category": "media.session.invalid", "sender": EXAMPLE}
    assert sender.said("SEND_PRESENCE_EVENT", sent) == [("PRESENCE_EVENT_RESPONSE", refused)]
    assert ben.heard() == []
