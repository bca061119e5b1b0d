"""Replyke's socket: who hears of a message, who of typing, and who is not let in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.mockserver.providers.replyke import (
    conversation_id,
    created,
    file,
    message_id,
    messages,
    project_id,
    send,
    send_form,
    user_id,
)
from tests.servers import Served
from understudy_mockserver.blobs import Blobs
from understudy_mockserver.contracts import load_contract
from understudy_mockserver.ids import Ids
from understudy_mockserver.provider import Call
from understudy_mockserver.providers.replyke import PROVIDER
from understudy_mockserver.realtime.hub import Hub, user_room
from understudy_validators import Request, judge

Event = tuple[str, Any]
#: Seconds that a frame may take; only a broken server takes as long.
PATIENCE = 20.0
GROUP = {"conversationId": conversation_id(1)}
SPACE_CHAT = {"conversationId": conversation_id(3)}


class Socket:
    """A client of Engine.IO 4 over a websocket, frame by frame. `answer` is what the server said to its connecting."""

    def __init__(self, websocket: ClientConnection, auth: Any) -> None:
        self._websocket = websocket
        self._fences = 0
        assert self.read().startswith("0{")
        websocket.send("40" if auth is None else f"40{json.dumps(auth)}")
        self.answer = self.read()

    def read(self) -> str:
        """The next frame but for pings, which it answers."""
        while (frame := self._websocket.recv(timeout=PATIENCE)) == "2":
            self._websocket.send("3")
        return str(frame)

    def emit(self, *event: Any) -> None:
        self._websocket.send(f"42{json.dumps(event)}")

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

    def joined(self, conversation: dict[str, str]) -> Socket:
        """The same socket, once the server has taken note that it joins the conversation."""
        self.emit("join:conversation", conversation)
        assert self.heard() == []
        return self


Open = Callable[..., Socket]


@pytest.fixture
def dial(server: Served, client: httpx.Client) -> Iterator[Open]:
    """Opens websockets, each in the client's namespace unless its query names another, and closes them in the end."""
    with ExitStack() as stack:

        def dial(auth: Any, root: str = server.contracts["replyke"], **query: str) -> Socket:
            namespace = {} if "/~" in root else {"understudy-namespace": client.headers["Understudy-Namespace"]}
            text = urlencode({"EIO": "4", "transport": "websocket", **namespace, **query})
            websocket = connect(f"{root.replace('http', 'ws', 1)}/socket.io/?{text}", proxy=None)
            return Socket(stack.enter_context(websocket), auth)

        yield dial


@pytest.fixture
def enter(dial: Open) -> Open:
    """Connects a user, by name, as the vendor's client does."""

    def enter(name: str, **more: str) -> Socket:
        socket = dial({"token": f"{name}-token"}, **{"projectId": project_id(1), **more})
        assert socket.answer.startswith('40{"sid":'), socket.answer
        return socket

    return enter


# --- Messages


def test_a_message_reaches_all_active_members_the_sender_included(client: httpx.Client, enter: Open) -> None:
    members = [enter(name) for name in ("alice", "bob", "dave")]
    message = created(send(client, content="hello", localId="l1"))
    assert message["localId"] == "l1"
    for socket in members:
        assert socket.heard(1) == [("message:created", message)]


@pytest.mark.parametrize("name", ["carol", "erin"])
def test_who_left_or_never_joined_hears_nothing(client: httpx.Client, enter: Open, name: str) -> None:
    stranger, member = enter(name), enter("bob")
    created(send(client, content="hello"))
    assert len(member.heard(1)) == 1
    assert stranger.heard() == []


def test_who_is_banned_from_a_space_hears_nothing_of_its_chat(client: httpx.Client, enter: Open) -> None:
    banned, member = enter("heidi"), enter("bob")
    message = created(send(client, by="grace", to=3, content="Closed on Friday."))
    assert member.heard(1) == [("message:created", message)]
    assert banned.heard() == []


def test_all_connections_of_a_user_hear_of_a_message_once_each(client: httpx.Client, enter: Open) -> None:
    sockets = [enter("bob"), enter("bob"), enter("bob").joined(GROUP)]
    message = created(send(client, content="hello"))
    assert [socket.heard(1) for socket in sockets] == [[("message:created", message)]] * 3


def test_a_direct_message_reaches_the_two_alone(client: httpx.Client, enter: Open) -> None:
    alice, bob, dave = enter("alice"), enter("bob"), enter("dave")
    message = created(send(client, by="bob", to=2, content="Lunch!"))
    assert alice.heard(1) == bob.heard(1) == [("message:created", message)]
    assert dave.heard() == []


def test_a_reply_is_followed_by_its_parents_new_count(client: httpx.Client, enter: Open) -> None:
    bob = enter("bob")
    for count in (2, 3):
        reply = created(send(client, content="Me too.", parentMessageId=message_id(1)))
        counted = {"messageId": message_id(1), **GROUP, "threadReplyCount": count}
        assert bob.heard(2) == [("message:created", reply), ("thread:reply_count", counted)]


def test_the_event_shows_quoted_messages_and_files_as_the_answer_does(client: httpx.Client, enter: Open) -> None:
    bob = enter("bob")
    quoting = created(send(client, content="Great.", quotedMessageId=message_id(5), parentMessageId=message_id(1)))
    with_file = created(send_form(client, file("abc")))
    assert quoting["quotedMessage"]["files"]
    assert with_file["files"]
    assert [payload for name, payload in bob.heard(3) if name == "message:created"] == [quoting, with_file]


def test_a_message_that_is_refused_is_not_announced(client: httpx.Client, enter: Open) -> None:
    bob = enter("bob")
    assert send(client, content="").status_code == 400
    assert send(client, by="carol", content="hello").status_code == 403
    assert bob.heard() == []


def test_events_come_in_the_order_of_the_messages(client: httpx.Client, enter: Open) -> None:
    bob = enter("bob")
    texts = [f"number {number}" for number in range(20)]
    for text in texts:
        created(send(client, content=text))
    assert [payload["content"] for _, payload in bob.heard(len(texts))] == texts


def test_what_a_reader_gave_to_the_quoted_message_is_the_readers_own() -> None:
    """Nobody has reactions to a new message; to the one that it quotes, each reader has others."""
    contract = load_contract("replyke")
    world, operation = contract.world.copy(), contract.operation("sendMessage")
    world["reactions"].insert({"messageId": message_id(5), "userId": user_id(2), "emoji": "👍"})
    headers = {"authorization": "Bearer alice-token", "content-type": "application/json"}
    body = orjson.dumps({"content": "Great.", "quotedMessageId": message_id(5)})
    ids = {"projectId": project_id(1), "conversationId": conversation_id(1)}
    verdict = judge(operation, Request("POST", operation.path, headers, body=body), ids, world, 0.0)
    call = Call(operation, verdict.view, (), world, Blobs(0), Ids(1), 0.0, "http://mock.test/replyke", Hub())
    reply = PROVIDER.handlers["sendMessage"](call).body
    assert reply["quotedMessage"]["userReactions"] == []
    seen = [(event.payload["quotedMessage"]["userReactions"], event.to) for event in call.emissions]
    assert seen == [([], (user_room(user_id(1)), user_room(user_id(4)))), (["👍"], (user_room(user_id(2)),))]
    assert [event.payload["userReactions"] for event in call.emissions] == [[], []]


# --- Namespaces


def test_what_happens_in_one_namespace_is_heard_in_it_alone(server: Served, client: httpx.Client, enter: Open) -> None:
    name = client.headers["Understudy-Namespace"]
    here = [enter("bob"), enter("bob", root=f"{server.url}/~{name}/replyke")]
    there = [
        enter("bob", root=f"{server.url}/~{name}-2/replyke"),
        enter("bob", **{"understudy-namespace": f"{name}-3"}),
    ]
    message = created(send(client, content="hello"))
    assert [socket.heard(1) for socket in here] == [[("message:created", message)]] * 2
    assert [socket.heard() for socket in there] == [[], []]


def test_a_namespace_in_the_path_of_a_request_is_heard_in_it(server: Served, client: httpx.Client, enter: Open) -> None:
    bob = enter("bob")
    root = f"{server.url}/~{client.headers['Understudy-Namespace']}/replyke"
    headers = {"Authorization": "Bearer alice-token"}
    message = created(httpx.post(f"{root}{messages()}", headers=headers, json={"content": "hello"}, trust_env=False))
    assert bob.heard(1) == [("message:created", message)]


# --- Typing


@pytest.mark.parametrize("event", ["typing:start", "typing:stop"])
def test_typing_reaches_who_else_has_joined_the_conversation(enter: Open, event: str) -> None:
    typing, other_tab, bob = (enter(name).joined(GROUP) for name in ("alice", "alice", "bob"))
    elsewhere = enter("bob").joined({"conversationId": conversation_id(2)})
    typing.emit(event, GROUP)
    told = [(event, {"userId": user_id(1), **GROUP})]
    assert other_tab.heard(1) == bob.heard(1) == told
    assert typing.heard() == elsewhere.heard() == []


def test_who_leaves_a_conversation_hears_no_more_typing_and_still_gets_messages(
    client: httpx.Client, enter: Open
) -> None:
    alice, bob = enter("alice"), enter("bob").joined(GROUP)
    bob.emit("leave:conversation", GROUP)
    assert bob.heard() == []
    alice.emit("typing:start", GROUP)
    assert alice.heard() == []
    message = created(send(client, content="hello"))
    assert bob.heard(1) == [("message:created", message)]


@pytest.mark.parametrize(
    ("name", "conversation"),
    [("carol", GROUP), ("erin", GROUP), ("heidi", SPACE_CHAT)],
    ids=["left", "never joined", "banned from the space"],
)
def test_who_is_no_member_neither_hears_nor_causes_typing(enter: Open, name: str, conversation: dict[str, str]) -> None:
    member, other, stranger = (enter(each).joined(conversation) for each in ("alice", "bob", name))
    stranger.emit("typing:start", conversation)
    assert stranger.heard() == []
    member.emit("typing:stop", conversation)
    assert member.heard() == []
    assert other.heard(1) == [("typing:stop", {"userId": user_id(1), **conversation})]
    assert stranger.heard() == []


@pytest.mark.parametrize("event", ["join:conversation", "leave:conversation", "typing:start", "typing:stop"])
def test_events_that_name_no_conversation_are_ignored(client: httpx.Client, enter: Open, event: str) -> None:
    alice = enter("alice")
    wrong: tuple[Any, ...] = (None, "x", 7, [], {}, {"conversationId": None}, {"conversationId": {}}, {"id": 1})
    for payload in (*wrong, {"conversationId": "c0000000-0000-4000-8000-000000000099"}):
        alice.emit(event, payload)
    alice.emit(event)
    alice.emit(event, GROUP, "and more")
    message = created(send(client, content="still there"))
    assert alice.heard(1) == [("message:created", message)]


# --- Connecting


@pytest.mark.parametrize(
    ("auth", "message"),
    [
        (None, "Unauthorized"),
        ({}, "Unauthorized"),
        ({"token": ""}, "Unauthorized"),
        ({"token": None}, "Unauthorized"),
        ({"token": "nobody-token"}, "Forbidden"),
        ({"token": "alice-expired"}, "Forbidden"),
        ({"token": "service-key"}, "Forbidden"),
        ({"token": "alice-token", "projectId": project_id(9)}, "Project not found."),
    ],
)
def test_a_connection_is_refused_with_an_error_and_its_message(dial: Open, auth: Any, message: str) -> None:
    answer = dial(auth).answer
    assert answer[:2] == "44"
    assert json.loads(answer[2:]) == {"message": message}


def test_an_unknown_project_in_the_query_is_refused(dial: Open) -> None:
    answer = dial({"token": "alice-token"}, projectId=project_id(9)).answer
    assert answer == '44{"message":"Project not found."}'


def test_a_client_need_not_name_its_project(client: httpx.Client, dial: Open) -> None:
    alice = dial({"token": "alice-token"})
    message = created(send(client, content="hello"))
    assert alice.heard(1) == [("message:created", message)]


def test_a_token_in_the_query_is_taken_too(dial: Open) -> None:
    assert dial(None, token="alice-token").answer.startswith("40{")


@pytest.mark.parametrize(
    ("name", "message"),
    [("unauthorized", "Unauthorized"), ("token-rejected", "Forbidden"), ("project-not-found", "Project not found.")],
)
def test_a_refusal_can_be_asked_for_in_the_query(dial: Open, name: str, message: str) -> None:
    answer = dial({"token": "alice-token"}, **{"understudy-prefer": f"example={name}"}).answer
    assert answer == f'44{{"message":"{message}"}}'


def test_clients_that_poll_hear_of_messages(server: Served, client: httpx.Client) -> None:
    """The vendor's client polls first."""
    url = "/replyke/socket.io/"
    query = {"EIO": "4", "transport": "polling", "projectId": project_id(1)}
    query["sid"] = json.loads(client.get(url, params=query).text[1:])["sid"]
    assert client.post(url, params=query, content='40{"token":"bob-token"}').text == "OK"
    assert client.get(url, params=query).text.startswith('40{"sid":')
    message = created(send(client, content="hello"))
    assert json.loads(client.get(url, params=query).text[2:]) == ["message:created", message]
    client.post(url, params=query, content="41\x1e1")
