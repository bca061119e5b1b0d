"""A guest's way into an Avaya space, as the vendor's sample goes it: token, join, socket, subscription, messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tests.clients.scripts import Event, Socket, Sockets
from tests.mockserver.realtime.avaya import NAMESPACE, TEAM, VAULT, channel, chat
from tests.servers import Served
from understudy_mockserver.contracts import load_contract

EVENTS = tuple(load_contract("avaya-spaces").realtime.channels["/chat"].emissions)
PIN = "246810"
each_client = pytest.mark.parametrize("name", ["sio2", "sio4"])


class Guest:
    """An anonymous user of an app, who knows the server's address and nothing else."""

    def __init__(self, sockets: Sockets, http: httpx.Client, client: str, displayname: str) -> None:
        self.token = ok(http.post("/api/anonymous/auth", json={"displayname": displayname}))["token"]
        self._http = http
        self._headers = {"Authorization": f"jwt {self.token}"}
        url = ok(http.get("/api/service-configurations"))["spaces"]["socketio_server_url"]
        query = {"token": self.token, "tokenType": "jwt", NAMESPACE: http.headers[NAMESPACE]}
        options = {"transports": ["websocket"], "query": urlencode(query) if client == "sio2" else query}
        self.socket: Socket = sockets.open(client, f"{url}/chat", options, EVENTS)
        assert self.socket.next()[0] == "connect"

    def join(self, space: str, pin: str = "") -> httpx.Response:
        """Joins; the PIN goes with every call from then on."""
        self._headers["spaces-x-space-password"] = pin
        return self._http.get(f"/api/spaces/{space}/join", headers=self._headers)

    def subscribe(self, space: str, **password: str) -> None:
        self.socket.emit("SUBSCRIBE_CHANNEL", channel(space, **password))
        assert one(self.socket, "CHANNEL_SUBSCRIBED")["channel"]["_id"] == space

    def post(self, space: str, text: str) -> Any:
        """The message that a REST call creates."""
        body = {"content": {"bodyText": text}}
        [message] = ok(self._http.post(f"/api/spaces/{space}/chats", headers=self._headers, json=body))["data"]
        return message

    @property
    def identity(self) -> str:
        """The user's id."""
        return str(ok(self._http.get("/api/users/me", headers=self._headers))["_id"])


Enter = Callable[[str, str], Guest]


@pytest.fixture
def enter(sockets: Sockets, apart: Served, client: httpx.Client) -> Iterator[Enter]:
    """Lets a guest with a client of this name in."""
    root = apart.contracts["avaya-spaces"].removesuffix("/avaya-spaces")
    with httpx.Client(base_url=root, headers=client.headers, trust_env=False) as http:
        yield lambda name, displayname: Guest(sockets, http, name, displayname)


def ok(response: httpx.Response) -> Any:
    assert response.status_code == 200, response.text
    return response.json()


def one(socket: Socket, name: str) -> dict[str, Any]:
    """What the one event that came, which is called so, holds."""
    events: list[Event] = socket.heard(1)
    assert [event for event, _ in events] == [name], events
    return dict(events[0][1][0])


@each_client
def test_guests_hear_what_the_others_send_by_socket_and_by_rest(enter: Enter, name: str) -> None:
    anna, otto = enter(name, "Anna"), enter("sio2", "Otto")
    for guest in (anna, otto):
        assert ok(guest.join(TEAM))["topic"]["_id"] == TEAM
        guest.subscribe(TEAM)
    anna.socket.emit("SEND_MESSAGE", chat("by socket 🎈", loopbackMetadata={"id": 17}))
    mine, theirs = (one(guest.socket, "MESSAGE_SENT") for guest in (anna, otto))
    assert mine.pop("loopbackMetadata") == {"id": 17}
    assert mine == theirs
    assert (theirs["content"]["bodyText"], theirs["topicId"]) == ("by socket 🎈", TEAM)
    assert theirs["sender"].items() >= {"_id": anna.identity, "type": "anonymous", "displayname": "Anna"}.items()
    posted = anna.post(TEAM, "by REST")
    told = one(otto.socket, "MESSAGE_SENT")
    assert told.items() >= posted.items()
    assert one(anna.socket, "MESSAGE_SENT") == told


@each_client
def test_a_guest_may_subscribe_before_having_joined(enter: Enter, name: str) -> None:
    """The vendor's sample starts both side by side."""
    anna = enter(name, "Anna")
    anna.subscribe(TEAM)
    anna.socket.emit("SEND_MESSAGE", chat("hello"))
    assert one(anna.socket, "MESSAGE_SENT")["sender"]["_id"] == anna.identity


@each_client
def test_a_space_with_a_password_lets_in_who_has_it(enter: Enter, name: str) -> None:
    """Clients send it with each call, and with the subscription."""
    anna = enter(name, "Anna")
    refused = [anna.join(VAULT, pin) for pin in ("", "wrong")]
    assert [(each.status_code, each.json()["code"]) for each in refused] == [
        (403, "space.password_required"),
        (403, "space.password_wrong"),
    ]
    assert ok(anna.join(VAULT, PIN))["topic"]["_id"] == VAULT
    anna.subscribe(VAULT, password=PIN)
    assert anna.post(VAULT, "inside")["topicId"] == one(anna.socket, "MESSAGE_SENT")["topicId"] == VAULT


@each_client
def test_a_space_with_a_password_refuses_the_subscription_of_who_has_it_not(enter: Enter, name: str) -> None:
    anna = enter(name, "Anna")
    anna.socket.emit("SUBSCRIBE_CHANNEL", channel(VAULT))
    refused = one(anna.socket, "SUBSCRIBE_CHANNEL_FAILED")
    assert refused["error"]["code"] == "space.password_required"
