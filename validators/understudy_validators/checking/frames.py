"""Socket.IO in the frames of a websocket, of both generations: Engine.IO 3 and 4."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson

from understudy_validators.checking.har_reader import Frame

#: Kinds of packets that speak of the contract's events.
CONNECT, EVENT, ACK, ERROR = "0", "2", "3", "4"
# Parameters of the transport, which are no part of what a handshake carries.
_TRANSPORT = frozenset({"EIO", "transport", "sid", "t", "b64", "j"})
_PACKET = re.compile(
    r"4(?P<kind>[0-6])(?:(?P<namespace>/[^,?\[{]*)(?:\?(?P<query>[^,]*))?,?)?(?P<id>[0-9]*)(?P<data>.*)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Packet:
    """A Socket.IO packet: what it is, whose namespace, and what it holds.

    `name` is that of an event; `value` its first argument or that of an acknowledgement, or what came with a connection
    or its refusal. `id` is what an event and its acknowledgement share.
    """

    sent: bool
    kind: str
    namespace: str
    name: str = ""
    value: Any = None
    query: dict[str, str] = field(default_factory=dict)
    id: str = ""


def handshake(query: str) -> dict[str, str]:
    """What the address of a websocket carries beyond its transport."""
    return {name: value for name, value in parse_qsl(query, keep_blank_values=True) if name not in _TRANSPORT}


def packets(frames: Iterable[Frame]) -> Iterator[Packet]:
    """The connections, events, acknowledgements and refusals in frames; pings and binary packets are passed over."""
    for frame in frames:
        found = _PACKET.fullmatch(frame.text)
        if found is not None and found["kind"] in (CONNECT, EVENT, ACK, ERROR):
            packet = _packet(frame.sent, found)
            if packet is not None:
                yield packet


def _packet(sent: bool, found: re.Match[str]) -> Packet | None:
    try:
        data = orjson.loads(found["data"]) if found["data"] else None
    except orjson.JSONDecodeError:
        return None
    namespace, kind = found["namespace"] or "/", found["kind"]
    if kind in (CONNECT, ERROR):
        query = dict(parse_qsl(found["query"] or "", keep_blank_values=True))
        return Packet(sent, kind, namespace, value=data, query=query)
    arguments = data if isinstance(data, list) else []
    if kind == ACK:
        return Packet(sent, ACK, namespace, value=arguments[0] if arguments else None, id=found["id"])
    if not arguments or not isinstance(arguments[0], str):
        return None
    value = arguments[1] if len(arguments) > 1 else None
    return Packet(sent, EVENT, namespace, arguments[0], value, id=found["id"])
