"""Amity's socket: who hears of a message, in which form, and who is not let in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.servers import Served

Event = tuple[str, Any]
#: Seconds that a frame may take; only a broken server takes as long.
PATIENCE = 20.0
ROOT = "3f0c6c1e-8b1a-4d52-9d0e-000000000001"
IMAGE = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
HELLO: dict[str, Any] = {"channelId": "general", "type": "text", "data": {"text": "hello"}}
UNAUTHORIZED = {"status": "error", "message": "Unauthorized", "code": 400100, "data": {}}
BANNED = {"status": "error", "message": "User is global banned.", "code": 400312, "data": {}}


class Socket:
    """A client of Engine.IO 3 over a websocket, frame by frame; with `newer`, of Engine.IO 4.

    `opened` is the server's handshake, `answer` what it said to the client's connecting.
    """

    def __init__(self, websocket: ClientConnection, *, newer: bool = False) -> None:
        self._websocket = websocket
        self._fences = 0
        self.opened = self.read()
        if newer:
            websocket.send("40")
        self.answer = self.read()

    def read(self) -> str:
        """The next frame but for pings, which it answers: those are the newer protocol's."""
        while (frame := self._websocket.recv(timeout=PATIENCE)) == "2":
            self._websocket.send("3")
        return str(frame)

    def pinged(self) -> str:
        """The next frame after a ping, which in Engine.IO 3 the client sends."""
        self._websocket.send("2")
        return self.read()

    def heard(self, count: int = 0) -> list[Event]:
        """So many events, and any more that come before the server has acknowledged two events of our own.

        Two, because what is still on its way at the first is there by the second.
        """
        frames = [self.read() for _ in range(count)]
        for _ in range(2):
            self._fences += 1
            self._websocket.send(f'42{self._fences}["nothing"]')
            frames += iter(self.read, f"43{self._fences}[]")
        assert all(frame.startswith("42") for frame in frames), frames
        return [(name, payload) for name, payload in (json.loads(frame[2:]) for frame in frames)]


Open = Callable[..., Socket]


@pytest.fixture
def dial(server: Served, client: httpx.Client) -> Iterator[Open]:
    """Opens websockets, each in the client's namespace unless its query names another, and closes them in the end."""
    with ExitStack() as stack:

        def dial(root: str = server.contracts["amity"], protocol: int = 3, **query: str) -> Socket:
            namespace = {} if "/~" in root else {"understudy-namespace": client.headers["Understudy-Namespace"]}
            text = urlencode({"EIO": str(protocol), "transport": "websocket", **namespace, **query})
            websocket = connect(f"{root.replace('http', 'ws', 1)}/socket.io/?{text}", proxy=None)
            return Socket(stack.enter_context(websocket), newer=protocol == 4)

        yield dial


@pytest.fixture
def enter(dial: Open) -> Open:
    """Connects a user, by name, as the vendor's clients do."""

    def enter(name: str, **more: Any) -> Socket:
        socket = dial(token=f"{name}-token", **more)
        assert socket.answer.startswith("40"), socket.answer
        return socket

    return enter


def send(client: httpx.Client, by: str = "alice", **fields: Any) -> httpx.Response:
    """A hello to the channel general with these fields."""
    headers = {"Authorization": f"Bearer {by}-token"}
    return client.post("/amity/api/v3/messages", headers=headers, json={**HELLO, **fields})


def created(response: httpx.Response) -> dict[str, Any]:
    """The answer to a message; fails for any refusal."""
    assert response.status_code == 200, response.text
    reply: dict[str, Any] = response.json()
    return reply


def told(reply: dict[str, Any]) -> Event:
    """The event that an answered message causes."""
    return "v3.message.didCreate", without_own_reactions(reply)


def without_own_reactions(bundle: dict[str, Any]) -> dict[str, Any]:
    messages = [{key: value for key, value in each.items() if key != "myReactions"} for each in bundle["messages"]]
    return {**bundle, "messages": messages}


# --- Messages


def test_a_message_reaches_all_members_the_sender_included(client: httpx.Client, enter: Open) -> None:
    """The event is the answer without the reactions of whoever is told; who is muted may listen."""
    members = [enter(name) for name in ("alice", "bob", "carol")]
    reply = created(send(client, metadata={"a": 1}, tags=["greeting"]))
    assert reply["messages"][0]["myReactions"] == []
    for socket in members:
        assert socket.heard(1) == [told(reply)]


@pytest.mark.parametrize("name", ["dave", "erin"])
def test_who_is_banned_or_has_left_hears_nothing(client: httpx.Client, enter: Open, name: str) -> None:
    outsider, member = enter(name), enter("bob")
    reply = created(send(client))
    assert member.heard(1) == [told(reply)]
    assert outsider.heard() == []


def test_a_conversation_is_heard_by_the_two_alone(client: httpx.Client, enter: Open) -> None:
    alice, bob, carol = enter("alice"), enter("bob"), enter("carol")
    reply = created(send(client, by="bob", channelId="64f0000000000000000000c3"))
    assert alice.heard(1) == bob.heard(1) == [told(reply)]
    assert carol.heard() == []


def test_all_connections_of_a_user_hear_of_a_message_once_each(client: httpx.Client, enter: Open) -> None:
    sockets = [enter("bob"), enter("bob"), enter("bob", protocol=4)]
    reply = created(send(client))
    assert [socket.heard(1) for socket in sockets] == [[told(reply)]] * 3


def test_the_event_holds_mentioned_users_and_files(client: httpx.Client, enter: Open) -> None:
    bob = enter("bob")
    fields: dict[str, Any] = {"fileId": IMAGE, "mentionees": [{"type": "user", "userIds": ["carol"]}]}
    reply = created(send(client, type="image", data={}, **fields))
    assert [user["userId"] for user in reply["users"]] == ["alice", "carol"]
    assert [file["fileId"] for file in reply["files"]] == [IMAGE]
    assert bob.heard(1) == [told(reply)]


def test_a_reply_is_followed_by_the_update_of_the_message_replied_to(client: httpx.Client, enter: Open) -> None:
    carol = enter("carol")
    for count in (2, 3):
        reply = created(send(client, by="bob", data={"text": f"reply {count}"}, parentId=ROOT))
        first, (name, update) = carol.heard(2)
        assert first == told(reply)
        assert name == "v3.message.didUpdate"
        [message] = update["messages"]
        assert (message["messageId"], message["childrenNumber"], message["userId"]) == (ROOT, count, "alice")
        assert message.keys() == told(reply)[1]["messages"][0].keys()
        assert [user["userId"] for user in update["users"]] == ["alice"]
        assert update["files"] == []


def test_a_message_that_is_refused_is_not_announced(client: httpx.Client, enter: Open) -> None:
    bob = enter("bob")
    assert send(client, type="poll").status_code == 500
    assert send(client, by="carol").status_code == 403
    assert bob.heard() == []


def test_events_come_in_the_order_of_the_messages(client: httpx.Client, enter: Open) -> None:
    bob = enter("bob")
    replies = [created(send(client, data={"text": f"number {number}"})) for number in range(20)]
    assert bob.heard(len(replies)) == [told(reply) for reply in replies]


# --- Namespaces


def test_what_happens_in_one_namespace_is_heard_in_it_alone(server: Served, client: httpx.Client, enter: Open) -> None:
    name = client.headers["Understudy-Namespace"]
    here = [enter("bob"), enter("bob", root=f"{server.url}/~{name}/amity")]
    there = [
        enter("bob", root=f"{server.url}/~{name}-2/amity"),
        enter("bob", **{"understudy-namespace": f"{name}-3"}),
    ]
    reply = created(send(client))
    assert [socket.heard(1) for socket in here] == [[told(reply)]] * 2
    assert [socket.heard() for socket in there] == [[], []]


def test_a_namespace_in_the_path_of_a_request_is_heard_in_it(server: Served, client: httpx.Client, enter: Open) -> None:
    bob = enter("bob")
    with httpx.Client(base_url=f"{server.url}/~{client.headers['Understudy-Namespace']}", trust_env=False) as other:
        reply = created(send(other))
    assert bob.heard(1) == [told(reply)]


# --- Connecting


def test_a_client_is_in_the_default_namespace_as_soon_as_it_is_connected(dial: Open) -> None:
    socket = dial(token="alice-token")
    assert socket.opened.startswith('0{"sid":"')
    assert socket.answer == "40"


@pytest.mark.parametrize(
    ("query", "refusal"),
    [
        ({}, UNAUTHORIZED),
        ({"token": ""}, UNAUTHORIZED),
        ({"token": "nobody-token"}, UNAUTHORIZED),
        ({"token": "expired-token"}, UNAUTHORIZED),
        ({"token": "frank-token"}, BANNED),
        ({"token": "alice-token", "understudy-prefer": "example=unauthorized"}, UNAUTHORIZED),
        ({"token": "alice-token", "understudy-prefer": "example=globally-banned"}, BANNED),
    ],
    ids=["no token", "empty", "unknown", "expired", "banned", "asked for", "another asked for"],
)
def test_a_connection_is_refused_with_a_code(dial: Open, query: dict[str, str], refusal: dict[str, Any]) -> None:
    """Older clients get it as the error itself, newer ones as the error's data."""
    older, newer = dial(**query).answer, dial(protocol=4, **query).answer
    assert older[:2] == newer[:2] == "44"
    assert json.loads(older[2:]) == refusal
    assert json.loads(newer[2:]) == {"message": refusal["message"], "data": refusal}


def test_who_was_refused_hears_nothing(client: httpx.Client, dial: Open, enter: Open) -> None:
    refused, bob = dial(token="frank-token"), enter("bob")
    created(send(client))
    assert len(bob.heard(1)) == 1
    assert refused.pinged() == "3"
