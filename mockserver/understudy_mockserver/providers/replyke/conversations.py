"""Conversations: made, listed, shown, changed and deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.replyke import files
from understudy_mockserver.providers.replyke.members import new_member
from understudy_mockserver.providers.replyke.people import active_members, memberships, readers, user_id
from understudy_mockserver.providers.replyke.previews import last_visible, preview, unread
from understudy_mockserver.providers.replyke.rooms import expel
from understudy_mockserver.providers.replyke.service import said, time_after
from understudy_mockserver.realtime.hub import user_room
from understudy_validators import times
from understudy_validators.records import Record

# Before every time there is: where a conversation without a message stands.
_NEVER = float("-inf")
# What may be changed of a conversation.
_CHANGEABLE = ("name", "description", "avatarFileId", "postingPermission")


def list_conversations(call: Call) -> Reply:
    """One page of the user's conversations, the one with the latest message first."""
    query = call.view["query"]
    kinds = query["types"].split(",") if "types" in query else ()
    mine = memberships(call.world, call.path["projectId"], user_id(call))
    found = [pair for pair in mine if (not kinds or pair[0]["type"] in kinds) and _is_listed(call, pair[0])]
    found.sort(key=lambda pair: _rank(pair[0]), reverse=True)
    rest = [pair for pair in found if _is_after_cursor(call, pair[0])]
    page = rest[: query["limit"]]
    shown = [preview(call, conversation, member) for conversation, member in page]
    return Reply({"conversations": shown, "hasMore": len(rest) > len(page)})


def _is_listed(call: Call, conversation: Record) -> bool:
    return conversation["type"] != "direct" or last_visible(call, conversation) is not None


def _rank(conversation: Record) -> tuple[float, float]:
    last = conversation["lastMessageAt"]
    return times.to_seconds(last) if last else _NEVER, times.to_seconds(conversation["createdAt"])


def _is_after_cursor(call: Call, conversation: Record) -> bool:
    """Whether it follows the last one of the page before, which the query describes."""
    query = call.view["query"]
    if "cursor" not in query and "cursorCreatedAt" not in query:
        return True
    last = times.to_seconds(query["cursor"]) if "cursor" in query else _NEVER
    made = times.to_seconds(query["cursorCreatedAt"]) if "cursorCreatedAt" in query else _NEVER
    return _rank(conversation) < (last, made)


def get_unread_count(call: Call) -> Reply:
    """How much is unread in all conversations of the user."""
    mine = memberships(call.world, call.path["projectId"], user_id(call))
    counts = [unread(call, conversation, member) for conversation, member in mine]
    return Reply({"totalUnread": sum(counts), "unreadConversationCount": sum(count > 0 for count in counts)})


def get_conversation(call: Call) -> Reply:
    """The conversation as the user sees it."""
    return Reply(shown(call, call.view["conversation"]))


def get_preview(call: Call) -> Reply:
    """The conversation as lists show it to the user."""
    return Reply(preview(call, call.view["conversation"], call.view["member"]))


def create_group(call: Call) -> Reply:
    """Makes a group whose admin is the user."""
    said_of_it = {name: call.body.get(name) for name in ("name", "description")}
    fields = {"type": "group", **said_of_it, "createdById": user_id(call), "metadata": call.body.get("metadata", {})}
    others = dict.fromkeys(call.body.get("memberIds", []), "member")
    return Reply(shown(call, create(call, fields, {**others, user_id(call): "admin"})))


def create_direct(call: Call) -> Reply:
    """Makes the conversation of two users, unless they have one."""
    own_id, other_id = user_id(call), call.body["userId"]
    theirs = {member["conversationId"] for member in call.world["members"].all(userId=other_id)}
    for conversation, _ in memberships(call.world, call.path["projectId"], own_id):
        if conversation["type"] == "direct" and conversation["id"] in theirs:
            return Reply(shown(call, conversation), 200)
    fields = {"type": "direct", "createdById": own_id}
    return Reply(shown(call, create(call, fields, {own_id: None, other_id: None})), 201)


def create(call: Call, fields: Mapping[str, Any], roles: Mapping[str, str | None]) -> Record:
    """Stores a conversation and the members with their roles, and tells each of them."""
    now = _own_time(call)
    conversation = call.world["conversations"].insert(
        {
            "id": call.ids.uuid(),
            "projectId": call.path["projectId"],
            "type": "group",
            "name": None,
            "description": None,
            "spaceId": None,
            "createdById": None,
            "avatarFileId": None,
            "lastMessageAt": None,
            "postingPermission": None,
            "metadata": {},
            "createdAt": now,
            "updatedAt": now,
            **fields,
        }
    )
    members = [call.world["members"].insert(new_member(call, conversation, *each)) for each in roles.items()]
    for member in members:
        call.emit("conversation:created", preview(call, conversation, member), user_room(member["userId"]))
    return conversation


def update_conversation(call: Call) -> Reply:
    """Changes what the request names; where that changes nothing, nobody is told."""
    conversation = call.view["conversation"]
    asked = {name: call.body[name] for name in _CHANGEABLE if name in call.body}
    changes = {name: value for name, value in asked.items() if conversation[name] != value}
    if changes:
        conversation = call.world["conversations"].replace(conversation, **changes, updatedAt=call.time)
        told = map(user_room, readers(call.world, conversation["id"]))
        call.emit("conversation:updated", {"id": conversation["id"], **changes}, *told)
    return Reply(shown(call, conversation))


def delete_conversation(call: Call) -> Reply:
    """Takes the conversation out of the world with all that is in it, and tells those who read it."""
    conversation = call.view["conversation"]
    told = readers(call.world, conversation["id"])
    for message in call.world["messages"].all(conversationId=conversation["id"]):
        _forget(call, message)
    for member in call.world["members"].all(conversationId=conversation["id"]):
        call.world["members"].remove(member)
        expel(call.hub, member["userId"], conversation["id"])
    call.world["conversations"].remove(conversation)
    call.emit("conversation:deleted", {"conversationId": conversation["id"]}, *map(user_room, told))
    return Reply(said(call, "deleted"))


def _forget(call: Call, message: Record) -> None:
    files.remove(call.world, message)
    for name in ("reactions", "reports"):
        for record in call.world[name].all(messageId=message["id"]):
            call.world[name].remove(record)
    call.world["messages"].remove(message)


def _own_time(call: Call) -> str:
    """A time at which no other conversation of the project was made: by it clients ask for what follows one."""
    made = [record["createdAt"] for record in call.world["conversations"].all(projectId=call.path["projectId"])]
    return time_after(call, made)


def shown(call: Call, conversation: Record) -> dict[str, Any]:
    """The conversation as its own page shows it to the user."""
    members = active_members(call.world, conversation)
    own = next((member for member in members if member["userId"] == user_id(call)), None)
    return {**conversation, "memberCount": len(members), "currentMember": own}
