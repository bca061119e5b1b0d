"""A client of Socket.IO that never reads."""

from __future__ import annotations

import json
import socket
from collections import deque
from types import TracebackType
from urllib.parse import urlencode, urlsplit

import httpx
from websockets.client import ClientProtocol
from websockets.frames import Frame
from websockets.protocol import State
from websockets.uri import parse_uri

from tests.mockserver.realtime.avaya import TEAM, channel, token

#: Seconds that the server may take; only a broken one takes as long.
PATIENCE = 20.0
# Bytes that the machine takes in for a client that does not ask for them; it doubles them.
_BUFFER = 2048


class Deaf:
    """A plain TCP connection, whose client speaks WebSocket on it until it is subscribed to the Team space."""

    def __init__(self, root: str, protocol: int, user: str, *, polls_first: bool = False) -> None:
        query = {"token": token(user), "tokenType": "jwt"}
        text = urlencode({**query, "EIO": protocol})
        path = f"{root}/socket.io/?{text}"
        session = _polled(path) if polls_first else ""
        url = f"{path.replace('http', 'ws', 1)}&transport=websocket{session and f'&sid={session}'}"
        self._tcp = _connected(url)
        self._websocket = ClientProtocol(parse_uri(url))
        self._frames: deque[str] = deque()
        self._open()
        if polls_first:
            self._upgrade()
        self._subscribe("40/chat," if protocol == 3 else f"40/chat,{json.dumps(query)}")

    def _open(self) -> None:
        self._websocket.send_request(self._websocket.connect())
        self._flush()
        while self._websocket.state is State.CONNECTING:
            self._receive()

    def _upgrade(self) -> None:
        self._say("2probe")
        assert self._hear() == "3probe"
        self._say("5")

    def _subscribe(self, entrance: str) -> None:
        self._say(entrance)
        while not self._hear().startswith("40/chat"):
            pass
        self._say(f"42/chat,{json.dumps(['SUBSCRIBE_CHANNEL', channel(TEAM)])}")
        assert "CHANNEL_SUBSCRIBED" in self._hear()

    def _say(self, frame: str) -> None:
        self._websocket.send_text(frame.encode())
        self._flush()

    def _flush(self) -> None:
        for data in self._websocket.data_to_send():
            self._tcp.sendall(data)

    def _hear(self) -> str:
        while not self._frames:
            self._receive()
        return self._frames.popleft()

    def _receive(self) -> None:
        data = self._tcp.recv(65536)
        assert data, "the server has closed the connection"
        self._websocket.receive_data(data)
        events = self._websocket.events_received()
        self._frames += [bytes(event.data).decode() for event in events if isinstance(event, Frame)]

    def is_over(self) -> bool:
        """Reads at last; whether the connection then ends."""
        try:
            while self._tcp.recv(65536):
                pass
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False
        return True

    def __enter__(self) -> Deaf:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tcp.close()


def _polled(url: str) -> str:
    """The id of a session that begins with polling."""
    answer = httpx.get(f"{url}&transport=polling", trust_env=False).text
    session: str = json.loads(answer.removeprefix("0"))["sid"]
    return session


def _connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    tcp = socket.socket()
    tcp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
    tcp.settimeout(PATIENCE)
    tcp.connect((parts.hostname, parts.port))
    return tcp
