"""Replyke's messages, as the vendor's React library hands them to an app: its HTTP client, with its token refresh."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.clients.clients import Client, Clients, clients
from tests.clients.scripts import Sockets
from tests.mockserver.providers.replyke import conversation_id, project_id, user_id
from tests.servers import Served
from understudy_mockserver.contracts import load_contract

EVENTS = tuple(load_contract("replyke").realtime.channels["/"].emissions)
GROUP, SPACE = (f"/{project_id(1)}/chat/conversations/{conversation_id(number)}/messages" for number in (1, 3))
REFRESH = f"/{project_id(1)}/auth/request-new-access-token"
TEXT_FILE = {"name": "a.txt", "type": "text/plain", "text": "abc"}
LATE = {"accessToken": "alice-expired", "refreshToken": "alice-refresh"}
HELLO = {"localId": "l1", "content": "hello 🎈"}
SignIn = Callable[[str], Client]
Call = tuple[str, int, str | None]


@pytest.fixture(scope="module")
def apps(node: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clients]:
    """Apps with the library, in one process for the module."""
    with clients(node, "replyke.cjs", tmp_path_factory.mktemp("replyke")) as found:
        yield found


@pytest.fixture
def app(apps: Clients, server: Served, client: httpx.Client) -> Client:
    """An app that has just started, in the `client`'s Understudy namespace."""
    found = apps.add()
    namespace = client.headers["Understudy-Namespace"]
    found.call("open", url=f"{server.url}/~{namespace}/replyke/v7", project=project_id(1))
    return found


@pytest.fixture
def sign_in(app: Client) -> SignIn:
    """Signs a user in; the calls up to then are forgotten."""

    def sign_in(user: str) -> Client:
        app.call("signIn", projectId=project_id(1), email=f"{user}@example.com", password=f"{user}-password")
        app.call("calls")
        return app

    return sign_in


def calls(app: Client) -> list[Call]:
    """The path, the answer's status and the `localId` of each call, if the message has one."""
    return [(call["path"], call["status"], call["localId"]) for call in app.call("calls")]


def stored(app: Client) -> list[dict[str, Any]]:
    """The group's messages, the newest first."""
    return list(app.call("get", path=GROUP)["messages"])


def test_an_app_starts_without_a_session(app: Client) -> None:
    """It asks for one at once, with no token to show."""
    assert calls(app) == [(REFRESH, 200, None)]


def test_signing_in_gives_the_app_its_user_and_tokens(app: Client) -> None:
    credentials = {"projectId": project_id(1), "email": "alice@example.com", "password": "alice-password"}
    session = app.call("signIn", **credentials)
    assert (session["user"]["id"], session["user"]["username"]) == (user_id(1), "alice")
    assert session["accessToken"].count(".") == session["refreshToken"].count(".") == 2


def test_a_wrong_password_is_an_error(app: Client) -> None:
    """The library keeps what the server said to itself, and hands on that of its HTTP client."""
    credentials = {"projectId": project_id(1), "email": "alice@example.com", "password": "wrong"}
    assert app.refused("signIn", **credentials)["message"] == "Request failed with status code 401"


def test_a_message_sent_as_json_is_returned_with_its_local_id_which_is_not_stored(
    sign_in: SignIn,
) -> None:
    app = sign_in("alice")
    message = app.call("post", path=GROUP, fields={**HELLO, "metadata": {"a": 1}})
    assert message.items() >= {**HELLO, "metadata": {"a": 1}, "userId": user_id(1), "files": []}.items()
    newest = stored(app)[0]
    assert newest["id"] == message["id"]
    assert "localId" not in newest
    assert calls(app) == [(GROUP, 201, "l1"), (GROUP, 200, None)]


def test_a_message_sent_as_a_form_with_a_file_is_returned_with_it(sign_in: SignIn, client: httpx.Client) -> None:
    app = sign_in("alice")
    fields = {"localId": "l2", "content": "see file", "metadata": '{"a": 1}'}
    message = app.call("post", path=GROUP, fields=fields, files=[TEXT_FILE])
    assert message.items() >= {"localId": "l2", "content": "see file", "metadata": {"a": 1}}.items()
    [file] = message["files"]
    assert (file["type"], file["originalSize"], file["originalMimeType"]) == ("document", 3, "text/plain")
    assert client.get(file["originalPath"]).text == "abc"
    assert "localId" not in stored(app)[0]


@pytest.mark.parametrize("files", [None, [TEXT_FILE]], ids=["json", "form"])
def test_an_expired_token_is_renewed_and_the_same_message_sent_again(app: Client, files: list[Any] | None) -> None:
    app.call("resume", tokens=LATE)
    app.call("calls")
    message = app.call("post", path=GROUP, fields=HELLO, files=files)
    assert message.items() >= HELLO.items()
    found = app.call("calls")
    assert [(call["path"], call["status"]) for call in found] == [(GROUP, 403), (REFRESH, 200), (GROUP, 201)]
    assert [found[place]["localId"] for place in (0, 2)] == ["l1", "l1"]
    assert found[0]["authorization"] == "Bearer alice-expired" != found[2]["authorization"]
    assert [each["id"] for each in stored(app) if each["content"] == HELLO["content"]] == [message["id"]]


def test_a_renewed_token_serves_the_messages_that_follow(app: Client) -> None:
    app.call("resume", tokens=LATE)
    app.call("calls")
    for local_id in ("l1", "l2"):
        app.call("post", path=GROUP, fields={**HELLO, "localId": local_id})
    assert calls(app) == [(GROUP, 403, "l1"), (REFRESH, 200, None), (GROUP, 201, "l1"), (GROUP, 201, "l2")]


def test_who_may_not_send_is_told_so_twice_and_the_app_once(sign_in: SignIn) -> None:
    """A new token changes nothing about it, and nothing is stored."""
    app = sign_in("bob")
    before = app.call("get", path=SPACE)
    app.call("calls")
    error = app.refused("post", path=SPACE, fields=HELLO)
    text = "Only space admins and moderators can send messages in this conversation."
    assert (error["status"], error["body"]) == (403, {"error": text, "code": "chat/not-a-member"})
    assert calls(app) == [(SPACE, 403, "l1"), (REFRESH, 200, None), (SPACE, 403, "l1")]
    assert app.call("get", path=SPACE) == before


def test_others_hear_of_a_message_once_though_it_was_sent_twice(
    app: Client, sockets: Sockets, server: Served, client: httpx.Client
) -> None:
    query = {"projectId": project_id(1), "understudy-namespace": client.headers["Understudy-Namespace"]}
    options = {"path": "/replyke/socket.io", "auth": {"token": "bob-token"}, "query": query}
    bob = sockets.open("sio4", server.url, options, EVENTS)
    assert bob.next()[0] == "connect"
    app.call("resume", tokens=LATE)
    message = app.call("post", path=GROUP, fields=HELLO)
    assert bob.heard(1) == [("message:created", [message])]


def test_without_a_refresh_token_the_second_attempt_is_nobodys(app: Client) -> None:
    app.call("resume", tokens={"accessToken": "alice-expired", "refreshToken": None})
    app.call("calls")
    error = app.refused("post", path=GROUP, fields=HELLO)
    assert (error["status"], error["body"]) == (403, "Forbidden")
    assert calls(app) == [(GROUP, 403, "l1"), (REFRESH, 200, None), (GROUP, 403, "l1")]


def test_other_refusals_are_not_sent_again(sign_in: SignIn) -> None:
    app = sign_in("alice")
    error = app.refused("post", path=GROUP, fields={"localId": "l1"})
    assert (error["status"], error["body"]["code"]) == (400, "chat/empty-message")
    assert calls(app) == [(GROUP, 400, "l1")]
