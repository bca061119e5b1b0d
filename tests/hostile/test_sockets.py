"""Sockets: handshakes that are none, packets that nobody knows, floods, and clients that do not read."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import struct
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.hostile.attack import PATIENCE, Target, fresh, ids, is_clean, request

AVAYA = {"token": "mock-jwt-example", "tokenType": "jwt"}
KEY = base64.b64encode(bytes(16)).decode()
UPGRADE = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": KEY}
PATH = "/avaya-spaces/socket.io/"


@contextlib.contextmanager
def socket(target: Target, protocol: int, contract: str = "avaya-spaces") -> Iterator[ClientConnection]:
    """A websocket on which the server has said its first word."""
    host, port = target.address
    query = urlencode({**AVAYA, "EIO": protocol, "transport": "websocket"})
    url = f"ws://{host}:{port}{fresh(f'/{contract}/socket.io/')}?{query}"
    with connect(url, compression=None, max_size=None, proxy=None, close_timeout=1, open_timeout=PATIENCE) as websocket:
        assert str(websocket.recv(PATIENCE)).startswith("0{")
        yield websocket


def drain(websocket: ClientConnection, seconds: float = 0.1) -> list[str]:
    """What the server has to say, as far as it comes at once."""
    heard = []
    with contextlib.suppress(TimeoutError, ConnectionClosed):
        while True:
            heard.append(str(websocket.recv(seconds)))
    return heard


HANDSHAKES = [
    ("no-key", {**UPGRADE, "Sec-WebSocket-Key": ""}),
    ("a-short-key", {**UPGRADE, "Sec-WebSocket-Key": "x"}),
    ("a-key-that-is-no-base64", {**UPGRADE, "Sec-WebSocket-Key": "!" * 24}),
    ("a-huge-key", {**UPGRADE, "Sec-WebSocket-Key": "A" * 5000}),
    ("no-version", {**UPGRADE, "Sec-WebSocket-Version": ""}),
    ("version-8", {**UPGRADE, "Sec-WebSocket-Version": "8"}),
    ("version-abc", {**UPGRADE, "Sec-WebSocket-Version": "abc"}),
    ("a-strange-extension", {**UPGRADE, "Sec-WebSocket-Extensions": "permessage-deflate; server_max_window_bits=99"}),
    ("broken-extensions", {**UPGRADE, "Sec-WebSocket-Extensions": ';;;,,,="', "Origin": "null"}),
    ("broken-protocols", {**UPGRADE, "Sec-WebSocket-Protocol": ',,, "x'}),
    ("many-protocols", {**UPGRADE, "Sec-WebSocket-Protocol": ", ".join(f"p{n}" for n in range(2000))}),
    ("no-connection", {**UPGRADE, "Connection": "close"}),
    ("another-upgrade", {**UPGRADE, "Upgrade": "h2c"}),
    ("two-upgrades", {**UPGRADE, "Upgrade": "websocket, h2c"}),
]
QUERIES = [
    "",
    "EIO=3",
    "EIO=4",
    "EIO=5",
    "EIO=-1",
    "EIO=" + "9" * 500,
    "EIO=3&EIO=4",
    "EIO=4&sid=nobody",
    "EIO=4&sid=" + "x" * 5000,
    "EIO=4&transport=carrier-pigeon",
    "EIO=4&transport=",
    "EIO=4&t=%00",
    "EIO=%ff",
    "EIO=4&j=0",
    "EIO=4&b64=1",
    "&&&=&=",
]


@pytest.mark.parametrize(("name", "headers"), HANDSHAKES, ids=ids(HANDSHAKES))
@pytest.mark.parametrize("protocol", [3, 4])
def test_a_bad_handshake_gets_no_socket(target: Target, name: str, headers: dict[str, str], protocol: int) -> None:
    query = urlencode({**AVAYA, "EIO": protocol, "transport": "websocket"})
    with target.connection() as sock:
        sock.sendall(request("GET", f"{fresh(PATH)}?{query}", headers))
        sock.settimeout(PATIENCE)
        first = sock.recv(4096)
    assert b" 50" not in first[:16], first
    target.lives()


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
@pytest.mark.parametrize("contract", ["avaya-spaces", "replyke"])
def test_no_query_of_a_handshake_breaks_anything(target: Target, query: str, contract: str) -> None:
    for method, body in (("GET", None), ("POST", b"40"), ("PUT", b""), ("OPTIONS", None)):
        answer = target.send(request(method, f"{fresh(f'/{contract}/socket.io/')}?{query}", {}, body))
        is_clean(answer)
    upgrade = target.send(request("GET", f"{fresh(f'/{contract}/socket.io/')}?{query}&transport=websocket", UPGRADE))
    assert upgrade is None or upgrade.status < 500
    target.lives()


POLLED = [
    b"",
    b"\x1e" * 1000,
    b"4",
    b"9",
    b"40" * 1000,
    b"b" + b"!" * 100,
    b"4" + b"[" * 50_000,
    b"x" * 2_000_000,
    b"\xff\xfe",
    b"42[",
    b'451-["x",{"_placeholder":true,"num":9}]',
    b"40{" + b'"a":' * 20_000,
    b"0{}",
    b"2probe",
    b"1",
    b"6",
    b"3",
]


@pytest.mark.parametrize("body", POLLED, ids=range(len(POLLED)))
def test_no_polled_packet_breaks_anything(target: Target, body: bytes) -> None:
    path = fresh("/replyke/socket.io/") + "?EIO=4&transport=polling"
    opened = target.ask("GET", path)
    sid = json.loads(opened.content[1:])["sid"]
    answer = target.send(request("POST", f"{path}&sid={sid}", {"Content-Type": "text/plain"}, body))
    is_clean(answer)
    target.lives()


PACKETS = [
    *(
        "",
        "4",
        "40",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "47",
        "49",
        "9",
        "x",
        "0",
        "1",
        "2",
        "2probe",
        "3",
        "5",
        "6",
        "7",
    ),
    *(
        "4x",
        "40/",
        "40/chat",
        "40/nowhere,",
        "40/chat?token=x,",
        "40/chat,{",
        "40/chat,null",
        "40/chat,[]",
        '40/chat,"x"',
        "40," * 500,
    ),
    *(
        "42[]",
        "42[",
        "42{}",
        "42null",
        '42"x"',
        "42[null]",
        "42[1]",
        "42[{}]",
        "42[[]]",
        '42["x"]',
        '42/chat,["x"]',
        '42/nowhere,["x"]',
    ),
    *(
        '42/chat,["SEND_MESSAGE"]',
        '42/chat,["SEND_MESSAGE",null]',
        '42/chat,["SEND_MESSAGE",[]]',
        '42/chat,["SEND_MESSAGE","x"]',
    ),
    *(
        '42/chat,["SEND_MESSAGE",{}]',
        '42/chat,["SEND_MESSAGE",{"category":"chat","content":[],"topicId":{}}]',
        '42/chat,["connect"]',
    ),
    *(
        '42/chat,["disconnect"]',
        '42/chat,["connect_error",{}]',
        '42/chat,["__proto__",{}]',
        '42/chat,["SEND_MESSAGE",NaN]',
    ),
    *(
        '42/chat,["SEND_MESSAGE",{"a":1e999}]',
        '42/chat,["SEND_MESSAGE",{"a":"\\ud800"}]',
        '42/chat,["SEND_MESSAGE",{"a":"\\u0000"}]',
    ),
    *(
        "42/chat,99999999999999999999[]",
        "42/chat,5" + "9" * 5000 + "[]",
        "43/chat,1[]",
        "43/chat,99[]",
        "43[]",
        "43",
        '44/chat,"x"',
    ),
    *(
        '451-["x",{"_placeholder":true,"num":0}]',
        '459-["x"]',
        "45" + "9" * 30 + '-["x"]',
        '461-["x"]',
        '450-["x"]',
        "45-[]",
    ),
    *(
        "42/" + "x" * 5000 + ',["x"]',
        "42/chat," + "[" * 50_000,
        "42/chat," + '{"a":' * 20_000,
        "42/chat,[" + "1," * 50_000 + "1]",
    ),
    *(
        '42/chat,["' + "e" * 100_000 + '"]',
        '42/chat,["SEND_MESSAGE",{"content":{"bodyText":"' + "x" * 500_000 + '"}}]',
        "\x00" * 100,
    ),
    *("\u202e42", "4٢[]", "４２[]", "42\n[]", "42/chat\n,[]", "b4AAA", "b!!!", "{", "[1]", "null"),
]


@pytest.mark.parametrize("packet", PACKETS, ids=range(len(PACKETS)))
@pytest.mark.parametrize("protocol", [3, 4])
def test_no_packet_breaks_anything(target: Target, packet: str, protocol: int) -> None:
    entrance = f"40/chat?{urlencode(AVAYA)}," if protocol == 3 else f"40/chat,{json.dumps(AVAYA)}"
    with socket(target, protocol) as websocket, contextlib.suppress(ConnectionClosed):
        for frame in (packet, entrance, packet):
            websocket.send(frame)
        assert "Traceback" not in " ".join(drain(websocket, 0.02))
    target.lives()


BINARY = [b"", b"\x00", b"\x04", bytes(1000), os.urandom(1000), b"42[]", b"\xff" * 100_000]


@pytest.mark.parametrize("frame", BINARY, ids=range(len(BINARY)))
@pytest.mark.parametrize("protocol", [3, 4])
def test_no_binary_frame_breaks_anything(target: Target, frame: bytes, protocol: int) -> None:
    with socket(target, protocol) as websocket, contextlib.suppress(ConnectionClosed):
        for _ in range(20):
            websocket.send(frame)
        drain(websocket, 0.02)
    target.lives()


def masked(opcode: int, payload: bytes, *, length: int | None = None) -> bytes:
    """A frame as clients send it, with a length that may be a lie."""
    size = len(payload) if length is None else length
    head = bytes([opcode, 0x80 | 127]) + struct.pack("!Q", size)
    return head + bytes(4) + payload


FRAMES = [
    ("a-length-of-exabytes", masked(0x81, b"x", length=2**62)),
    ("a-length-with-the-top-bit", masked(0x81, b"x", length=2**63)),
    ("two-megabytes", masked(0x81, b"x" * 2_000_000)),
    ("two-megabytes-in-pieces", masked(0x01, b"x" * 600_000) + masked(0x00, b"x" * 600_000) * 3),
    ("a-million-empty-pieces", masked(0x01, b"x") + masked(0x00, b"") * 100_000),
    ("no-mask", b"\x81\x05hello"),
    ("reserved-bits", masked(0xF1, b"x")),
    ("an-unknown-opcode", masked(0x83, b"x")),
    ("a-control-frame-in-pieces", masked(0x09, b"x")),
    ("a-ping-of-a-kilobyte", masked(0x89, b"x" * 1000)),
    ("a-thousand-pings", b"".join(bytes([0x89, 0x84]) + bytes(4) + b"ping" for _ in range(1000))),
    ("a-continuation-of-nothing", masked(0x80, b"x")),
    ("a-text-inside-a-text", masked(0x01, b"x") + masked(0x81, b"x")),
    ("a-text-that-is-no-utf-8", masked(0x81, b"\xff\xfe")),
    ("a-close-of-one-byte", bytes([0x88, 0x81]) + bytes(4) + b"x"),
    ("a-close-with-a-bad-code", bytes([0x88, 0x82]) + bytes(4) + struct.pack("!H", 5)),
    ("a-close-with-bad-utf-8", bytes([0x88, 0x84]) + bytes(4) + struct.pack("!H", 1000) + b"\xff\xfe"),
    ("http-in-a-socket", request("GET", "/", {})),
    ("half-a-frame", b"\x81"),
]


@pytest.mark.parametrize(("name", "frames"), FRAMES, ids=ids(FRAMES))
@pytest.mark.parametrize("protocol", [3, 4])
def test_no_frame_breaks_anything(target: Target, name: str, frames: bytes, protocol: int) -> None:
    query = urlencode({**AVAYA, "EIO": protocol, "transport": "websocket"})
    with target.connection() as sock:
        sock.sendall(request("GET", f"{fresh(PATH)}?{query}", UPGRADE))
        assert b" 101 " in sock.recv(4096)
        with contextlib.suppress(ConnectionError):
            sock.sendall(frames)
        target.lives()
    target.lives()


@pytest.mark.parametrize("protocol", [3, 4])
def test_a_flood_is_worked_off_or_cut(target: Target, protocol: int) -> None:
    before = target.memory()
    entrance = f"40/chat?{urlencode(AVAYA)}," if protocol == 3 else f"40/chat,{json.dumps(AVAYA)}"
    with socket(target, protocol) as websocket, contextlib.suppress(ConnectionClosed, TimeoutError):
        websocket.send(entrance)
        for _ in range(2000):
            websocket.send('42/chat,["SEND_MESSAGE",{"category":"chat","content":{"bodyText":"x"},"topicId":"x"}]')
        target.lives()
    assert target.memory() - before < 60 * 2**20
    target.lives()


def test_hundreds_of_sockets_are_served_side_by_side(target: Target) -> None:
    with contextlib.ExitStack() as stack:
        for number in range(100):
            stack.enter_context(socket(target, 3 + number % 2))
        target.lives()
    target.lives()
