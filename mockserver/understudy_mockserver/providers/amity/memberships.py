"""What users are to channels: the records of it, and how many there are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.amity import bundles
from understudy_validators.records import Record

MODERATOR = "channel-moderator"
_NOTHING: dict[str, Any] = {"roles": [], "permissions": [], "isBanned": False}


def reply(call: Call, channel: Record, changed: Iterable[Record] = ()) -> Reply:
    """The channel with the memberships that have changed, and those that the caller sees anyway."""
    first = {membership["userId"]: membership for membership in changed}
    rest = [membership for membership in seen(call, [channel]) if membership["userId"] not in first]
    return Reply(bundles.channels(call, [channel], [*first.values(), *rest]))


def seen(call: Call, channels: Iterable[Record]) -> list[Record]:
    """The memberships in these channels that the caller sees: the caller's own, and everybody's in a conversation."""
    return [membership for channel in channels for membership in _seen(call, channel)]


def _seen(call: Call, channel: Record) -> list[Record]:
    own = of(call, channel, call.view["caller"]["userId"])
    return members(call, channel) if channel["type"] == "conversation" else [own] if own else []


def of(call: Call, channel: Record, user_id: str) -> Record | None:
    """What a user is to a channel; nothing, where there never was anything."""
    return call.world["channelUsers"].find(channelId=channel["channelId"], userId=user_id)


def members(call: Call, channel: Record) -> list[Record]:
    """The memberships of those who are members."""
    return list(call.world["channelUsers"].all(channelId=channel["channelId"], membership="member"))


def is_member(call: Call, channel: Record) -> bool:
    """Whether the caller is a member."""
    membership = of(call, channel, call.view["caller"]["userId"])
    return membership is not None and membership["membership"] == "member"


def admit(call: Call, channel: Record, user_id: str, role: str = "") -> Record | None:
    """Makes a user a member, and returns the membership; nothing, where the user is one already."""
    earlier = of(call, channel, user_id)
    if earlier is None:
        return call.world["channelUsers"].insert(_new(call, channel, user_id, role))
    return None if earlier["membership"] == "member" else change(call, earlier, membership="member")


def end(call: Call, membership: Record) -> Record:
    """Ends a membership or a ban; what it was is forgotten."""
    return change(call, membership, membership="none", **_NOTHING)


def ban(call: Call, channel: Record, user_id: str) -> Record | None:
    """Bans a user, member or not, and returns the membership; nothing, where the user is banned already."""
    earlier = of(call, channel, user_id) or call.world["channelUsers"].insert(_new(call, channel, user_id))
    if earlier["membership"] == "banned":
        return None
    return change(call, earlier, membership="banned", **{**_NOTHING, "isBanned": True})


def give(call: Call, membership: Record, roles: list[str]) -> Record:
    """Gives a member these roles and no others, with what they permit."""
    return call.world["channelUsers"].replace(
        membership, roles=roles, permissions=_permissions(call, roles), updatedAt=call.time
    )


def change(call: Call, earlier: Record, **changes: Any) -> Record:
    """Changes a membership, which is an activity too."""
    return call.world["channelUsers"].replace(earlier, **changes, lastActivity=call.time, updatedAt=call.time)


def recount(call: Call, channel: Record) -> Record:
    """Counts a channel's members and moderators anew."""
    present = members(call, channel)
    moderators = sum(MODERATOR in member["roles"] for member in present)
    return call.world["channels"].replace(channel, memberCount=len(present), moderatorMemberCount=moderators)


def _permissions(call: Call, roles: Iterable[str]) -> list[str]:
    known = (call.world["roles"].find(role=role) for role in roles)
    permissions = (permission for role in known if role for permission in role["permissions"])
    return list(dict.fromkeys(permissions))


def _new(call: Call, channel: Record, user_id: str, role: str = "") -> dict[str, Any]:
    """A new member's record; what came before has been read."""
    roles = [role] if role else []
    return {
        "membership": "member",
        "lastActivity": call.time,
        "readToSegment": channel["messageCount"],
        "lastMentionedSegment": 0,
        "isMuted": False,
        "isBanned": False,
        "createdAt": call.time,
        "updatedAt": call.time,
        "userId": user_id,
        "channelId": channel["channelId"],
        "roles": roles,
        "permissions": _permissions(call, roles),
    }
