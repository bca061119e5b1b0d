"""Amity's "create a message", by hand."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

import orjson

from tests.benchmarks.plain_api import JSON, Answer, PlainApi, now
from understudy_validators import Contract
from understudy_validators.records import World


class PlainAmity(PlainApi):
    """Create a message of text, without files and mentions."""

    path = re.compile("/amity/api/v3/messages")
    operation = "createMessage"
    unauthorized = token_rejected = "unauthorized"
    malformed = "malformed-json"

    def __init__(self, contract: Contract) -> None:
        super().__init__(contract)
        world = contract.world
        tags = contract.document.data["components"]["schemas"]["NewMessage"]["properties"]["tags"]
        self._longest_tag: int = tags["items"]["maxLength"]
        self._tag_too_long = contract.answers["tag-too-long"]
        self._channels = {each["channelId"]: dict(each) for each in world["channels"] if not each["isDeleted"]}
        members = (each for each in world["channelUsers"] if each["membership"] == "member")
        self._members = {(each["channelId"], each["userId"]): dict(each) for each in members}

    def _known_senders(self, world: World) -> dict[str, Mapping[str, Any]]:
        users = {user["userId"]: user for user in world["users"]}
        return {token["token"]: users[token["userId"]] for token in world["tokens"] if not token["expiresAt"]}

    def _send(self, path: re.Match[str], sender: Mapping[str, Any], body: Any) -> Answer:
        if not self._fits(body):
            return self._misfit(body)
        channel = self._channels.get(body["channelId"])
        if channel is None:
            return self._refusals["channel-not-found"]
        member = self._members.get((channel["channelId"], sender["userId"]))
        if member is None:
            return self._refusals["not-a-member"]
        if "text" not in body.get("data", {}):
            return self._refusals["text-missing"]
        message = _message(channel, sender["userId"], body)
        self._store(message["_id"], message)
        channel["messageCount"] = message["channelSegment"]
        channel["lastActivity"] = member["lastActivity"] = message["createdAt"]
        bundle = {"messages": [{**message, "myReactions": []}], "users": [sender], "files": []}
        return self._created, JSON, orjson.dumps(bundle)

    def _misfit(self, body: Any) -> Answer:
        tags = body.get("tags") if isinstance(body, dict) else None
        for index, tag in enumerate(tags if isinstance(tags, list) else []):
            if isinstance(tag, str) and len(tag) > self._longest_tag:
                return self._refused_tag(index)
        return self._refusals["malformed-json"]

    def _refused_tag(self, index: int) -> Answer:
        answer = self._tag_too_long
        [text] = answer.value["data"]["detail"]
        text = text.replace("{violation.field}", f"tags[{index}]").replace("{violation.limit}", str(self._longest_tag))
        return answer.status, JSON, orjson.dumps({**answer.value, "data": {"detail": [text]}})


def _message(channel: Mapping[str, Any], sender: str, body: Mapping[str, Any]) -> dict[str, Any]:
    time, internal_id = now(), secrets.token_hex(12)
    return {
        "_id": internal_id,
        "type": body.get("type", "text"),
        "channelSegment": channel["messageCount"] + 1,
        "tags": body.get("tags", []),
        "childrenNumber": 0,
        "isDeleted": False,
        "editedAt": time,
        "updatedAt": time,
        "createdAt": time,
        "path": f"{channel['path']}/message/{channel['_id']}/{internal_id}",
        "messageId": body.get("messageId") or internal_id,
        "userId": sender,
        "channelId": channel["channelId"],
        "flagCount": 0,
        "hashFlag": None,
        "reactions": {},
        "reactionsCount": 0,
        "parentId": None,
        "fileId": None,
        "data": body.get("data", {}),
        "mentionees": [],
    }
