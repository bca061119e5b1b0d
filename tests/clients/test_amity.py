"""Amity's messages and events, as the vendor's SDK and socket.io-client 2 hand them to an app."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.clients.clients import Client, Clients, clients
from tests.clients.scripts import Socket, Sockets
from tests.servers import Served
from understudy_mockserver.contracts import load_contract

CONTRACT = load_contract("amity")
EVENTS = tuple(CONTRACT.realtime.channels["/"].emissions)
CREATE = CONTRACT.operation("createMessage")
HELLO = {"channelId": "general", "type": "text", "data": {"text": "hello 🎈"}}

Login = Callable[[str], Client]
Enter = Callable[[str], Socket]


@pytest.fixture(scope="module")
def sdks(node: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clients]:
    """SDKs, in one process for the module."""
    with clients(node, "amity.cjs", tmp_path_factory.mktemp("amity")) as found:
        yield found


@pytest.fixture
def namespace() -> str:
    return f"test-{secrets.token_hex(6)}"


@pytest.fixture
def root(apart: Served) -> str:
    """The SDK takes the address of a host, without a path."""
    return apart.contracts["amity"].removesuffix("/amity")


@pytest.fixture
def sdk(sdks: Clients, root: str, namespace: str) -> Login:
    """An SDK that nobody has logged in with; the token, if any, is set from without."""

    def sdk(token: str = "") -> Client:
        found = sdks.add()
        found.call("open", url=root, namespace=namespace, token=token)
        return found

    return sdk


@pytest.fixture
def login(sdk: Login) -> Login:
    """Logs a user in: a session, and the socket."""

    def login(user: str) -> Client:
        found = sdk("")
        assert connect(found, user) is True
        return found

    return login


@pytest.fixture
def enter(sockets: Sockets, root: str, namespace: str) -> Enter:
    """Connects with a token."""

    def enter(token: str) -> Socket:
        query = {"token": token, "understudy-namespace": namespace}
        return sockets.open("sio2", root, {"transports": ["websocket"], "query": query}, EVENTS)

    return enter


def connect(client: Client, user: str) -> Any:
    """Without the message broker, which the mock has not: what is live comes by Socket.IO."""
    return client.call("call", name="connectClient", args=[{"userId": user}, {"disableRTE": True}])


def create(client: Client, **fields: Any) -> dict[str, Any]:
    """The message that the SDK returns."""
    return dict(client.call("call", name="createMessage", args=[{**HELLO, **fields}])["data"])


def refusal(client: Client, prefer: str = "", **fields: Any) -> Any:
    """What the SDK raises instead."""
    return client.refused("call", name="createMessage", args=[{**HELLO, **fields}], prefer=prefer)


def page(client: Client, **query: Any) -> Any:
    """A page of the channel's messages."""
    return client.call("call", name="queryMessages", args=[{"channelId": "general", **query}])


def segments(answer: Any) -> list[int]:
    """The places of a page's messages in their channel."""
    return [message["channelSegment"] for message in answer["data"]]


# --- Calls


def test_a_created_message_is_returned(login: Login) -> None:
    fields = {"tags": ["greeting"], "metadata": {"a": 1}, "messageId": "mine"}
    message = create(login("alice"), **fields)
    assert message.items() >= {**HELLO, **fields, "userId": "alice", "myReactions": []}.items()


def test_pages_lead_back_to_the_first_message_though_one_arrives_meanwhile(login: Login) -> None:
    """A page holds what `queryMessages` takes for the one before."""
    bob, pages = login("bob"), []
    answer = page(bob, page={"limit": 2})
    create(login("alice"))
    pages.append(segments(answer))
    while "prevPage" in answer:
        answer = page(bob, page=answer["prevPage"])
        pages.append(segments(answer))
    assert pages == [[4, 5], [2, 3], [1]]


def test_pages_lead_on_to_a_message_that_arrived_meanwhile(login: Login) -> None:
    bob = login("bob")
    older = page(bob, page={"before": 4, "limit": 3})
    assert (segments(older), older["nextPage"]) == ([1, 2, 3], {"after": 3, "limit": 3})
    created = create(login("alice"))
    newer = page(bob, page=older["nextPage"])
    assert segments(newer) == [4, 5, created["channelSegment"]]
    assert "nextPage" not in newer


def test_a_query_without_a_page_brings_the_latest_with_what_was_asked_for(login: Login) -> None:
    alice = login("alice")
    created = [create(alice, tags=["later"], data={"text": str(number)}) for number in range(12)]
    assert page(login("bob"), tags=["later"])["data"] == created[-10:]


def test_a_deleted_message_is_returned_as_such(login: Login) -> None:
    bob = login("bob")
    message_id = create(bob)["messageId"]
    deleted = bob.call("call", name="deleteMessage", args=[message_id])
    assert (deleted["messageId"], deleted["isDeleted"], deleted["data"]) == (message_id, True, {})


# --- Refusals


@pytest.mark.parametrize(
    ("user", "fields", "code", "text"),
    [
        ("carol", {}, 400302, "User is muted"),
        ("bob", {"channelId": "closed-room"}, 400400, "Resource Not Found."),
        ("bob", {"data": {"text": "x" * 20_001}}, 500000, "Parameters error."),
    ],
)
def test_a_refusal_is_raised_as_the_sdks_own_error(
    login: Login, user: str, fields: dict[str, Any], code: int, text: str
) -> None:
    """Whatever its HTTP status: the SDK goes by the code."""
    assert refusal(login(user), **fields) == own_error(code, text)


def test_an_unknown_token_is_raised_as_the_sdks_own_error(sdk: Login) -> None:
    assert refusal(sdk("nobody-token")) == own_error(400100, "Unauthorized")


def test_who_is_banned_everywhere_cannot_log_in(sdk: Login) -> None:
    error = sdk("").refused("call", name="connectClient", args=[{"userId": "frank"}, {"disableRTE": True}])
    assert error == own_error(400312, "User is global banned.")


def test_the_sdk_understands_every_refusal_of_the_contract(login: Login) -> None:
    """Each as `Prefer` asks for it, too many requests among them."""
    alice = login("alice")
    raised = {name: refusal(alice, prefer=f"example={name}") for name in CREATE.answers}
    codes = {name: ("ASCApiError", answer.value["code"]) for name, answer in CREATE.answers.items()}
    assert {name: (error["kind"], error["code"]) for name, error in raised.items()} == codes
    assert raised["rate-limited"] == own_error(400311, "RateLimit Exceed.")


def own_error(code: int, text: str) -> dict[str, Any]:
    """What the app catches."""
    return {"kind": "ASCApiError", "code": code, "level": "error", "message": f"Amity SDK ({code}): {text}"}


# --- Events


def test_a_message_that_another_posts_by_rest_is_heard_live(login: Login, root: str, namespace: str) -> None:
    bob = login("bob")
    bob.call("listen", name="onMessageCreated")
    headers = {"Authorization": "Bearer alice-token", "Understudy-Namespace": namespace}
    answer = httpx.post(f"{root}/api/v3/messages", json=HELLO, headers=headers, trust_env=False)
    [message] = answer.raise_for_status().json()["messages"]
    del message["myReactions"]
    assert bob.heard() == message


def test_what_becomes_of_a_message_is_heard_live(login: Login) -> None:
    alice, bob = login("alice"), login("bob")
    for name in ("onMessageCreated", "onMessageUpdated", "onMessageDeleted"):
        bob.call("listen", name=name)
    message_id = create(alice)["messageId"]
    assert bob.heard()["messageId"] == message_id
    alice.call("call", name="updateMessage", args=[message_id, {"data": {"text": "bye"}}])
    assert bob.heard()["data"] == {"text": "bye"}
    alice.call("call", name="deleteMessage", args=[message_id])
    assert bob.heard()["isDeleted"] is True


def test_a_client_of_socket_io_hears_of_a_message_without_the_senders_reactions(login: Login, enter: Enter) -> None:
    bob = enter("bob-token")
    assert bob.next()[0] == "connect"
    message = create(login("alice"))
    assert message.pop("myReactions") == []
    [(event, [payload])] = bob.heard(1)
    assert event == "v3.message.didCreate"
    assert payload["messages"] == [message]
    assert [user["userId"] for user in payload["users"]] == ["alice"]


@pytest.mark.parametrize(("token", "code"), [("nobody-token", 400100), ("frank-token", 400312)])
def test_a_refused_connection_is_an_error_with_a_code(enter: Enter, token: str, code: int) -> None:
    event, [error] = enter(token).next()
    assert (event, error["code"]) == ("error", code)
