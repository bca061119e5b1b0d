"""Avaya's socket: who is let in, which spaces a connection may listen to, and how messages are refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.mockserver.realtime.avaya import (
    ANNOUNCEMENTS,
    ARCHIVED,
    BOARD,
    DIRECT,
    EXAMPLE,
    IDS,
    LAUNCH,
    NAMESPACE,
    PATIENCE,
    TEAM,
    UNKNOWN_SPACE,
    VAULT,
    Dial,
    Socket,
    channel,
    chat,
    dialling,
    entering,
    post,
    token,
)
from tests.servers import Served

HELLO: dict[str, Any] = {"content": {"bodyText": "Hello"}}


@pytest.fixture
def dial(server: Served, client: httpx.Client) -> Iterator[Dial]:
    """Asks for /chat, in the client's Understudy namespace."""
    with dialling(server.contracts["avaya-spaces"], client.headers["Understudy-Namespace"]) as dial:
        yield dial


@pytest.fixture
def enter(server: Served, client: httpx.Client) -> Iterator[Dial]:
    """Lets users into /chat, in the client's Understudy namespace."""
    with entering(server.contracts["avaya-spaces"], client.headers["Understudy-Namespace"]) as enter:
        yield enter


# --- Connecting


@pytest.mark.parametrize("protocol", [3, 4])
@pytest.mark.parametrize(
    "query",
    [
        {"token": "mock-jwt-example", "tokenType": "jwt"},
        {"token": "mock-jwt-example"},
        {"token": "mock-jwt-example", "tokenType": "jwt", "batchRoster": "true"},
        {"token": "mock-oauth-example", "tokenType": "oauth"},
        {"token": "mock-anon-gina", "tokenType": "jwt"},
    ],
)
def test_who_has_a_token_is_let_in(dial: Dial, protocol: int, query: dict[str, str]) -> None:
    assert dial(protocol, **query).is_in


@pytest.mark.parametrize("protocol", [3, 4])
@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        ({}, "unauthorized", "Authentication is required."),
        ({"token": ""}, "unauthorized", "Authentication is required."),
        ({"token": "mock-jwt-example", "tokenType": "cookie"}, "unauthorized", "Authentication is required."),
        ({"token": "mock-jwt-nobody", "tokenType": "jwt"}, "token.invalid", "The token is not valid."),
        ({"token": "mock-jwt-example", "tokenType": "oauth"}, "token.invalid", "The token is not valid."),
        ({"token": "mock-oauth-example", "tokenType": "jwt"}, "token.invalid", "The token is not valid."),
        ({"token": "mock-oauth-example"}, "token.invalid", "The token is not valid."),
        ({"token": "mock-jwt-expired", "tokenType": "jwt"}, "token.expired", "The token has expired."),
    ],
)
def test_who_has_no_good_token_is_refused(
    dial: Dial, protocol: int, query: dict[str, str], code: str, message: str
) -> None:
    assert dial(protocol, **query).refusal == {"code": code, "message": message}


@pytest.mark.parametrize("protocol", [3, 4])
def test_who_was_refused_may_ask_again(dial: Dial, client: httpx.Client, protocol: int) -> None:
    """And goes unheard till then."""
    socket = dial(protocol, token="mock-jwt-nobody")
    socket.emit("SUBSCRIBE_CHANNEL", channel(TEAM))
    namespace = {NAMESPACE: client.headers["Understudy-Namespace"]}
    socket.answer = socket.join({"token": "mock-jwt-example", **namespace})
    assert socket.is_in
    assert socket.failed(chat())["error"] == "app.event.channel.subscription.required"


def test_an_anonymous_user_is_let_in_at_once(client: httpx.Client, dial: Dial) -> None:
    anonymous = client.post("/avaya-spaces/api/anonymous/auth", json={"displayname": "Zoë"}).json()["token"]
    message = dial(token=anonymous).subscribed(TEAM).sent(chat())
    assert (message["sender"]["displayname"], message["sender"]["type"]) == ("Zoë", "anonymous")


@pytest.mark.parametrize("protocol", [3, 4])
def test_a_refusal_can_be_asked_for(dial: Dial, enter: Dial, protocol: int) -> None:
    refused = dial(protocol, token="mock-jwt-example", understudy_prefer="example=connection-limit")
    assert refused.refusal == {"code": "connection.limit", "message": "Too many socket connections."}
    socket = enter("example", protocol=protocol, understudy_prefer="example=rate-limited")
    assert socket.failed(chat()) == {**chat(), "sender": EXAMPLE, "error": "rate.limited"}
    assert socket.subscribed(TEAM).sent(chat())


# --- Limits


def let_in(dial: Dial, **query: str) -> Socket:
    """A socket that is let in, be it after some attempts: the server has to notice first that another one left."""
    for _ in range(1000):
        socket = dial(**query)
        if socket.is_in:
            return socket
        assert socket.refusal["code"] == "connection.limit"
        socket.close()
    raise AssertionError(f"not let in within {PATIENCE} s")


def test_a_user_has_three_connections_at_once(dial: Dial) -> None:
    mine = {"token": "mock-jwt-example", "tokenType": "jwt"}
    first, second, third = (dial(protocol, **mine) for protocol in (3, 4, 3))
    assert first.is_in
    assert second.is_in
    assert third.is_in
    for protocol in (3, 4):
        refused = dial(protocol, token="mock-oauth-example", tokenType="oauth")
        assert refused.refusal == {"code": "connection.limit", "message": "Too many socket connections."}
    assert dial(token="mock-jwt-ben").is_in
    second.close()
    assert let_in(dial, **mine).is_in
    assert not dial(**mine).is_in


@pytest.mark.parametrize("protocol", [3, 4])
def test_who_leaves_the_namespace_makes_room(dial: Dial, client: httpx.Client, protocol: int) -> None:
    mine = {"token": "mock-jwt-example", NAMESPACE: client.headers["Understudy-Namespace"]}
    sockets = [dial(protocol, **mine) for _ in range(3)]
    sockets[0].websocket.send("41/chat,")
    assert "connection.limit" not in sockets[0].join(mine)
    assert not dial(**mine).is_in


def padded(size: int, text: str = "x") -> dict[str, Any]:
    """A message of so many bytes as compact JSON."""
    missing = size - len(json.dumps(chat(text), separators=(",", ":"), ensure_ascii=False).encode())
    return chat(text + "y" * missing)


@pytest.mark.parametrize("text", ["x", "ü🎈"])
def test_an_event_holds_16_kilobytes(enter: Dial, text: str) -> None:
    example, ben = enter("example", TEAM), enter("ben", TEAM)
    sent, refused = padded(16384, text), padded(16385, text)
    message = example.sent(sent)
    assert message["content"]["bodyText"] == sent["content"]["bodyText"]
    assert example.failed(refused) == {**refused, "sender": EXAMPLE, "error": "payload.too_large"}
    assert ben.heard() == [("MESSAGE_SENT", message)]


def test_a_user_sends_200_events_per_minute(enter: Dial) -> None:
    """Over all connections, whether they are refused or not."""
    one, two, ben = enter("example", TEAM), enter("example"), enter("ben", TEAM)
    for _ in range(100):
        one.emit("SEND_MESSAGE", chat())
        two.emit("SEND_MESSAGE", chat())
    assert {name for name, _ in one.heard()} == {"MESSAGE_SENT"}
    assert {payload["error"] for _, payload in two.heard()} == {"app.event.channel.subscription.required"}
    for socket in (one, two):
        assert socket.failed(chat()) == {**chat(), "sender": EXAMPLE, "error": "rate.limited"}
    assert len(ben.heard()) == 100
    assert ben.sent(chat())


# --- Subscribing


def test_a_subscription_is_answered_without_the_password(enter: Dial) -> None:
    socket, other = enter("example"), enter("example")
    answers = [socket.said("SUBSCRIBE_CHANNEL", channel(space, password="246810")) for space in (TEAM, VAULT)]
    [[(_, first)], [(_, second)]] = answers
    session = first["sessionId"]
    assert first == {**channel(TEAM), "dtsid": "1234", "sessionId": session}
    assert second == {**channel(VAULT), "dtsid": "1234", "sessionId": session}
    [(_, third)] = other.said("SUBSCRIBE_CHANNEL", channel(TEAM))
    assert third["sessionId"] != session


def test_subscribing_again_changes_nothing(enter: Dial) -> None:
    socket = enter("example", TEAM, TEAM)
    socket.sent(chat())
    assert socket.said("UNSUBSCRIBE_CHANNEL", channel(TEAM)) == [("CHANNEL_UNSUBSCRIBED", channel(TEAM))]
    assert socket.failed(chat())["error"] == "app.event.channel.subscription.required"


def test_an_outsider_becomes_a_guest_and_stays_one(client: httpx.Client, enter: Dial) -> None:
    assert post(client, by="dan", **HELLO) == "space.not_member"
    dan = enter("dan", TEAM)
    assert dan.failed(chat(category="idea"))["error"] == "space.members_only"
    assert dan.sent(chat())["sender"]["_id"] == IDS["dan"]
    dan.said("UNSUBSCRIBE_CHANNEL", channel(TEAM))
    assert post(client, by="dan", **HELLO)["sender"]["_id"] == IDS["dan"]
    assert post(client, by="dan", kind="ideas", **HELLO) == "space.members_only"
    dan.close()
    assert post(client, by="dan", **HELLO)["sender"]["_id"] == IDS["dan"]


def test_a_member_who_subscribes_stays_a_member(client: httpx.Client, enter: Dial) -> None:
    enter("example", TEAM)
    assert post(client, kind="ideas", **HELLO)["category"] == "idea"


def test_who_meets_in_a_space_may_talk_directly(client: httpx.Client, enter: Dial) -> None:
    def open_direct(by: str, other: str) -> int:
        headers = {"Authorization": f"jwt {token(by)}"}
        return client.get(f"/avaya-spaces/api/spaces/direct/user/{IDS[other]}", headers=headers).status_code

    pairs = [("dan", "ben"), ("ben", "dan"), ("dan", "example")]
    assert [open_direct(*pair) for pair in pairs] == [403] * 3
    enter("dan", TEAM, LAUNCH)
    assert [open_direct(*pair) for pair in [*pairs, ("ben", "example")]] == [200] * 4
    assert open_direct("dan", "cara") == 403


@pytest.mark.parametrize(
    ("name", "space", "code", "message"),
    [
        ("example", UNKNOWN_SPACE, "space.not_found", "The space does not exist."),
        ("example", BOARD, "space.not_member", "You are not a member of this space."),
        ("cara", DIRECT, "space.not_member", "You are not a member of this space."),
        ("example", VAULT, "space.password_required", "This space needs a password."),
        ("example", ARCHIVED, "topic.invalid_acesss_to_archived_topic", "Accessing archived topic is not valid."),
        ("example", None, "invalid.parameters", "channel data was not provided"),
        ("example", "", "invalid.parameters", "channel data was not provided"),
        ("example", {"$ne": ""}, "invalid.parameters", "channel data was not provided"),
    ],
)
def test_a_refused_subscription_comes_back_with_the_reason(
    enter: Dial, name: str, space: Any, code: str, message: str
) -> None:
    socket, sent = enter(name), {**channel(space), "version": "1.1"}
    refused = ("SUBSCRIBE_CHANNEL_FAILED", {**sent, "error": {"code": code, "message": message}})
    assert socket.said("SUBSCRIBE_CHANNEL", sent) == [refused]
    error = socket.failed(chat(topicId=space))["error"]
    assert error == "app.event.channel.subscription.required"


@pytest.mark.parametrize("arguments", [[], [None], [7], ["x"], [[]], [{}], [{"channel": {"connected": False}}]])
def test_a_subscription_to_nothing_is_refused(enter: Dial, arguments: list[Any]) -> None:
    socket = enter("example")
    echo = next((sent for sent in arguments if isinstance(sent, dict)), {})
    error = {"code": "invalid.parameters", "message": "channel data was not provided"}
    assert socket.said("SUBSCRIBE_CHANNEL", *arguments) == [("SUBSCRIBE_CHANNEL_FAILED", {**echo, "error": error})]


@pytest.mark.parametrize("password", ["000000", "24681", "2468100"])
def test_a_wrong_pin_is_refused_even_a_members(enter: Dial, password: str) -> None:
    for name in ("example", "ben"):
        [(event, payload)] = enter(name).said("SUBSCRIBE_CHANNEL", channel(VAULT, password=password))
        assert (event, payload["error"]["code"]) == ("SUBSCRIBE_CHANNEL_FAILED", "space.password_wrong")


def test_the_pin_lets_an_outsider_in_and_members_need_none(enter: Dial) -> None:
    ben, example = enter("ben", VAULT), enter("example").subscribed(VAULT, password="246810")
    message = example.sent(chat(topicId=VAULT))
    assert ben.heard() == [("MESSAGE_SENT", message)]


@pytest.mark.parametrize(
    ("arguments", "answered"),
    [
        ([channel(UNKNOWN_SPACE)], UNKNOWN_SPACE),
        ([{"channel": {"_id": LAUNCH}}], LAUNCH),
        ([{"channel": {"_id": TEAM, "connected": False}}], TEAM),
        ([channel("")], ""),
        ([channel(7)], ""),
        ([{"channel": TEAM}], ""),
        ([{"channel": [TEAM]}], ""),
        ([{}], ""),
        ([[]], ""),
        ([TEAM], ""),
        ([None], ""),
        ([], ""),
    ],
)
def test_unsubscribing_is_never_refused(enter: Dial, arguments: list[Any], answered: str) -> None:
    socket, other = enter("example", TEAM), enter("example", TEAM)
    assert socket.said("UNSUBSCRIBE_CHANNEL", *arguments) == [("CHANNEL_UNSUBSCRIBED", channel(answered))]
    assert other.sent(chat())
    assert len(socket.heard()) == (answered != TEAM)


# --- Refused messages


@pytest.mark.parametrize(
    ("name", "space", "more", "error"),
    [
        ("ben", ARCHIVED, {}, "topic.invalid_acesss_to_archived_topic"),
        ("example", ANNOUNCEMENTS, {}, "not.authorized.by.topic.policy"),
        ("gina", ANNOUNCEMENTS, {}, "not.authorized.by.topic.policy"),
        ("gina", TEAM, {"category": "task"}, "space.members_only"),
        ("example", DIRECT, {"category": "idea"}, "direct.chat_only"),
        ("example", TEAM, {"category": "poll"}, "category.invalid"),
        ("example", TEAM, {"content": None}, "content.required"),
        ("example", TEAM, {"content": {"bodyText": 7}}, "content.invalid"),
        ("example", TEAM, {"created": 7}, "content.invalid"),
        ("example", TEAM, {"content": {}}, "content.empty"),
        ("example", TEAM, {"content": {"data": [{}]}}, "attachment.invalid"),
        ("example", TEAM, {"content": {"data": [{"fileId": "x"}]}}, "file.not_found"),
        ("example", TEAM, {"parentMsg": {"_id": UNKNOWN_SPACE}}, "parent.not_found"),
    ],
)
def test_a_refused_message_comes_back_untouched_to_its_sender_alone(
    enter: Dial, name: str, space: str, more: dict[str, Any], error: str
) -> None:
    sender, other_tab, ben = enter(name, space), enter(name, space), enter("ben", space)
    sent = {**chat("Hello", topicId=space, loopbackMetadata={"a": [1]}, sender={"_id": "me"}), "extra": [None], **more}
    refused = sender.failed(sent)
    assert refused.pop("sender")["_id"] == IDS[name]
    assert refused == {**{key: value for key, value in sent.items() if key != "sender"}, "error": error}
    assert other_tab.heard() == ben.heard() == []


@pytest.mark.parametrize("topic", [LAUNCH, UNKNOWN_SPACE, "", None, 7, [TEAM]])
def test_a_message_to_a_space_that_one_does_not_listen_to_is_refused(enter: Dial, topic: Any) -> None:
    code = "app.event.channel.subscription.required"
    sent = chat(topicId=topic)
    assert enter("example", TEAM).failed(sent) == {**sent, "sender": EXAMPLE, "category": code, "error": code}


@pytest.mark.parametrize("arguments", [[], [None], [7], ["x"], [[]], [{}]])
def test_a_message_that_is_no_object_is_refused(enter: Dial, arguments: list[Any]) -> None:
    code = "app.event.channel.subscription.required"
    refused = ("SEND_MESSAGE_FAILED", {"sender": EXAMPLE, "category": code, "error": code})
    assert enter("example", TEAM).said("SEND_MESSAGE", *arguments) == [refused]


def test_the_policy_of_a_space_lets_its_admins_write(enter: Dial) -> None:
    ben, example = enter("ben", ANNOUNCEMENTS), enter("example", ANNOUNCEMENTS)
    message = ben.sent(chat(topicId=ANNOUNCEMENTS))
    assert example.heard() == [("MESSAGE_SENT", message)]


def test_other_events_are_ignored(enter: Dial) -> None:
    """Those that the server alone emits, and those that Socket.IO keeps for itself, too."""
    for protocol in (3, 4):
        socket = enter("example", TEAM, protocol=protocol)
        for name in ("HELLO", "MESSAGE_SENT", "connect", "disconnect", "connect_error", ""):
            assert socket.said(name, {"asgi.scope": {}}) == []
        assert socket.sent(chat())
