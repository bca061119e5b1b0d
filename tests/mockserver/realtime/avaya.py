"""What the tests of Avaya's socket share: the ids of its world, and clients that speak frame by frame."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlencode

import httpx
from websockets.sync.client import ClientConnection, connect

Event = tuple[str, Any]
#: Seconds that a frame may take; only a broken server takes as long.
PATIENCE = 20.0
NAMESPACE = "understudy-namespace"
TEAM, LAUNCH, VAULT = "5f2276a8fe5c16664f01c5be", "594140a11d108619100a7360", "5f2276a8fe5c16664f01c5c0"
ARCHIVED, ANNOUNCEMENTS, BOARD, DIRECT = (f"5f2276a8fe5c16664f01c5{end}" for end in ("c1", "c2", "c3", "d0"))
UNKNOWN_SPACE = "5f2276a8fe5c16664f01ffff"
POST, TASK, CHAT = (f"5f2a9df91c85f02eb068a4f{digit}" for digit in "012")
LAUNCH_POST = "594140a11d108619100a7399"
IDS = {name: f"5efc5417aa4a347af96de29{digit}" for digit, name in enumerate(("example", "ben", "cara", "dan"))}
IDS["gina"] = "5efc5417aa4a347af96de2a0"
EXAMPLE = {"_id": IDS["example"], "type": "user", "username": "", "displayname": "example example", "picture_url": ""}


def token(name: str) -> str:
    return "mock-anon-gina" if name == "gina" else f"mock-jwt-{name}"


def channel(space: Any, **more: Any) -> dict[str, Any]:
    """The payload of SUBSCRIBE_CHANNEL and of UNSUBSCRIBE_CHANNEL."""
    return {"channel": {"_id": space, "type": "topic", **more}}


def chat(text: str = "Hello", **more: Any) -> dict[str, Any]:
    """The payload of SEND_MESSAGE, to the Team space unless said."""
    return {"category": "chat", "content": {"bodyText": text}, "topicId": TEAM, **more}


def post(client: httpx.Client, space: str = TEAM, kind: str = "chats", by: str = "example", **body: Any) -> Any:
    """What the REST call that creates a message answers: the message, or the code of the refusal."""
    headers = {"Authorization": f"jwt {token(by)}"}
    answer = client.post(f"/avaya-spaces/api/spaces/{space}/{kind}", headers=headers, json=body).json()
    return answer["data"][0] if "data" in answer else answer["code"]


class Socket:
    """A client of Engine.IO 3 or 4 that asks for the namespace /chat. `answer` is what the server says to that."""

    def __init__(self, websocket: ClientConnection, protocol: int, query: dict[str, str]) -> None:
        self.websocket = websocket
        self._protocol = protocol
        self._fences = 0
        self.opening = json.loads(self.read().removeprefix("0"))
        if protocol == 3:
            assert self.read() == "40"
        self.answer = self.join(query)

    def join(self, query: dict[str, str]) -> str:
        """Asks to be let in, and what the server says."""
        self.websocket.send(f"40/chat?{urlencode(query)}," if self._protocol == 3 else f"40/chat,{json.dumps(query)}")
        return self.read()

    @property
    def refusal(self) -> Any:
        """The payload with which it was not let in."""
        assert self.answer.startswith("44/chat,"), self.answer
        payload = json.loads(self.answer.removeprefix("44/chat,"))
        return payload if self._protocol == 3 else payload["data"]

    @property
    def is_in(self) -> bool:
        """Whether it was let in."""
        return self.answer == "40/chat" if self._protocol == 3 else self.answer.startswith('40/chat,{"sid":')

    def read(self) -> str:
        """The next frame but for pings, which it answers."""
        while (frame := self.websocket.recv(timeout=PATIENCE)) == "2":
            self.websocket.send("3")
        return str(frame)

    def emit(self, *event: Any) -> None:
        self.websocket.send(f"42/chat,{json.dumps(event)}")

    def next(self) -> Event:
        """The next event."""
        frame = self.read()
        assert frame.startswith("42/chat,"), frame
        name, payload = json.loads(frame.removeprefix("42/chat,"))
        return name, payload

    def heard(self) -> list[Event]:
        """All events that the server has sent by now: an event of our own is answered after them."""
        self._fences += 1
        fence = channel(f"fence {self._fences}")
        self.emit("UNSUBSCRIBE_CHANNEL", fence)
        return list(iter(self.next, ("CHANNEL_UNSUBSCRIBED", fence)))

    def said(self, *event: Any) -> list[Event]:
        """Emits, and all events that the server has sent once it has taken note."""
        self.emit(*event)
        return self.heard()

    def sent(self, payload: Any) -> Any:
        """Sends a message; the payload of the one event that it causes here, which says that it was sent."""
        [(name, message)] = self.said("SEND_MESSAGE", payload)
        assert name == "MESSAGE_SENT", (name, message)
        return message

    def failed(self, payload: Any) -> Any:
        """Sends a message; the payload of the one event that it causes here, which says that it was not sent."""
        [(name, refusal)] = self.said("SEND_MESSAGE", payload)
        assert name == "SEND_MESSAGE_FAILED", (name, refusal)
        return refusal

    def subscribed(self, *spaces: str, **more: Any) -> Socket:
        """The same socket, subscribed to the spaces."""
        for space in spaces:
            [(name, payload)] = self.said("SUBSCRIBE_CHANNEL", channel(space, **more))
            assert (name, payload["channel"]) == ("CHANNEL_SUBSCRIBED", channel(space)["channel"])
        return self

    def close(self) -> None:
        """Leaves."""
        self.websocket.close()


Dial = Callable[..., Socket]


@contextmanager
def dialling(root: str, namespace: str) -> Iterator[Dial]:
    """Opens sockets at a contract's root, and closes them; in this Understudy namespace, unless one is asked for."""
    with ExitStack() as stack:

        def dial(protocol: int = 3, root: str = root, **query: str) -> Socket:
            inside = {} if "/~" in root else {NAMESPACE: namespace}
            handshake = {**inside, **{name.replace("_", "-"): text for name, text in query.items()}}
            text = urlencode({"EIO": protocol, "transport": "websocket", **handshake})
            websocket = connect(f"{root.replace('http', 'ws', 1)}/socket.io/?{text}", proxy=None, max_size=None)
            return Socket(stack.enter_context(websocket), protocol, handshake)

        yield dial


@contextmanager
def entering(root: str, namespace: str) -> Iterator[Dial]:
    """Opens sockets of users, by name, which are let in; then with their protocol and the spaces to subscribe to."""
    with dialling(root, namespace) as dial:

        def enter(name: str, *spaces: str, protocol: int = 3, **query: str) -> Socket:
            socket = dial(protocol, **{"token": token(name), "tokenType": "jwt", **query})
            assert socket.is_in, socket.answer
            return socket.subscribed(*spaces)

        yield enter
