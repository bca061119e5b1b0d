"""The yardstick: a plain ASGI app that does by hand what Replyke's Send Message takes, and nothing more.

It parses the body, judges it with the one compiled schema of the contract, looks up the sender and the membership,
stores the message and answers it as the mock does. No other rule, no namespaces, no journal, no check of its reply.

`python -m tests.benchmarks.plain READY_FILE` runs it in the mock's own uvicorn settings.
"""

from __future__ import annotations

import re
import sys
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

import understudy_specs
from understudy_mockserver.asgi import Receive, Scope, Send
from understudy_mockserver.limits import Limits
from understudy_mockserver.server import listen, run, write_ready_file
from understudy_validators import Contract, compile_folder

_PATH = re.compile("/replyke/([^/]+)/api/v7/conversations/([^/]+)/messages")
_JSON = "application/json"

Answer = tuple[int, str, bytes]


class Plain:
    """The app. Data, schema and the texts of refusals are the contract's; all else stands here."""

    def __init__(self, contract: Contract) -> None:
        operation = contract.operation("sendMessage")
        media_type = next(each for each in operation.media_types if each.name == _JSON)
        self._fits = media_type.validator.fits
        self._longest: int = contract.document.data["components"]["schemas"]["Content"]["maxLength"]
        self._created = operation.success.status
        self._refusals = {
            name: (answer.status, answer.media_type, _encoded(answer.value))
            for name, answer in contract.answers.items()
        }
        world = contract.world
        users = {user["id"]: user for user in world["users"]}
        self._senders = {token["token"]: users[token["userId"]] for token in world["tokens"] if token["userId"]}
        self._projects = {project["id"] for project in world["projects"]}
        self._conversations = {each["id"]: dict(each) for each in world["conversations"]}
        self._members = {(each["conversationId"], each["userId"]) for each in world["members"] if each["isActive"]}
        self._messages: dict[str, dict[str, Any]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        status, media_type, body = self._answer(scope, await _read(receive))
        headers = [(b"content-length", b"%d" % len(body)), (b"content-type", media_type.encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, scope: Scope, content: bytes) -> Answer:
        path = _PATH.fullmatch(scope["path"])
        if path is None or scope["method"] != "POST":
            return self._refusals["route-not-found"]
        authorization = dict(scope["headers"]).get(b"authorization")
        if authorization is None:
            return self._refusals["unauthorized"]
        sender = self._senders.get(authorization.decode("latin-1").partition(" ")[2])
        if sender is None:
            return self._refusals["token-rejected"]
        try:
            body = orjson.loads(content)
        except orjson.JSONDecodeError:
            return self._refusals["invalid-body"]
        return self._send(path[1], path[2], sender, body)

    def _send(self, project: str, conversation: str, sender: Mapping[str, Any], body: Any) -> Answer:
        if not self._fits(body):
            return self._refusals["content-too-long" if self._is_too_long(body) else "invalid-body"]
        if project not in self._projects:
            return self._refusals["project-not-found"]
        if (conversation, sender["id"]) not in self._members:
            return self._refusals["not-a-member"]
        if not body.get("content") and not body.get("gif"):
            return self._refusals["empty-message"]
        message = _message(project, conversation, sender["id"], body)
        self._messages[message["id"]] = message
        self._conversations[conversation]["lastMessageAt"] = message["createdAt"]
        populated = {**message, "files": [], "userReactions": [], "user": sender, "quotedMessage": None}
        if "localId" in body:
            populated["localId"] = body["localId"]
        return self._created, _JSON, orjson.dumps(populated)

    def _is_too_long(self, body: Any) -> bool:
        content = body.get("content") if isinstance(body, dict) else None
        return isinstance(content, str) and len(content) > self._longest


def _message(project: str, conversation: str, sender: str, body: Mapping[str, Any]) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "id": str(uuid.uuid4()),
        "projectId": project,
        "conversationId": conversation,
        "userId": sender,
        "content": body.get("content") or None,
        "gif": body.get("gif"),
        "mentions": body.get("mentions", []),
        "metadata": body.get("metadata", {}),
        "parentMessageId": body.get("parentMessageId"),
        "quotedMessageId": body.get("quotedMessageId"),
        "threadReplyCount": 0,
        "reactionCounts": {},
        "editedAt": None,
        "userDeletedAt": None,
        "moderationStatus": None,
        "moderatedAt": None,
        "moderatedById": None,
        "moderatedByType": None,
        "moderationReason": None,
        "createdAt": now,
        "updatedAt": now,
    }


def _encoded(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else orjson.dumps(value)


async def _read(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    return body


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def create_plain() -> Plain:
    """The app over a fresh world."""
    return Plain(compile_folder(understudy_specs.folders()["replyke"]))


def main(ready_file: Path) -> None:
    """Serves the app on any free port and writes `{url}` to the file once it answers."""
    listener = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    run({listener: create_plain()}, lambda: write_ready_file(ready_file, {"url": url}), Limits())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
