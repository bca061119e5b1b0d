"""`--auth lenient`: apps that log in elsewhere."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.servers import Served, serve

MESSAGES = "/amity/api/v3/messages"
BODY = {"channelId": "general", "data": {"text": "hi"}}


@pytest.fixture(scope="module")
def lenient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A lenient server."""
    folder: Path = tmp_path_factory.mktemp("lenient")
    with serve(folder, "amity", "--auth", "lenient") as served:
        yield served


def send(served: Served, token: str, namespace: str) -> httpx.Response:
    """A message with the token."""
    headers = {"Authorization": f"Bearer {token}", "Understudy-Namespace": namespace}
    return httpx.post(served.url + MESSAGES, json=BODY, headers=headers, trust_env=False)


def sender(response: httpx.Response) -> str:
    """Who sent the message."""
    assert response.status_code == 200, response.text
    user_id: str = response.json()["messages"][0]["userId"]
    return user_id


def jwt(claims: dict[str, object]) -> str:
    """A token that somebody else signed."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({}, claims)]
    return ".".join([*parts, "c2lnbmF0dXJl"])


def test_unknown_tokens_are_users_in_turn_and_stay_who_they_are(lenient: Served) -> None:
    senders = [sender(send(lenient, token, "turns")) for token in ("one", "two", "one", "two")]
    assert senders == ["alice", "bob", "alice", "bob"]


def test_a_jwt_is_the_user_whom_it_names(lenient: Served) -> None:
    assert sender(send(lenient, jwt({"user": {"publicUserId": "bob"}}), "named")) == "bob"
    assert sender(send(lenient, jwt({"user": {"publicUserId": "nobody"}}), "named")) == "alice"


def test_tokens_that_the_world_knows_keep_their_meaning(lenient: Served) -> None:
    assert sender(send(lenient, "bob-token", "known")) == "bob"
    assert send(lenient, "expired-token", "known").status_code == 401


def test_no_token_is_no_token(lenient: Served) -> None:
    assert httpx.post(lenient.url + MESSAGES, json=BODY, trust_env=False).status_code == 401
    assert send(lenient, "two words", "odd").status_code == 401


def test_a_strict_server_refuses_them_all(client: httpx.Client) -> None:
    response = client.post(MESSAGES, json=BODY, headers={"Authorization": "Bearer one"})
    assert response.status_code == 401
