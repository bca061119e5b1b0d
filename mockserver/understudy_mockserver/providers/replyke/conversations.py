"""Conversations and their members: made, listed, read and left."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.replyke.people import active_members, memberships, readers, summary, user_id
from understudy_mockserver.providers.replyke.previews import last_visible, preview, unread
from understudy_mockserver.providers.replyke.rooms import expel
from understudy_mockserver.providers.replyke.service import said, time_after
from understudy_mockserver.realtime.hub import user_room
from understudy_validators import times
from understudy_validators.records import Record

# Before every time there is: where a conversation without a message stands.
_NEVER = float("-inf")


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
    return Reply(_shown(call, call.view["conversation"]))


def create_group(call: Call) -> Reply:
    """Makes a group whose admin is the user."""
    said_of_it = {name: call.body.get(name) for name in ("name", "description")}
    fields = {"type": "group", **said_of_it, "metadata": call.body.get("metadata", {})}
    others = dict.fromkeys(call.body.get("memberIds", []), "member")
    return Reply(_create(call, fields, {**others, user_id(call): "admin"}))


def create_direct(call: Call) -> Reply:
    """Makes the conversation of two users, unless they have one."""
    own_id, other_id = user_id(call), call.body["userId"]
    theirs = {member["conversationId"] for member in call.world["members"].all(userId=other_id)}
    for conversation, _ in memberships(call.world, call.path["projectId"], own_id):
        if conversation["type"] == "direct" and conversation["id"] in theirs:
            return Reply(_shown(call, conversation), 200)
    fields: dict[str, Any] = {"type": "direct", "name": None, "description": None, "metadata": {}}
    return Reply(_create(call, fields, {own_id: None, other_id: None}), 201)


def _create(call: Call, fields: dict[str, Any], roles: dict[str, str | None]) -> dict[str, Any]:
    """Stores a conversation and the members with their roles, and tells each of them."""
    conversation = call.world["conversations"].insert(
        {
            "id": call.ids.uuid(),
            "projectId": call.path["projectId"],
            **fields,
            "spaceId": None,
            "createdById": user_id(call),
            "avatarFileId": None,
            "lastMessageAt": None,
            "postingPermission": None,
            "createdAt": (now := _own_time(call)),
            "updatedAt": now,
        }
    )
    members = [call.world["members"].insert(_member(call, conversation, *each)) for each in roles.items()]
    for member in members:
        call.emit("conversation:created", preview(call, conversation, member), user_room(member["userId"]))
    return _shown(call, conversation)


def _own_time(call: Call) -> str:
    """A time at which no other conversation of the project was made: by it clients ask for what follows one."""
    made = [record["createdAt"] for record in call.world["conversations"].all(projectId=call.path["projectId"])]
    return time_after(call, made)


def _member(call: Call, conversation: Record, user_id: str, role: str | None) -> Record:
    return {
        "id": call.ids.uuid(),
        "projectId": conversation["projectId"],
        "conversationId": conversation["id"],
        "userId": user_id,
        "role": role,
        "lastReadAt": None,
        "mutedUntil": None,
        "isActive": True,
        "leftAt": None,
        "createdAt": call.time,
        "updatedAt": call.time,
    }


def _shown(call: Call, conversation: Record) -> dict[str, Any]:
    members = active_members(call.world, conversation)
    own = next((member for member in members if member["userId"] == user_id(call)), None)
    return {**conversation, "memberCount": len(members), "currentMember": own}


def list_members(call: Call) -> Reply:
    """One page of the active members."""
    query = call.view["query"]
    page, limit, role = query["page"], query["limit"], query.get("role")
    members = [m for m in active_members(call.world, call.view["conversation"]) if role in (None, m["role"])]
    pagination = {
        "page": page,
        "pageSize": limit,
        "totalPages": -(-len(members) // limit),
        "totalItems": len(members),
        "hasMore": len(members) > page * limit,
    }
    return Reply({"data": _introduced(call, members[(page - 1) * limit : page * limit]), "pagination": pagination})


def _introduced(call: Call, members: Iterable[Record]) -> list[dict[str, Any]]:
    return [{**member, "user": summary(call.world, member["userId"], "metadata")} for member in members]


def mark_as_read(call: Call) -> Reply:
    """Notes up to where the user has read; it never moves back."""
    member, read = call.view["member"], call.view["message"]["createdAt"]
    before = member["lastReadAt"]
    if before is None or times.to_seconds(read) > times.to_seconds(before):
        call.world["members"].replace(member, lastReadAt=read, updatedAt=call.time)
    return Reply(said(call, "marked"))


def quit_conversation(call: Call) -> Reply:
    """Ends the user's membership, whose row is kept; the user's connections leave the conversation's room."""
    own_id, conversation_id = user_id(call), call.path["conversationId"]
    told = [user_room(reader) for reader in readers(call.world, conversation_id)]
    left = max(call.time, call.view["conversation"]["lastMessageAt"] or "")
    call.world["members"].replace(call.view["member"], isActive=False, leftAt=left, updatedAt=call.time)
    expel(call.hub, own_id, conversation_id)
    payload = {"conversationId": conversation_id, "userId": own_id}
    call.emit("member:left", payload, *told, user_room(own_id))
    return Reply(said(call, "left"))
