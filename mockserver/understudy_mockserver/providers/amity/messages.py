"""Messages: created, edited and deleted by those who write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.amity import bundles
from understudy_validators.records import Record, World


def create_message(call: Call) -> Reply:
    """Stores and counts the message, answers it with its users and files, and tells the channel's members."""
    message = call.world["messages"].insert(_message(call, _mentionees(call)))
    _count(call, message)
    _mark_members(call, message)
    bundles.announce(call, "v3.message.didCreate", message)
    parent = call.view.get("parent")
    if parent:
        bundles.announce(call, "v3.message.didUpdate", _count_reply(call, parent))
    return Reply(bundles.messages(call, [message]))


def update_message(call: Call) -> Reply:
    """Replaces what the body names, and tells the channel's members."""
    changes: dict[str, Any] = {key: call.body[key] for key in ("data", "metadata", "tags") if key in call.body}
    if "mentionees" in call.body:
        changes["mentionees"] = _mentionees(call)
    message = _change(call, **changes, editedAt=call.time)
    bundles.announce(call, "v3.message.didUpdate", message)
    return Reply(bundles.messages(call, [message]))


def delete_message(call: Call) -> Reply:
    """Empties the message, which keeps its place, and tells the channel's members."""
    message = _change(call, data={}, fileId=None, isDeleted=True, editedAt=call.time)
    bundles.announce(call, "v3.message.didDelete", message)
    return Reply({"success": True})


def _change(call: Call, **changes: Any) -> Record:
    return call.world["messages"].replace(call.view["message"], **changes, updatedAt=call.time)


def _message(call: Call, mentionees: list[dict[str, Any]]) -> dict[str, Any]:
    """The new record, its keys in the order of the vendor's answers."""
    body, channel, now = call.body, call.view["channel"], call.time
    internal_id = call.ids.object_id(call.now)
    return {
        "_id": internal_id,
        "type": body["type"],
        "channelSegment": channel["messageCount"] + 1,
        **({"metadata": body["metadata"]} if "metadata" in body else {}),
        "tags": body.get("tags", []),
        "childrenNumber": 0,
        "isDeleted": False,
        "editedAt": now,
        "updatedAt": now,
        "createdAt": now,
        # A channel's default feed has the id of the channel.
        "path": f"{channel['path']}/message/{channel['_id']}/{internal_id}",
        "messageId": body.get("messageId") or internal_id,
        "userId": call.view["caller"]["userId"],
        "channelId": channel["channelId"],
        "flagCount": 0,
        "hashFlag": None,
        "reactions": {},
        "reactionsCount": 0,
        "parentId": body.get("parentId"),
        "fileId": body.get("fileId"),
        "data": body.get("data", {}),
        "mentionees": mentionees,
        "myReactions": [],
    }


def _mentionees(call: Call) -> list[dict[str, Any]]:
    """Whom the message mentions. Banned users are left out, and so is a mention in which no one remains."""
    present = {member["userId"] for member in call.view["mentioned"] if member["membership"] == "member"}
    mentions = (_mention(call.world, sent, present) for sent in call.body.get("mentionees", []))
    return [mention for mention in mentions if mention["type"] == "channel" or mention["userIds"]]


def _mention(world: World, sent: Mapping[str, Any], present: set[str]) -> dict[str, Any]:
    if sent["type"] == "channel":
        return {"type": "channel"}
    users = bundles.users(world, (user_id for user_id in sent.get("userIds", []) if user_id in present))
    return {
        "type": "user",
        "userIds": [user["userId"] for user in users],
        "userPublicIds": [user["userPublicId"] for user in users],
        "userInternalIds": [user["userInternalId"] for user in users],
    }


def _count(call: Call, message: Record) -> None:
    # Clients take a channel's messageCount for the segment of its last message: replies and deleted ones count.
    segment, now = message["channelSegment"], message["createdAt"]
    call.world["channels"].replace(call.view["channel"], messageCount=segment, lastActivity=now, updatedAt=now)


def _count_reply(call: Call, parent: Record) -> Record:
    return call.world["messages"].replace(parent, childrenNumber=parent["childrenNumber"] + 1)


def _mark_members(call: Call, message: Record) -> None:
    """Notes who wrote and who was mentioned; what they have read is theirs to say."""
    segment, now = message["channelSegment"], message["createdAt"]
    members = call.world["channelUsers"]
    members.replace(call.view["member"], lastActivity=now, updatedAt=now)
    mentioned = set(bundles.mentioned_ids(message))
    whole_channel = {"type": "channel"} in message["mentionees"]
    if mentioned or whole_channel:
        for member in members.all(channelId=message["channelId"], membership="member"):
            if whole_channel or member["userId"] in mentioned:
                members.replace(member, lastMentionedSegment=segment)
