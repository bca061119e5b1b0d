"""Replyke's socket, as socket.io-client 4 hands it to an app."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from tests.clients.scripts import Socket, Sockets
from tests.mockserver.providers.replyke import conversation_id, created, message_id, project_id, send, user_id
from tests.servers import Served
from understudy_mockserver.contracts import load_contract

CHANNEL = load_contract("replyke").realtime.channels["/"]
EVENTS = tuple(CHANNEL.emissions)
GROUP = {"conversationId": conversation_id(1)}

Enter = Callable[..., Socket]


@pytest.fixture
def enter(sockets: Sockets, server: Served, client: httpx.Client) -> Enter:
    """Connects with a token, as the vendor's library does, in the `client`'s Understudy namespace."""

    def enter(token: str | None, project: int = 1) -> Socket:
        query = {"projectId": project_id(project), "understudy-namespace": client.headers["Understudy-Namespace"]}
        options = {"path": "/replyke/socket.io", "auth": {"token": token}, "query": query}
        return sockets.open("sio4", server.url, options, EVENTS)

    return enter


def test_a_message_sent_by_rest_reaches_the_members_the_sender_included(enter: Enter, client: httpx.Client) -> None:
    """The vendor's library tells its own by `localId`."""
    members = [enter("alice-token"), enter("bob-token")]
    assert [socket.next()[0] for socket in members] == ["connect"] * 2
    message = created(send(client, content="hello 🎈", localId="l1"))
    assert message["localId"] == "l1"
    assert [socket.heard(1) for socket in members] == [[("message:created", [message])]] * 2


def test_a_reply_is_followed_by_the_new_count(enter: Enter, client: httpx.Client) -> None:
    bob = enter("bob-token")
    assert bob.next()[0] == "connect"
    reply = created(send(client, content="Me too.", parentMessageId=message_id(1)))
    counted = {"messageId": message_id(1), **GROUP, "threadReplyCount": 2}
    assert bob.heard(2) == [("message:created", [reply]), ("thread:reply_count", [counted])]


def test_typing_reaches_who_has_joined_the_conversation(enter: Enter) -> None:
    alice, bob = enter("alice-token"), enter("bob-token")
    for socket in (alice, bob):
        assert socket.next()[0] == "connect"
        socket.emit("join:conversation", GROUP)
        assert socket.heard() == []
    alice.emit("typing:start", GROUP)
    assert bob.heard(1) == [("typing:start", [{"userId": user_id(1), **GROUP}])]
    assert alice.heard() == []


def test_the_library_finds_the_socket_at_the_root(sockets: Sockets, apart: Served) -> None:
    """It connects to the origin of the base URL, whatever the path of that."""
    root = apart.contracts["replyke"].removesuffix("/replyke")
    options = {"auth": {"token": "alice-token"}, "query": {"projectId": project_id(1)}}
    socket = sockets.open("sio4", root, options, EVENTS)
    assert socket.next()[0] == "connect"
    assert socket.transport() == "websocket"


@pytest.mark.parametrize(
    ("token", "project", "answer"),
    [("nobody-token", 1, "token-rejected"), ("alice-expired", 1, "token-rejected"), (None, 1, "unauthorized")],
)
def test_a_connection_is_refused_with_a_message(enter: Enter, token: str | None, project: int, answer: str) -> None:
    """A text has no place but the error's message."""
    refusal = CHANNEL.connect.answers[answer].value
    assert enter(token, project).next() == ("connect_error", [{"message": refusal}])
