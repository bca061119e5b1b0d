"""Changing and deleting messages. A deleted message leaves an empty one behind: pages and changes need its place."""

from __future__ import annotations

from typing import Any

from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.avaya_spaces.messages import announce
from understudy_mockserver.providers.avaya_spaces.service import settings
from understudy_validators.records import Record

# What may be changed of a message's content.
_CHANGEABLE = ("bodyText", "description")
# What the content of a deleted message is.
_NOTHING: dict[str, Any] = {"bodyText": "", "data": [], "description": ""}
# Where the answer to a deletion lists a message, by what became of it.
_NOT_FOUND, _REFUSED, _DELETED, _NOT_ALLOWED = (
    "notFoundMmessages",
    "notDeletedMessages",
    "deletedMessages",
    "noPermittedMessages",
)


def update_message(call: Call) -> Reply:
    """Changes what the request has of the text and description, and tells all who are subscribed to the space."""
    message, sent = call.view["message"], call.body.get("content", {})
    changes = {name: sent[name] for name in _CHANGEABLE if name in sent}
    content = {**message["content"], **changes}
    changed = call.world["messages"].replace(message, content=content, modified=call.time)
    announce(call, call.view["space"], changed)
    return Reply(changed)


def delete_messages(call: Call) -> Reply:
    """Deletes those messages that the caller may delete, and says of each what became of it."""
    answer: dict[str, list[Any]] = {_NOT_FOUND: [], _REFUSED: [], _DELETED: [], _NOT_ALLOWED: []}
    for message_id in dict.fromkeys(call.view["body"]):
        where, entry = _delete(call, message_id)
        answer[where].append(entry)
    return Reply(answer)


def _delete(call: Call, message_id: str) -> tuple[str, Any]:
    """Deletes one message, if it can be; where the answer lists it, and how."""
    message = call.world["messages"].find(_id=message_id)
    space = message and call.world["spaces"].find(_id=message["topicId"])
    if not message or not space or "deleted" in message:
        return _NOT_FOUND, message_id
    member = call.world["members"].find(spaceId=space["_id"], userId=call.view["caller"]["_id"])
    if not member:
        return _NOT_ALLOWED, {"messageId": message_id}
    if space["status"]:
        return _REFUSED, {"messageId": message_id, "reason": settings(call.world)["archivedReason"]}
    if member["role"] != "admin" and message["sender"]["_id"] != member["userId"]:
        return _NOT_ALLOWED, {"messageId": message_id}
    _empty(call, space, message)
    return _DELETED, message_id


def _empty(call: Call, space: Record, message: Record) -> None:
    """Leaves an empty message behind, which counts no more where it was a comment."""
    messages, content = call.world["messages"], {**message["content"], **_NOTHING}
    gone = messages.replace(message, content=content, modified=call.time, deleted=call.time)
    parent = messages.find(_id=message["parentMsg"]["_id"]) if "parentMsg" in message else None
    if parent:
        messages.replace(parent, chatCount=max(0, parent["chatCount"] - 1))
    announce(call, space, gone)
