"""How answers show users, files, messages and conversations: from the records as they are now, at whole addresses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from understudy_mockserver.provider import Call
from understudy_mockserver.providers.ziik.state import setting
from understudy_validators.records import Record


def message(call: Call, record: Record) -> dict[str, Any]:
    """A message with its parent as that is now: a deleted one shows that it is."""
    parent = record["parent"] and call.world["messages"].find(id=record["parent"]["id"])
    return {**_message(call, record), "parent": parent and _without_parent(_message(call, parent))}


def _message(call: Call, record: Record) -> dict[str, Any]:
    voice = record["voice"] and {**record["voice"], "url": _address(call, record["voice"]["url"])}
    return {**record, "author": _author(call, record), "files": _files(call, record), "voice": voice}


def _without_parent(shown: Record) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if name != "parent"}


def _author(call: Call, record: Record) -> Record:
    """The author in his present role; who has left keeps the one he had."""
    author: Record = record["author"]
    member = call.world["participants"].find(conversationId=record["conversationId"], userId=author["id"])
    return in_role(author, member["role"]) if member else author


def in_role(user: Record, role: str) -> dict[str, Any]:
    """A user as a participant of a conversation."""
    return {**user, "participant_type": role}


def _files(call: Call, record: Record) -> list[dict[str, Any]]:
    uploads = call.world["uploads"].all(messageId=record["id"])
    return [file(call, upload) for upload in uploads]


def file(call: Call, upload: Record) -> dict[str, Any]:
    """The file of an upload."""
    record = call.world["files"].find(id=upload["fileId"]) or {}
    processing = record["processing"] and not _is_processed(call, upload)
    versions = record["versions"]
    if upload["processedAt"] is not None and not processing and record["mime"].startswith("image/"):
        versions = {name: f"/file/{record['id']}/{name}" for name in setting(call.world, "image-versions")}
    shown = {name: _address(call, path) for name, path in versions.items()}
    addresses = {name: _address(call, record[name]) for name in ("source", "stream")}
    return {**record, **addresses, "processing": processing, "versions": shown}


def _is_processed(call: Call, upload: Record) -> bool:
    return upload["processedAt"] is not None and call.now >= upload["processedAt"]


def _address(call: Call, path: str) -> str:
    return f"{call.base_url}{path}" if path.startswith("/") else path


def conversation(call: Call, record: Record) -> dict[str, Any]:
    """A conversation as the caller sees it: with his unread messages, and when he archived it."""
    caller_id = call.view["caller"]["id"]
    own = call.world["participants"].find(conversationId=record["id"], userId=caller_id) or {}
    messages = in_order(call.world["messages"].matching(("conversationId",), (record["id"],)))
    unread = [m for m in messages if m["id"] > own["seenMessageId"] and _counts_as_unread(m, caller_id)]
    return {
        "id": record["id"],
        "type": record["type"],
        "title": record["title"],
        "created_at": record["created_at"],
        "updated_at": record["updated_at"],
        "unread_message_count": len(unread),
        "latestMessage": message(call, messages[-1]) if messages else None,
        "mute_rule": None,
        "participants": participants(call, record["id"]),
        "archived_at": own["archivedAt"],
    }


def _counts_as_unread(record: Record, caller_id: int) -> bool:
    return record["type"] == "normal" and not record["deleted"] and record["author"]["id"] != caller_id


def in_order(messages: Iterable[Record]) -> list[Record]:
    """Messages by their ids, which count up with time."""
    return sorted(messages, key=lambda record: int(record["id"]))


def participants(call: Call, conversation_id: int) -> list[dict[str, Any]]:
    """The participants of a conversation in their roles, in the order they came."""
    members = call.world["participants"].all(conversationId=conversation_id)
    return [in_role(call.world["users"].find(id=m["userId"]) or {}, m["role"]) for m in members]
