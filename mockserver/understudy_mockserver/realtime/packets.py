"""Socket.IO packets of protocol 5 as they come in: one that is none is passed over.

python-socketio does so too, yet logs each as a failure of its own, with a stack.
"""

from __future__ import annotations

import contextlib
from typing import Any

import socketio
from socketio import packet

from understudy_mockserver.asgi import Message, Receive

# Engine.IO's packets, as the first character says it.
_MAX_PACKETS = 16  # in one body, as python-engineio has it
_KINDS = ("0", "1", "2", "3", "4", "5", "6")


class BrokenPacketError(ValueError):
    """What came is no packet, or none that the contracts have a use for: no API here knows binary events."""


class Packet(packet.Packet):  # type: ignore[misc]
    """A packet whose data are of the kind that its type has."""

    def decode(self, encoded_packet: Any) -> int:
        try:
            attachments: int = super().decode(encoded_packet)
        except Exception as error:  # whatever went wrong: this is what the client sent
            raise BrokenPacketError from error
        if attachments or not self._is_sound():
            raise BrokenPacketError
        return attachments

    def _is_sound(self) -> bool:
        if self.packet_type == packet.EVENT:
            return isinstance(self.data, list) and bool(self.data) and isinstance(self.data[0], str)
        if self.packet_type == packet.CONNECT:
            return self.data is None or isinstance(self.data, dict)
        if self.packet_type == packet.ACK:
            return isinstance(self.data, list) and self.id is not None
        return bool(self.packet_type == packet.DISCONNECT)


def is_payload(body: bytes) -> bool:
    """Whether a body that a polling client sends is made of packets."""
    try:
        packets = body.decode().split("\x1e")
    except UnicodeDecodeError:
        return False
    return len(packets) <= _MAX_PACKETS and all(text[:1] in _KINDS for text in packets)


class Frames:
    """The frames of a websocket; one that is no Engine.IO packet is its last."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        #: What `abort` cuts.
        self.transport = getattr(getattr(receive, "__self__", None), "transport", None)

    async def receive(self) -> Message:
        """As ASGI has it."""
        message = await self._receive()
        text = message.get("text")
        return message if text is None or text[:1] in _KINDS else {"type": "websocket.disconnect", "code": 1002}


class Server(socketio.AsyncServer):  # type: ignore[misc]
    """A server that broken packets do not get to."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.packet_class = type("Packet", (Packet,), {"json": options["json"]})

    async def _handle_eio_message(self, eio_sid: str, data: Any) -> None:
        if data and eio_sid in self.environ:  # one that has left may have sent more before it heard so
            with contextlib.suppress(BrokenPacketError):
                await super()._handle_eio_message(eio_sid, data)
