"""Avaya Spaces' socket, as its clients hand it to an app: socket.io-client 1.7, 2.4 and 4.8."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tests.clients.scripts import Event, Socket, Sockets
from tests.mockserver.realtime.avaya import (
    BOARD,
    EXAMPLE,
    IDS,
    LAUNCH,
    NAMESPACE,
    TEAM,
    UNKNOWN_SPACE,
    channel,
    chat,
    post,
    token,
)
from tests.mockserver.realtime.inside import inside, until
from tests.servers import Served, serve
from understudy_mockserver.contracts import load_contract

CHANNEL = load_contract("avaya-spaces").realtime.channels["/chat"]
EVENTS = tuple(CHANNEL.emissions)
EXAMPLES = CHANNEL.events["SEND_MESSAGE"].examples
OLDER, NEWER = ("sio1", "sio2"), ("sio4",)
CLIENTS = (*OLDER, *NEWER)
each_client = pytest.mark.parametrize("name", CLIENTS)

Dial = Callable[..., Socket]


@pytest.fixture
def dial(sockets: Sockets, server: Served, client: httpx.Client) -> Dial:
    """Connects a client to /chat with this query, in the `client`'s Understudy namespace."""

    def dial(name: str, namespace: str = "/chat", transports: tuple[str, ...] = ("websocket",), **query: str) -> Socket:
        handshake = {**query, NAMESPACE: client.headers["Understudy-Namespace"]}
        options = {
            "path": "/avaya-spaces/socket.io",
            "transports": transports,
            # Older clients take a text, as the vendor's documentation has it; newer ones do not.
            "query": urlencode(handshake) if name in OLDER else handshake,
        }
        return sockets.open(name, f"{server.url}{namespace}", options, EVENTS)

    return dial


@pytest.fixture
def enter(dial: Dial) -> Dial:
    """Connects a user, by name, and subscribes to these spaces."""

    def enter(name: str, user: str, *spaces: str, **more: Any) -> Socket:
        socket = connected(dial(name, token=token(user), tokenType="jwt", **more))
        for space in spaces:
            subscribe(socket, space)
        return socket

    return enter


def connected(socket: Socket) -> Socket:
    """The same socket, which has been let in."""
    event, _ = socket.next()
    assert event == "connect"
    return socket


def subscribe(socket: Socket, space: str) -> dict[str, Any]:
    """What the server says to a subscription that it accepts."""
    socket.emit("SUBSCRIBE_CHANNEL", channel(space))
    return payload(socket.heard(1), "CHANNEL_SUBSCRIBED")


def payload(events: list[Event], name: str) -> dict[str, Any]:
    """What the one event that came, which is called so, holds."""
    [(event, [found])] = events
    assert event == name, found
    return dict(found)


def refusal(socket: Socket, name: str) -> Any:
    """With what the client was refused: 1.x and 2.x hand it on as it is, 4.x as an Error with it as data."""
    event, [error] = socket.next()
    if name in OLDER:
        assert event == "error"
        return error
    assert (event, error["message"]) == ("connect_error", error["data"]["message"])
    return error["data"]


# --- A conversation


@each_client
def test_a_client_subscribes_sends_and_receives(enter: Dial, name: str) -> None:
    """Text of every script comes back as it was sent."""
    socket = enter(name, "example")
    subscribed = subscribe(socket, TEAM)
    assert subscribed.keys() == {"channel", "dtsid", "sessionId"}
    assert subscribed["channel"] == {"_id": TEAM, "type": "topic"}
    socket.emit("SEND_MESSAGE", chat("Grüße, 世界 🎈\n\u2028</p>"))
    message = payload(socket.heard(1), "MESSAGE_SENT")
    assert message["content"]["bodyText"] == "Grüße, 世界 🎈\n\u2028</p>"
    assert (message["sender"], message["topicId"], message["category"]) == (EXAMPLE, TEAM, "chat")


@each_client
def test_the_vendors_example_is_sent(enter: Dial, name: str) -> None:
    socket = enter(name, "example", LAUNCH)
    sent = EXAMPLES["source-document"]
    socket.emit("SEND_MESSAGE", sent)
    message = payload(socket.heard(1), "MESSAGE_SENT")
    [file] = message["content"]["data"]
    assert file.items() >= sent["content"]["data"][0].items()
    assert (message["topicId"], message["loopbackMetadata"]) == (LAUNCH, "some metadata")


@pytest.mark.parametrize("name", OLDER)
def test_older_clients_connect_as_the_vendor_documents_it(sockets: Sockets, apart: Served, name: str) -> None:
    """The code of the vendor's page, unchanged but for the host."""
    root = apart.contracts["avaya-spaces"].removesuffix("/avaya-spaces")
    options = {"query": f"token={token('example')}&tokenType=jwt", "transports": ["websocket"]}
    socket = connected(sockets.open(name, f"{root}/chat", options, EVENTS))
    assert subscribe(socket, TEAM)["channel"]["_id"] == TEAM


def test_a_newer_client_starts_with_polling_and_goes_on_with_a_websocket(enter: Dial) -> None:
    socket = enter("sio4", "example", TEAM, transports=("polling", "websocket"))
    socket.emit("SEND_MESSAGE", chat("before"))
    before = payload(socket.heard(1), "MESSAGE_SENT")
    assert socket.transport() == "websocket"
    socket.emit("SEND_MESSAGE", chat("after"))
    after = payload(socket.heard(1), "MESSAGE_SENT")
    assert [message["content"]["bodyText"] for message in (before, after)] == ["before", "after"]


def test_a_newer_client_may_keep_polling(enter: Dial) -> None:
    socket = enter("sio4", "example", TEAM, transports=("polling",))
    socket.emit("SEND_MESSAGE", chat("hello"))
    assert payload(socket.heard(1), "MESSAGE_SENT")["content"]["bodyText"] == "hello"


# --- Who gets what


@each_client
@pytest.mark.parametrize("metadata", ["some metadata", {"id": 17, "tags": ["ünïcode 🎈"], "retry": None}, None, 0])
def test_loopback_metadata_goes_to_the_sending_connection_alone(enter: Dial, name: str, metadata: Any) -> None:
    """Not even another connection of the same user gets it."""
    sending = enter(name, "example", TEAM)
    listening = [enter("sio2", "example", TEAM), enter("sio4", "example", TEAM), enter("sio1", "ben", TEAM)]
    sending.emit("SEND_MESSAGE", chat(loopbackMetadata=metadata))
    mine = payload(sending.heard(1), "MESSAGE_SENT")
    others = [payload(socket.heard(1), "MESSAGE_SENT") for socket in listening]
    assert mine.pop("loopbackMetadata") == metadata
    assert others == [mine] * 3


def test_a_message_sent_by_rest_reaches_all_clients(enter: Dial, client: httpx.Client) -> None:
    listening = [enter(name, user, TEAM) for name in CLIENTS for user in ("example", "ben")]
    message = post(client, content={"bodyText": "by REST"})
    told = {**message, "topicTitle": "Team space", "topicType": "group"}
    assert [payload(socket.heard(1), "MESSAGE_SENT") for socket in listening] == [told] * 6


@each_client
def test_a_post_sent_by_socket_can_be_commented_on_by_rest(enter: Dial, client: httpx.Client, name: str) -> None:
    socket = enter(name, "example", TEAM)
    socket.emit("SEND_MESSAGE", chat("Where shall we meet?", category="idea"))
    idea = payload(socket.heard(1), "MESSAGE_SENT")
    comment = post(client, by="ben", content={"bodyText": "Here."}, parentMsg={"_id": idea["_id"]})
    parent = {"_id": idea["_id"], "bodyText": "Where shall we meet?", "category": "idea"}
    assert comment["parentMsg"] == payload(socket.heard(1), "MESSAGE_SENT")["parentMsg"] == parent


@each_client
def test_typing_is_passed_on(enter: Dial, name: str) -> None:
    typing, listening = enter(name, "example", TEAM), enter("sio2", "ben", TEAM)
    typing.emit("SEND_PRESENCE_EVENT", {"category": "party.typing", "topicId": TEAM, "content": {"mediaSession": {}}})
    event = payload(listening.heard(1), "PRESENCE_EVENT_RESPONSE")
    assert (event["category"], event["topicId"], event["sender"]["_id"]) == ("party.typing", TEAM, IDS["example"])


@each_client
def test_who_unsubscribes_hears_no_more(enter: Dial, client: httpx.Client, name: str) -> None:
    leaving, staying = enter(name, "example", TEAM), enter(name, "ben", TEAM)
    leaving.emit("UNSUBSCRIBE_CHANNEL", channel(TEAM))
    assert payload(leaving.heard(1), "CHANNEL_UNSUBSCRIBED") == channel(TEAM)
    post(client, content={"bodyText": "hello"})
    assert len(staying.heard(1)) == 1
    assert leaving.heard() == []


# --- Refusals


@each_client
@pytest.mark.parametrize(
    ("answer", "query"),
    [
        ("unauthorized", {}),
        ("token-invalid", {"token": "mock-jwt-nobody", "tokenType": "jwt"}),
        ("token-invalid", {"token": "mock-jwt-example", "tokenType": "oauth"}),
        ("token-expired", {"token": "mock-jwt-expired", "tokenType": "jwt"}),
    ],
    ids=["no token", "unknown", "of another type", "expired"],
)
def test_a_connection_is_refused_with_code_and_message(
    dial: Dial, name: str, answer: str, query: dict[str, str]
) -> None:
    assert refusal(dial(name, **query), name) == CHANNEL.connect.answers[answer].value


@each_client
def test_a_fourth_connection_is_refused(dial: Dial, enter: Dial, name: str) -> None:
    """However different the clients are; and the three stay."""
    open_ones = [enter(each, "example", TEAM) for each in CLIENTS]
    fourth = dial(name, token=token("example"), tokenType="jwt")
    assert refusal(fourth, name) == CHANNEL.connect.answers["connection-limit"].value
    assert [socket.heard() for socket in open_ones] == [[], [], []]


@each_client
def test_an_unknown_namespace_is_refused(dial: Dial, name: str) -> None:
    socket = dial(name, namespace="/chats", token=token("example"), tokenType="jwt")
    event, [error] = socket.next()
    told = ("error", error) if name in OLDER else ("connect_error", error["message"])
    assert (event, told) == (told[0], (told[0], "Invalid namespace"))


@pytest.mark.parametrize("name", OLDER)
def test_older_clients_cannot_poll(dial: Dial, name: str) -> None:
    """The vendor's server takes websockets only."""
    event, _ = dial(name, transports=("polling",), token=token("example"), tokenType="jwt").next()
    assert event == "connect_error"


@each_client
@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (channel(UNKNOWN_SPACE), "space.not_found"),
        ({**channel(BOARD), "version": "1.1"}, "space.not_member"),
        ({"channel": {"connected": False}}, "invalid.parameters"),
    ],
)
def test_a_subscription_is_refused_with_what_was_sent(enter: Dial, name: str, sent: dict[str, Any], code: str) -> None:
    socket = enter(name, "example")
    socket.emit("SUBSCRIBE_CHANNEL", sent)
    refused = payload(socket.heard(1), "SUBSCRIBE_CHANNEL_FAILED")
    assert refused.pop("error")["code"] == code
    assert refused == sent


@each_client
@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (chat(" ", loopbackMetadata={"id": 17}, category="poll"), "category.invalid"),
        (chat("", created="2017-06-26T18:09:55.839Z"), "content.empty"),
        (chat("x" * 20_000), "payload.too_large"),
        (chat(parentMsg={"_id": "5f2a9df91c85f02eb068ffff"}), "parent.not_found"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_message_is_refused_to_its_sender_alone_with_what_was_sent(
    enter: Dial, name: str, sent: dict[str, Any], code: str
) -> None:
    sending, listening = enter(name, "example", TEAM), enter("sio2", "example", TEAM)
    sending.emit("SEND_MESSAGE", sent)
    assert payload(sending.heard(1), "SEND_MESSAGE_FAILED") == {**sent, "sender": EXAMPLE, "error": code}
    assert listening.heard() == []


@each_client
def test_who_has_not_subscribed_cannot_send(enter: Dial, name: str) -> None:
    socket, code = enter(name, "example", LAUNCH), "app.event.channel.subscription.required"
    socket.emit("SEND_MESSAGE", chat())
    refused = payload(socket.heard(1), "SEND_MESSAGE_FAILED")
    assert refused == {**chat(), "sender": EXAMPLE, "category": code, "error": code}


# --- The end


def test_all_clients_learn_that_the_server_stops(sockets: Sockets, tmp_path: Path) -> None:
    with serve(tmp_path, "avaya-spaces") as served:
        query = {"token": token("example"), "tokenType": "jwt"}
        options = {"transports": ["websocket"], "query": query}
        open_ones = [connected(sockets.open(name, f"{served.url}/chat", options, EVENTS)) for name in CLIENTS]
    # 1.7 may take the code with which the websocket is closed, "service restart", for an error first.
    assert {name for socket in open_ones for name, _ in socket.until("disconnect")} <= {"error"}
    assert served.process.returncode == 0


@pytest.mark.parametrize(
    ("name", "transports"),
    [*((name, ["websocket"]) for name in CLIENTS), ("sio4", ["polling", "websocket"]), ("sio4", ["polling"])],
)
def test_a_client_whose_user_is_cut_off_learns_of_it(sockets: Sockets, name: str, transports: list[str]) -> None:
    options = {
        "path": "/avaya-spaces/socket.io",
        "transports": transports,
        "query": {"token": token("example"), "tokenType": "jwt"},
    }

    async def run() -> None:
        async with inside("avaya-spaces") as mock:
            state = mock.state("avaya-spaces")
            socket = await asyncio.to_thread(sockets.open, name, f"{mock.url}/chat", options, EVENTS)
            await asyncio.to_thread(connected, socket)
            if "websocket" in transports:
                assert await asyncio.to_thread(socket.transport) == "websocket"
            assert state.hub.disconnect(IDS["example"]) == 1
            await asyncio.to_thread(socket.until, "disconnect")
            await until(lambda: not len(state.world["connections"]))

    asyncio.run(run())
