"""Amity's messages and events, as the vendor's SDK and socket.io-client 2 hand them to an app."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.clients.scripts import Script, Socket, Sockets, running
from tests.servers import Served
from understudy_mockserver.contracts import load_contract

CONTRACT = load_contract("amity")
EVENTS = tuple(CONTRACT.realtime.channels["/"].emissions)
CREATE = CONTRACT.operation("createMessage")
HELLO = {"channelId": "general", "type": "text", "data": {"text": "hello 🎈"}}

Sdk = Callable[[str], Script]
Enter = Callable[[str], Socket]


@pytest.fixture
def namespace() -> str:
    return f"test-{secrets.token_hex(6)}"


@pytest.fixture
def root(apart: Served) -> str:
    """The SDK takes the address of a host, without a path."""
    return apart.contracts["amity"].removesuffix("/amity")


@pytest.fixture
def sdk(node: str, root: str, namespace: str, tmp_path: Path) -> Iterator[Sdk]:
    """Starts the SDK for a user."""
    with ExitStack() as stack:
        yield lambda user: stack.enter_context(running(node, "amity.cjs", tmp_path, root, f"{user}-token", namespace))


@pytest.fixture
def enter(sockets: Sockets, root: str, namespace: str) -> Enter:
    """Connects with a token."""

    def enter(token: str) -> Socket:
        query = {"token": token, "understudy-namespace": namespace}
        return sockets.open("sio2", root, {"transports": ["websocket"], "query": query}, EVENTS)

    return enter


def create(script: Script, bundle: dict[str, Any], prefer: str = "") -> dict[str, Any]:
    """What the SDK returns or raises."""
    script.tell("create", bundle=bundle, prefer=prefer)
    return script.next()


def test_a_created_message_is_returned(sdk: Sdk) -> None:
    bundle = {**HELLO, "tags": ["greeting"], "metadata": {"a": 1}, "messageId": "mine"}
    message = create(sdk("alice"), bundle)["returned"]
    assert message.items() >= {**bundle, "userId": "alice", "myReactions": []}.items()


def test_a_created_message_reaches_other_sdks_over_their_sockets(sdk: Sdk) -> None:
    alice, bob = sdk("alice"), sdk("bob")
    bob.tell("listen")
    assert bob.next() == {"listening": True}
    message = create(alice, HELLO)["returned"]
    del message["myReactions"]
    assert bob.next() == {"heard": message}


@pytest.mark.parametrize(
    ("user", "fields", "code", "text"),
    [
        ("carol", {}, 400302, "User is muted"),
        ("bob", {"channelId": "closed-room"}, 400400, "Resource Not Found."),
        ("bob", {"data": {"text": "x" * 20_001}}, 500000, "Parameters error."),
        ("nobody", {}, 400100, "Unauthorized"),
    ],
)
def test_a_refusal_is_raised_as_the_sdks_own_error(
    sdk: Sdk, user: str, fields: dict[str, Any], code: int, text: str
) -> None:
    """Whatever its HTTP status: the SDK goes by the code."""
    raised = create(sdk(user), {**HELLO, **fields})["raised"]
    message = f"Amity SDK ({code}): {text}"
    assert raised == {"kind": "ASCApiError", "code": code, "level": "error", "message": message}


def test_the_sdk_understands_every_refusal_of_the_contract(sdk: Sdk) -> None:
    """Each as `Prefer` asks for it, too many requests among them."""
    script = sdk("alice")
    raised = {name: create(script, HELLO, f"example={name}")["raised"] for name in CREATE.answers}
    codes = {name: ("ASCApiError", answer.value["code"]) for name, answer in CREATE.answers.items()}
    assert {name: (error["kind"], error["code"]) for name, error in raised.items()} == codes
    assert raised["rate-limited"]["message"] == "Amity SDK (400311): RateLimit Exceed."


def test_a_client_of_socket_io_hears_of_a_message_without_the_senders_reactions(sdk: Sdk, enter: Enter) -> None:
    bob = enter("bob-token")
    assert bob.next()[0] == "connect"
    message = create(sdk("alice"), HELLO)["returned"]
    assert message.pop("myReactions") == []
    [(event, [payload])] = bob.heard(1)
    assert event == "v3.message.didCreate"
    assert payload["messages"] == [message]
    assert [user["userId"] for user in payload["users"]] == ["alice"]


@pytest.mark.parametrize(("token", "code"), [("nobody-token", 400100), ("frank-token", 400312)])
def test_a_refused_connection_is_an_error_with_a_code(enter: Enter, token: str, code: int) -> None:
    event, [error] = enter(token).next()
    assert (event, error["code"]) == ("error", code)
