"""Who asks, who reads a conversation and is told what happens in it, and users in a few words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from understudy_mockserver.provider import Call
from understudy_mockserver.realtime.hub import user_room
from understudy_validators.records import Record, World

_SUMMARY = ("id", "name", "username", "avatar")


def user_id(call: Call) -> str:
    """The user who asks, or in whose name a back end does."""
    return str(call.view["sender"]["id"])


def summary(world: World, user_id: Any, *more: str) -> dict[str, Any] | None:
    """A user in a few words, with `more` fields; `None` where there is none any more."""
    user = world["users"].find(id=user_id)
    return None if user is None else {name: user[name] for name in (*_SUMMARY, *more)}


def active_members(world: World, conversation: Record) -> list[Record]:
    """The conversation's active members, without those whom its space has banned; who joined first comes first."""
    banned = world["spaceMembers"].all(spaceId=conversation["spaceId"], status="banned")
    outside = {member["userId"] for member in banned}
    members = world["members"].all(conversationId=conversation["id"], isActive=True)
    return [member for member in members if member["userId"] not in outside]


def readers(world: World, conversation_id: str) -> list[str]:
    """The ids of the users who read the conversation."""
    conversation = world["conversations"].find(id=conversation_id)
    return [member["userId"] for member in active_members(world, conversation)] if conversation else []


def tell(call: Call, event: str, message: Record, more: Mapping[str, Any]) -> None:
    """Tells all who read the conversation what has happened to a message."""
    if not call.heard:
        return
    conversation_id = message["conversationId"]
    payload = {"messageId": message["id"], "conversationId": conversation_id, **more}
    call.emit(event, payload, *map(user_room, readers(call.world, conversation_id)))


def memberships(world: World, project_id: str, user_id: str) -> Iterator[tuple[Record, Record]]:
    """The conversations of a project that a user reads, each with the user's membership."""
    for member in world["members"].all(userId=user_id, projectId=project_id, isActive=True):
        conversation = world["conversations"].find(id=member["conversationId"])
        if conversation and not _is_banned(world, conversation, user_id):
            yield conversation, member


def _is_banned(world: World, conversation: Record, user_id: str) -> bool:
    space_id = conversation["spaceId"]
    return world["spaceMembers"].find(spaceId=space_id, userId=user_id, status="banned") is not None
