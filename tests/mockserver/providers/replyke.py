"""What the tests of Replyke share: the ids of its world, and requests as its clients send them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import httpx

from tests.mockserver import forms
from tests.mockserver.forms import Part

#: A picture of one pixel.
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mMwnnkGAAKbAZnPz4uGAAAAAElFTkSuQmCC")
GIF = {
    "id": "g1",
    "url": "https://gifs.example.com/g1",
    "gifUrl": "https://gifs.example.com/g1.gif",
    "gifPreviewUrl": "https://gifs.example.com/g1-small.gif",
    "altText": "A dog nods",
    "aspectRatio": "1.5",
}


def project_id(number: int) -> str:
    return f"b0000000-0000-4000-8000-{number:012}"


def user_id(number: int) -> str:
    return f"a0000000-0000-4000-8000-{number:012}"


def conversation_id(number: int) -> str:
    return f"c0000000-0000-4000-8000-{number:012}"


def message_id(number: int) -> str:
    return f"e0000000-0000-4000-8000-{number:012}"


def messages(conversation: int = 1, project: int = 1) -> str:
    """Where real clients send a conversation's messages, below the contract's root."""
    return f"/v7/{project_id(project)}/chat/conversations/{conversation_id(conversation)}/messages"


def bearer(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {name}-token"}


def below(project: int = 1) -> str:
    """Where real clients find all the rest."""
    return f"/replyke/v7/{project_id(project)}"


def chat(number: int = 1) -> str:
    """A conversation of the world."""
    return f"{below()}/chat/conversations/{conversation_id(number)}"


def space_id(number: int) -> str:
    return f"d0000000-0000-4000-8000-{number:012}"


def ask(client: httpx.Client, method: str, url: str, by: str = "alice", **body: Any) -> httpx.Response:
    """A call with a JSON body; without fields there is none."""
    return client.request(method, url, headers=bearer(by), json=body or None)


def ok(response: httpx.Response, status: int = 200) -> Any:
    """The body of a success of this status."""
    assert response.status_code == status, response.text
    return response.json()


def send(client: httpx.Client, *, by: str = "alice", to: int = 1, **fields: Any) -> httpx.Response:
    """A message of these fields, as JSON."""
    return client.post(f"/replyke{messages(to)}", headers=bearer(by), json=fields)


def send_form(
    client: httpx.Client, *parts: Part, by: str = "alice", headers: Mapping[str, str] | None = None, prefix: str = ""
) -> httpx.Response:
    """A message of these parts, to the group."""
    headers = {**bearer(by), "Content-Type": forms.TYPE, **(headers or {})}
    return client.post(f"{prefix}/replyke{messages()}", headers=headers, content=forms.encode(parts))


def file(content: str | bytes = "", filename: str = "a.txt", content_type: str | None = "text/plain") -> Part:
    return Part("files", content, filename, content_type)


def created(response: httpx.Response) -> dict[str, Any]:
    """The message that was created; fails for any other answer."""
    assert response.status_code == 201, response.text
    message: dict[str, Any] = response.json()
    return message


def quoted(client: httpx.Client, number: str, *, by: str = "alice", to: int = 1) -> dict[str, Any]:
    """A message as it is stored: the way to read one is to quote it."""
    message: dict[str, Any] = created(send(client, by=by, to=to, content="see", quotedMessageId=number))[
        "quotedMessage"
    ]
    return message


def refusal(response: httpx.Response) -> tuple[int, str]:
    """Status and code of an answer."""
    return response.status_code, response.json()["code"]
