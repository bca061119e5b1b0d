"""The older Socket.IO, frame by frame: what socket.io-client 1.x and 2.x send, and what they get."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect as connect_here
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.mockserver.realtime.avaya import PATIENCE, TEAM, Socket, channel, chat
from tests.mockserver.realtime.inside import inside, until
from tests.servers import Served, serve
from understudy_mockserver.realtime import engineio3
from understudy_mockserver.realtime.hub import Emission, own_room

BEN = {"token": "mock-jwt-ben", "tokenType": "jwt"}
TOKEN = "token=mock-jwt-example&tokenType=jwt"
SUBSCRIBE = f'42/chat,["SUBSCRIBE_CHANNEL",{{"channel":{{"type":"topic","_id":"{TEAM}"}}}}]'


class Wire:
    """A websocket of the older protocol, past its opening: frames in, frames out."""

    def __init__(self, websocket: ClientConnection) -> None:
        self.websocket = websocket
        self.opening = [self.read(), self.read()]

    def read(self) -> str:
        return str(self.websocket.recv(timeout=PATIENCE))

    def ask(self, frame: str | bytes) -> str:
        """Sends a frame, and the frame that comes next."""
        self.websocket.send(frame)
        return self.read()

    def silent_after(self, frame: str) -> bool:
        """Whether the frame is taken without an answer: the next thing said answers a ping."""
        self.websocket.send(frame)
        return self.ask("2fence") == "3fence"

    def joined(self) -> Wire:
        """The same wire, in the namespace /chat."""
        assert self.ask(f"40/chat?{TOKEN},") == "40/chat"
        return self

    def ended_by(self, frame: str | bytes) -> int:
        """The code with which the server closes the websocket once it has the frame."""
        self.websocket.send(frame)
        with pytest.raises(ConnectionClosed) as ended:
            self.read()
        assert ended.value.rcvd
        return ended.value.rcvd.code


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def wire(server: Served, client: httpx.Client, stack: ExitStack) -> Wire:
    return open_wire(server, client, stack)


def open_wire(server: Served, client: httpx.Client, stack: ExitStack, query: str = "") -> Wire:
    namespace = client.headers["Understudy-Namespace"]
    url = f"{server.contracts['avaya-spaces']}/socket.io/?{query}&EIO=3&transport=websocket"
    return Wire(stack.enter_context(dial(f"{url}&understudy-namespace={namespace}")))


def dial(url: str) -> AbstractContextManager[ClientConnection]:
    return connect(url.replace("http", "ws", 1), proxy=None)


# --- Opening and joining


def test_the_server_opens_with_a_handshake_and_the_default_namespace(wire: Wire) -> None:
    handshake, default = wire.opening
    assert default == "40"
    facts = json.loads(handshake.removeprefix("0"))
    assert facts.pop("sid")
    assert facts == {"upgrades": [], "pingInterval": 25000, "pingTimeout": 20000}


@pytest.mark.parametrize("frame", [f"40/chat?{TOKEN},", f"40/chat?{TOKEN}", f"40/chat?{TOKEN}&batchRoster=true,"])
def test_a_namespace_is_joined_with_a_query(wire: Wire, frame: str) -> None:
    assert wire.ask(frame) == "40/chat"
    assert wire.ask(SUBSCRIBE).startswith('42/chat,["CHANNEL_SUBSCRIBED",{"channel":')


@pytest.mark.parametrize("frame", ["40/chat", "40/chat,", "40/chat?,"])
def test_the_query_of_the_websocket_counts_too(
    server: Served, client: httpx.Client, stack: ExitStack, frame: str
) -> None:
    assert open_wire(server, client, stack, TOKEN).ask(frame) == "40/chat"


def test_a_refusal_is_an_error_packet_with_the_contracts_payload(wire: Wire) -> None:
    unauthorized = '44/chat,{"code":"unauthorized","message":"Authentication is required."}'
    assert wire.ask("40/chat") == unauthorized
    assert wire.ask("40/chat?token=,") == unauthorized
    assert wire.ask("40/chat?token=x,") == '44/chat,{"code":"token.invalid","message":"The token is not valid."}'
    assert wire.ask(f"40/chat?{TOKEN},") == "40/chat"


@pytest.mark.parametrize("name", ["/x", "/chats", "/chat/"])
def test_an_unknown_namespace_is_refused(wire: Wire, name: str) -> None:
    assert wire.ask(f"40{name}?{TOKEN},") == f'44{name},"Invalid namespace"'
    assert wire.ask(f"40/chat?{TOKEN},") == "40/chat"


def test_joining_twice_is_joining_once(wire: Wire) -> None:
    assert wire.joined().silent_after("40/chat?token=nobody,")
    assert wire.ask(SUBSCRIBE).startswith("42/chat,")


def test_leaving_a_namespace_leaves_the_websocket_open(wire: Wire) -> None:
    assert wire.joined().ask(SUBSCRIBE).startswith("42/chat,")
    assert wire.silent_after("41/chat")
    assert wire.silent_after(SUBSCRIBE)
    assert wire.silent_after("41/chat,")
    assert (
        wire.joined()
        .ask(f'42/chat,["SEND_MESSAGE",{json.dumps(chat())}]')
        .startswith('42/chat,["SEND_MESSAGE_FAILED",')
    )


# --- Packets


def test_the_client_pings_and_the_server_answers(wire: Wire) -> None:
    assert [wire.ask(frame) for frame in ("2", "2probe", "2ü")] == ["3", "3probe", "3ü"]


@pytest.mark.parametrize("frame", ["3", "3probe", "5", "6", "0", "43/chat,1[]", "44/chat,{}", "41", "41/x"])
def test_packets_that_say_nothing_are_taken_without_a_word(wire: Wire, frame: str) -> None:
    assert wire.joined().silent_after(frame)
    assert wire.ask(SUBSCRIBE).startswith("42/chat,")


def test_an_event_with_an_id_is_acknowledged(wire: Wire) -> None:
    wire.joined()
    frames = {wire.ask(f'42/chat,0["UNSUBSCRIBE_CHANNEL",{json.dumps(channel("x"))}]'), wire.read()}
    assert frames == {"43/chat,0[]", '42/chat,["CHANNEL_UNSUBSCRIBED",{"channel":{"_id":"x","type":"topic"}}]'}
    assert wire.ask('42/chat,17["NOBODY_KNOWS",1]') == "43/chat,17[]"


@pytest.mark.parametrize("frame", [SUBSCRIBE, '42/chat,1["SUBSCRIBE_CHANNEL"]', '42["SUBSCRIBE_CHANNEL"]', '421["x"]'])
def test_events_to_where_one_has_not_joined_are_ignored(wire: Wire, frame: str) -> None:
    assert wire.silent_after(frame)


@pytest.mark.parametrize("frame", ["42/chat,[7]", "42/chat,[null]", '42/chat,[["SUBSCRIBE_CHANNEL"]]'])
def test_an_event_without_a_name_is_ignored(wire: Wire, frame: str) -> None:
    assert wire.joined().silent_after(frame)


MALFORMED: list[str | bytes] = [
    "",
    "9",
    "hello",
    "4",
    "47",
    "4hello",
    "42",
    "42/chat",
    "42/chat,",
    "42/chat,[",
    "42/chat,[]",
    "42/chat,{}",
    '42/chat,"SUBSCRIBE_CHANNEL"',
    '42/chat,["SEND_MESSAGE",NaN]',
    '42/chat,["SEND_MESSAGE",1e999]',
    '42/chat,["SEND_MESSAGE","\\ud83d"]',
    '42/chat,["SEND_MESSAGE",' + "[" * 65 + "]" * 65 + "]",
    '42/chat,["SEND_MESSAGE",' + "[" * 200_000,
    b'42/chat,["SUBSCRIBE_CHANNEL",{}]',
]


@pytest.mark.parametrize("frame", [*MALFORMED, "1"], ids=lambda frame: repr(frame[:40]))
def test_what_is_no_packet_ends_the_session_and_no_other(
    server: Served, client: httpx.Client, stack: ExitStack, frame: str | bytes
) -> None:
    """As does the packet that says goodbye."""
    wire, other = (open_wire(server, client, stack).joined() for _ in range(2))
    assert wire.ended_by(frame) == 1000
    assert other.ask(SUBSCRIBE).startswith("42/chat,")


def test_text_of_any_script_goes_through_as_it_is(wire: Wire) -> None:
    wire.joined().ask(SUBSCRIBE)
    text = "日本語 🎈 \u2028 \u0000 ü"
    assert json.dumps(text, ensure_ascii=False) in wire.ask(f'42/chat,["SEND_MESSAGE",{json.dumps(chat(text))}]')


# --- Paths and transports


def test_both_protocols_share_a_port_and_a_contract_that_is_alone_has_the_root(
    tmp_path: Path, stack: ExitStack
) -> None:
    with serve(tmp_path, "avaya-spaces") as served, stack:
        sockets = [
            Socket(stack.enter_context(dial(f"{root}/socket.io/?EIO={protocol}&transport=websocket")), protocol, query)
            for root, query in ((served.url, {"token": "mock-jwt-example"}), (served.contracts["avaya-spaces"], BEN))
            for protocol in (3, 4)
        ]
        for socket in sockets:
            socket.subscribed(TEAM)
        message = sockets[0].sent(chat())
        assert [socket.heard() for socket in sockets[1:]] == [[("MESSAGE_SENT", message)]] * 3


@pytest.mark.parametrize("path", ["/socket.io/", "/ziik/socket.io/", "/nobody/socket.io/", "/avaya-spaces/chat"])
def test_elsewhere_there_is_no_socket(server: Served, path: str) -> None:
    with pytest.raises(InvalidStatus) as refused, dial(f"{server.url}{path}?EIO=3&transport=websocket"):
        pass
    assert refused.value.response.status_code == 403


def test_a_client_of_the_older_protocol_cannot_poll(client: httpx.Client) -> None:
    answer = client.get("/avaya-spaces/socket.io/?EIO=3&transport=polling")
    assert (answer.status_code, answer.json()) == (400, {"code": 0, "message": "Transport unknown"})


# --- Heartbeat


def test_a_client_that_falls_silent_is_cut_off_and_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with inside("avaya-spaces") as mock:
            state = mock.state("avaya-spaces")
            url = f"{mock.url.replace('http', 'ws')}/socket.io/?{TOKEN}&EIO=3&transport=websocket"
            async with connect_here(url, proxy=None) as websocket:
                await websocket.send("40/chat")
                assert [await websocket.recv() for _ in range(3)][1:] == ["40", "40/chat"]
                assert len(state.world["connections"]) == len(state.hub.connections) == 1
                monkeypatch.setattr(engineio3, "PING_INTERVAL", 0)
                monkeypatch.setattr(engineio3, "PING_TIMEOUT", 0)
                await websocket.send("2")
                assert await websocket.recv() == "3"
                with pytest.raises(ConnectionClosed):
                    await websocket.recv()
            await until(lambda: not state.world["connections"])
            assert not state.hub.connections
            assert not state.hub.rooms

    asyncio.run(run())


def test_a_client_that_only_writes_is_dropped_and_forgotten() -> None:
    """Even while the server waits for it to read the answer to a ping."""

    async def run() -> None:
        async with inside("avaya-spaces") as mock:
            state = mock.state("avaya-spaces")
            url = f"{mock.url.replace('http', 'ws')}/socket.io/?{TOKEN}&EIO=3&transport=websocket"
            async with connect_here(url, proxy=None, max_queue=1, ping_interval=None) as websocket:
                await websocket.send("40/chat")
                await until(lambda: bool(state.hub.connections))
                [connection] = state.hub.connections.values()
                flood = Emission("FLOOD", "x" * 100_000, (own_room(connection.id),))
                while connection.id in state.hub.connections:
                    await websocket.send("2")
                    state.hub.publish([flood])
                    await asyncio.sleep(0)
                await until(lambda: not state.world["connections"])

    asyncio.run(run())
