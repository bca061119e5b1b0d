"""Conversations as lists show them: what was said last, what is unread, and who else is there."""

from __future__ import annotations

from typing import Any

from understudy_mockserver.provider import Call
from understudy_mockserver.providers.replyke.people import active_members, summary
from understudy_mockserver.providers.replyke.service import settings
from understudy_mockserver.providers.replyke.shown import is_visible, populated
from understudy_validators import times
from understudy_validators.records import Record


def preview(call: Call, conversation: Record, member: Record) -> dict[str, Any]:
    """A conversation as one of its members sees it in a list."""
    others = [each["userId"] for each in active_members(call.world, conversation) if each["userId"] != member["userId"]]
    named = others[: settings(call.world)["previewMembers"]] if conversation["type"] != "space" else []
    last = last_visible(call, conversation)
    return {
        **conversation,
        "memberCount": len(others) + 1,
        "unreadCount": unread(call, conversation, member),
        "lastMessage": last and _cut(call, populated(call, last, member["userId"])),
        "otherMembers": [summary(call.world, user_id) for user_id in named],
        "mutedUntil": member["mutedUntil"],
        "mutedForever": member["mutedUntil"] == settings(call.world)["mutedForever"],
    }


def last_visible(call: Call, conversation: Record) -> Record | None:
    """The last message of the conversation that its members see, replies included, as they are in `lastMessageAt`."""
    messages = call.world["messages"].all(conversationId=conversation["id"])
    return max(filter(is_visible, messages), key=lambda message: str(message["createdAt"]), default=None)


def unread(call: Call, conversation: Record, member: Record) -> int:
    """How many messages of others in the main stream came after the member's last reading."""
    read = times.to_seconds(member["lastReadAt"]) if member["lastReadAt"] else float("-inf")
    stream = call.world["messages"].all(conversationId=conversation["id"], parentMessageId=None)
    return sum(_counts(message, member) and times.to_seconds(message["createdAt"]) > read for message in stream)


def _counts(message: Record, member: Record) -> bool:
    return is_visible(message) and message["userDeletedAt"] is None and message["userId"] != member["userId"]


def _cut(call: Call, message: dict[str, Any]) -> dict[str, Any]:
    content = message["content"]
    return {**message, "content": content and content[: settings(call.world)["previewCharacters"]]}
