"""Messages as their readers see them: with their authors, their files, and the messages that they quote."""

from __future__ import annotations

from typing import Any

from understudy_mockserver.provider import Call
from understudy_mockserver.providers.replyke import files
from understudy_validators.records import Record, World


def populated(call: Call, message: Record, reader_id: str, *, with_files: bool = True) -> dict[str, Any]:
    """A message with all that belongs to it."""
    quoted = call.world["messages"].find(id=message["quotedMessageId"]) if message["quotedMessageId"] else None
    return {
        **_with_author(call, message, reader_id, with_files),
        "quotedMessage": quoted and {**_with_author(call, quoted, reader_id, with_files), "quotedMessage": None},
    }


def is_visible(message: Record) -> bool:
    """Whether readers see the message at all: one that was removed is in no answer."""
    return bool(message["moderationStatus"] != "removed")


def reactions(world: World, message_id: str | None, user_id: str) -> list[str]:
    """The emoji that the user gave to the message."""
    return [reaction["emoji"] for reaction in world["reactions"].all(messageId=message_id, userId=user_id)]


def _with_author(call: Call, message: Record, reader_id: str, with_files: bool) -> dict[str, Any]:
    return {
        **message,
        **({"files": files.of_message(call, message)} if with_files else {}),
        "userReactions": reactions(call.world, message["id"], reader_id),
        "user": call.world["users"].find(id=message["userId"]),
    }
