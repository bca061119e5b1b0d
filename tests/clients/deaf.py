"""A client of Socket.IO that never reads."""

from __future__ import annotations

import json
import socket
from collections import deque
from types import TracebackType
from urllib.parse import urlencode, urlsplit

from websockets.client import ClientProtocol
from websockets.frames import Frame
from websockets.uri import parse_uri

from tests.mockserver.realtime.avaya import TEAM, channel, token

#: Seconds that the server may take; only a broken one takes as long.
PATIENCE = 20.0
#: Bytes that the machine receives for a client which does not ask for them; it doubles them.
_BUFFER = 2048


class Deaf:
    """A plain TCP connection, with a WebSocket on it until it is subscribed to the Team space."""

    def __init__(self, root: str, protocol: int, user: str) -> None:
        query = {"token": token(user), "tokenType": "jwt"}
        text = urlencode({**query, "EIO": protocol, "transport": "websocket"})
        url = f"{root.replace('http', 'ws', 1)}/socket.io/?{text}"
        parts = urlsplit(url)
        self._tcp = socket.socket()
        self._tcp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        self._tcp.settimeout(PATIENCE)
        self._tcp.connect((parts.hostname, parts.port))
        self._websocket = ClientProtocol(parse_uri(url))
        self._frames: deque[str] = deque()
        self._websocket.send_request(self._websocket.connect())
        self._subscribe("40/chat," if protocol == 3 else f"40/chat,{json.dumps(query)}")

    def _subscribe(self, entrance: str) -> None:
        self._say(entrance)
        while not self._hear().startswith("40/chat"):
            pass
        self._say(f"42/chat,{json.dumps(['SUBSCRIBE_CHANNEL', channel(TEAM)])}")
        assert "CHANNEL_SUBSCRIBED" in self._hear()

    def _say(self, frame: str) -> None:
        for data in self._websocket.data_to_send():
            self._tcp.sendall(data)
        while self._websocket.handshake_exc is None and self._websocket.state.name == "CONNECTING":
            self._receive()
        self._websocket.send_text(frame.encode())
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

    def listen(self) -> int:
        """Reads at last, until the connection ends: how many bytes there were."""
        count = 0
        try:
            while data := self._tcp.recv(65536):
                count += len(data)
        except ConnectionResetError:
            pass
        return count

    def __enter__(self) -> Deaf:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tcp.close()
