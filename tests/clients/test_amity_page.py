"""Amity's messages, as the vendor's older JavaScript SDK hands them to the app on a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.clients.clients import Client, clients
from tests.servers import serve

NOT_BOBS = "3f0c6c1e-8b1a-4d52-9d0e-000000000001"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server for the module, as the SDK has no place for a namespace.

    Its time is the real one, with which the SDK compares when its token expires.
    """
    with serve(tmp_path_factory.mktemp("page"), "amity=0") as served:
        yield served.contracts["amity"].removesuffix("/amity")


@pytest.fixture(scope="module")
def page(node: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with clients(node, "amity_page.cjs", tmp_path_factory.mktemp("page")) as found:
        yield found.add()


@pytest.fixture
def bob(page: Client, root: str) -> Client:
    """A page where bob is logged in."""
    page.call("register", url=root, userId="bob")
    return page


def create(client: Client, channel: str = "general", text: str = "hello 🎈") -> tuple[dict[str, Any], Any]:
    """What the app sees of a message that the server has taken or refused, and why it was refused."""
    created = client.call("create", message={"channelId": channel, "text": text})
    return created["model"], created["refusal"]


def until(client: Client, fits: Callable[[list[dict[str, Any]]], bool]) -> None:
    """Waits for a list of messages that fits."""
    while not fits(client.heard()):
        pass


def test_a_session_is_established_from_another_origin(page: Client, root: str) -> None:
    session = page.call("register", url=root, userId="bob")
    assert session == {"userId": "bob", "session": "established", "connection": "connected"}


def test_a_created_message_is_synced_with_the_server(bob: Client) -> None:
    """Its place in the channel is the server's, which the SDK guesses before."""
    first, _ = create(bob)
    second, refusal = create(bob)
    assert refusal is None
    told = {"channelId": "general", "userId": "bob", "data": {"text": "hello 🎈"}, "isDeleted": False}
    assert second.items() >= {**told, "state": "Synced", "displayName": "Bob"}.items()
    assert second["channelSegment"] == first["channelSegment"] + 1 > 6


@pytest.mark.parametrize(
    ("channel", "code", "text"),
    [("quiet-room", 400303, "Channel is muted."), ("closed-room", 400400, "Resource Not Found.")],
)
def test_a_refused_message_stays_unsent_with_the_error_that_the_app_gets(
    bob: Client, channel: str, code: int, text: str
) -> None:
    message, refusal = create(bob, channel)
    assert message["state"] == "Error"
    assert refusal == {"code": code, "level": "fatal", "message": f"ASCWebSDK: {text}"}


def test_a_deleted_message_is_shown_as_such(bob: Client) -> None:
    message, _ = create(bob)
    bob.call("follow", channelId="general")
    assert bob.call("delete", messageId=message["messageId"]) is True
    gone = message | {"isDeleted": True, "data": {}}
    until(bob, lambda found: gone in found)


def test_only_the_author_deletes_a_message(bob: Client) -> None:
    error = bob.refused("delete", messageId=NOT_BOBS)
    assert (error["code"], error["message"]) == (400301, "ASCWebSDK: You are not allowed to do this")


def test_a_message_that_another_posts_by_rest_joins_the_list(bob: Client, root: str) -> None:
    bob.call("follow", channelId="general")
    sent = {"channelId": "general", "type": "text", "data": {"text": "from elsewhere"}}
    headers = {"Authorization": "Bearer alice-token"}
    httpx.post(f"{root}/api/v3/messages", json=sent, headers=headers, trust_env=False).raise_for_status()
    until(bob, lambda found: [(each["userId"], each["data"]) for each in found[-1:]] == [("alice", sent["data"])])
