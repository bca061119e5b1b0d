"""Replyke's Send Message, by hand."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any

import orjson

from tests.benchmarks.plain_api import JSON, Answer, PlainApi, now
from understudy_validators import Contract
from understudy_validators.records import World


class PlainReplyke(PlainApi):
    """Send Message with a body of JSON."""

    path = re.compile("/replyke/([^/]+)/api/v7/conversations/([^/]+)/messages")
    operation = "sendMessage"
    unauthorized = "unauthorized"
    token_rejected = "token-rejected"
    malformed = "invalid-body"

    def __init__(self, contract: Contract) -> None:
        super().__init__(contract)
        world = contract.world
        self._longest: int = contract.document.data["components"]["schemas"]["Content"]["maxLength"]
        self._projects = {project["id"] for project in world["projects"]}
        self._conversations = {each["id"]: dict(each) for each in world["conversations"]}
        self._members = {(each["conversationId"], each["userId"]) for each in world["members"] if each["isActive"]}

    def _known_senders(self, world: World) -> dict[str, Mapping[str, Any]]:
        users = {user["id"]: user for user in world["users"]}
        return {token["token"]: users[token["userId"]] for token in world["tokens"] if token["userId"]}

    def _send(self, path: re.Match[str], sender: Mapping[str, Any], body: Any) -> Answer:
        project, conversation = path.groups()
        if not self._fits(body):
            return self._refusals["content-too-long" if self._is_too_long(body) else "invalid-body"]
        if project not in self._projects:
            return self._refusals["project-not-found"]
        if (conversation, sender["id"]) not in self._members:
            return self._refusals["not-a-member"]
        if not body.get("content") and not body.get("gif"):
            return self._refusals["empty-message"]
        message = _message(project, conversation, sender["id"], body)
        self._store(message["id"], message)
        self._conversations[conversation]["lastMessageAt"] = message["createdAt"]
        populated = {**message, "files": [], "userReactions": [], "user": sender, "quotedMessage": None}
        if "localId" in body:
            populated["localId"] = body["localId"]
        return self._created, JSON, orjson.dumps(populated)

    def _is_too_long(self, body: Any) -> bool:
        content = body.get("content") if isinstance(body, dict) else None
        return isinstance(content, str) and len(content) > self._longest


def _message(project: str, conversation: str, sender: str, body: Mapping[str, Any]) -> dict[str, Any]:
    time = now()
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
        "createdAt": time,
        "updatedAt": time,
    }
