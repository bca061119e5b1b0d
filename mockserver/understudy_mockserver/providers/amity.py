"""Amity chat: what the API does with a message that breaks no rule of its contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from understudy_mockserver.provider import Call, Provider, Reply
from understudy_mockserver.realtime.hub import user_room
from understudy_validators.records import Record, World


def create_message(call: Call) -> Reply:
    """Stores and counts the message, answers it with its users and files, and tells the channel's members."""
    message = call.world["messages"].insert(_message(call, _mentionees(call)))
    _count(call, message)
    _mark_members(call, message)
    bundle = _bundle(call, [message])
    _announce(call, "v3.message.didCreate", bundle)
    parent = call.view.get("parent")
    if parent:
        _announce(call, "v3.message.didUpdate", _bundle(call, [_count_reply(call, parent)]))
    return Reply(bundle)


def _announce(call: Call, event: str, bundle: Mapping[str, Any]) -> None:
    """Tells every member of the channel on all connections: one event for all, so without anyone's own reactions."""
    [message] = bundle["messages"]
    shown = {key: value for key, value in message.items() if key != "myReactions"}
    members = call.world["channelUsers"].all(channelId=message["channelId"], membership="member")
    call.emit(event, {**bundle, "messages": [shown]}, *(user_room(member["userId"]) for member in members))


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
    users = _users(world, (user_id for user_id in sent.get("userIds", []) if user_id in present))
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
    mentioned = set(_mentioned_ids(message))
    whole_channel = {"type": "channel"} in message["mentionees"]
    if mentioned or whole_channel:
        for member in members.all(channelId=message["channelId"], membership="member"):
            if whole_channel or member["userId"] in mentioned:
                members.replace(member, lastMentionedSegment=segment)


def _mentioned_ids(message: Record) -> list[str]:
    return [user_id for mention in message["mentionees"] for user_id in mention.get("userIds", [])]


def _bundle(call: Call, messages: list[Record]) -> dict[str, Any]:
    """Messages as answers show them: with those who wrote them or are mentioned, and the files of both."""
    users = _users(call.world, (id_ for m in messages for id_ in (m["userId"], *_mentioned_ids(m))))
    file_ids = [*(message["fileId"] for message in messages), *(user["avatarFileId"] for user in users)]
    found = (call.world["files"].find(fileId=file_id) for file_id in dict.fromkeys(file_ids) if file_id)
    return {"messages": messages, "users": users, "files": [_file(call, file) for file in found if file]}


def _users(world: World, user_ids: Iterable[str]) -> list[Record]:
    """The users of these ids, each once."""
    found = (world["users"].find(userId=user_id) for user_id in dict.fromkeys(user_ids))
    return [user for user in found if user]


def _file(call: Call, file: Record) -> dict[str, Any]:
    """A file with the address at which this server, and not the vendor's, has it."""
    return {**file, "fileUrl": f"{call.base_url}/api/v3/files/{file['fileId']}/download"}


PROVIDER = Provider(name="amity", handlers={"createMessage": create_message})
