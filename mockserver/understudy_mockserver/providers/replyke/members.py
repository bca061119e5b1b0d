"""Members of conversations: who they are, who comes and goes, and what each has read and muted."""

from __future__ import annotations

from typing import Any

from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.replyke.people import active_members, readers, summary
from understudy_mockserver.providers.replyke.rooms import expel
from understudy_mockserver.providers.replyke.service import said, settings
from understudy_mockserver.realtime.hub import user_room
from understudy_validators import times
from understudy_validators.records import Record

# What a member is who joins, for the first time or again.
_ACTIVE: dict[str, Any] = {"isActive": True, "leftAt": None}


def new_member(call: Call, conversation: Record, user_id: str, role: str | None) -> Record:
    """A user's first membership of a conversation."""
    return {
        "id": call.ids.uuid(),
        "projectId": conversation["projectId"],
        "conversationId": conversation["id"],
        "userId": user_id,
        "role": role,
        "lastReadAt": None,
        "mutedUntil": None,
        **_ACTIVE,
        "createdAt": call.time,
        "updatedAt": call.time,
    }


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
    shown = [_introduced(call, member) for member in members[(page - 1) * limit : page * limit]]
    return Reply({"data": shown, "pagination": pagination})


def _introduced(call: Call, member: Record) -> dict[str, Any]:
    return {**member, "user": summary(call.world, member["userId"], "metadata")}


def add_member(call: Call) -> Reply:
    """Takes a user into the group; one who is in it stays, and nobody is told."""
    conversation, joining_id = call.view["conversation"], call.body["userId"]
    member = call.world["members"].find(conversationId=conversation["id"], userId=joining_id)
    if member and member["isActive"]:
        return Reply(_introduced(call, member), 200)
    return Reply(join(call, conversation, joining_id, "member"), 201)


def join(call: Call, conversation: Record, joining_id: str, role: str | None) -> dict[str, Any]:
    """Makes a user a member, for the first time or again, and tells all who read the conversation."""
    members = call.world["members"]
    before = members.find(conversationId=conversation["id"], userId=joining_id)
    if before:
        member = members.replace(before, **_ACTIVE, role=role, updatedAt=call.time)
    else:
        member = members.insert(new_member(call, conversation, joining_id, role))
    shown = _introduced(call, member)
    told = map(user_room, readers(call.world, conversation["id"]))
    call.emit("member:joined", {"conversationId": conversation["id"], "member": shown}, *told)
    return shown


def remove_member(call: Call) -> Reply:
    """Ends the membership of another, or one's own."""
    end(call, call.view["target"])
    return Reply(said(call, "removed"))


def quit_conversation(call: Call) -> Reply:
    """Ends the user's membership."""
    end(call, call.view["member"])
    return Reply(said(call, "left"))


def end(call: Call, member: Record) -> None:
    """Ends a membership, whose row is kept; the user's connections leave the conversation's room."""
    told = [user_room(reader) for reader in readers(call.world, member["conversationId"])]
    left = max(call.time, call.view["conversation"]["lastMessageAt"] or "")
    call.world["members"].replace(member, isActive=False, leftAt=left, updatedAt=call.time)
    expel(call.hub, member["userId"], member["conversationId"])
    payload = {"conversationId": member["conversationId"], "userId": member["userId"]}
    call.emit("member:left", payload, *told, user_room(member["userId"]))


def change_role(call: Call) -> Reply:
    """Makes a member an admin of the group, or takes that back. No event tells of it."""
    member = call.view["target"]
    if member["role"] != call.body["role"]:
        member = call.world["members"].replace(member, role=call.body["role"], updatedAt=call.time)
    return Reply(_introduced(call, member))


def mute(call: Call) -> Reply:
    """Notes until when no notices are pushed to the user."""
    until = _muted_until(call, call.body["duration"])
    member = call.world["members"].replace(call.view["member"], mutedUntil=until, updatedAt=call.time)
    return Reply({"currentMember": member})


def _muted_until(call: Call, duration: str | None) -> str | None:
    spans = settings(call.world)["muteSeconds"]
    if duration in spans:
        return times.iso(call.now + spans[duration])
    return duration and str(settings(call.world)["mutedForever"])


def mark_as_read(call: Call) -> Reply:
    """Notes up to where the user has read; it never moves back."""
    member, read = call.view["member"], call.view["message"]["createdAt"]
    before = member["lastReadAt"]
    if before is None or times.to_seconds(read) > times.to_seconds(before):
        call.world["members"].replace(member, lastReadAt=read, updatedAt=call.time)
    return Reply(said(call, "marked"))
