"""Channels: found and created, joined and left, and how far their members have read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.amity import bundles, paging
from understudy_validators.records import Record

_MODERATOR = "channel-moderator"


def get_channel(call: Call) -> Reply:
    """The channel, and the caller's membership."""
    return _reply(call, [call.view["channel"]])


def get_channels(call: Call) -> Reply:
    """The channels of these ids that the caller may see."""
    wanted = dict.fromkeys(call.view["query"]["channelIds"])
    found = (call.world["channels"].find(channelId=channel_id, isDeleted=False) for channel_id in wanted)
    return _reply(call, [channel for channel in found if channel and _is_visible(call, channel)])


def query_channels(call: Call) -> Reply:
    """A page of the channels that the caller may see."""
    query = call.view["query"]
    found = [c for c in call.world["channels"] if _is_visible(call, c) and _fits(call, query, c)]
    page, tokens = paging.by_place(call, _sorted(found, query["sortBy"]))
    return Reply({**bundles.channels(call, page, _own_memberships(call, page)), "paging": tokens})


def create_channel(call: Call) -> Reply:
    """Creates the channel, its caller a moderator."""
    body = call.body
    channel = _create(call, body["type"], body.get("channelId"), isMuted=body.get("isMuted", False))
    moderator = call.view["caller"]["userId"]
    return _reply(call, [_admit(call, channel, _people(call), moderator)])


def create_conversation(call: Call) -> Reply:
    """Creates the conversation, or finds the one that these people have."""
    people = _people(call)
    channel = _conversation_of(call, set(people)) if call.body["isDistinct"] else None
    if channel is None:
        created = _create(call, "conversation", None, isDistinct=call.body["isDistinct"])
        channel = _admit(call, created, people)
    return _reply(call, [channel])


def join_channel(call: Call) -> Reply:
    """Makes the caller a member."""
    channel, user_id = call.view["channel"], call.view["caller"]["userId"]
    members = call.world["channelUsers"]
    membership = members.find(channelId=channel["channelId"], userId=user_id)
    if membership is None:
        members.insert(_membership(call, channel, user_id))
    elif membership["membership"] != "member":
        members.replace(membership, membership="member", lastActivity=call.time, updatedAt=call.time)
    return _reply(call, [_recount(call, channel)])


def leave_channel(call: Call) -> Reply:
    """Ends the caller's membership; what it was is forgotten."""
    call.world["channelUsers"].replace(
        call.view["member"], membership="none", roles=[], permissions=[], lastActivity=call.time, updatedAt=call.time
    )
    return _reply(call, [_recount(call, call.view["channel"])])


def query_channel_users(call: Call) -> Reply:
    """A page of the channel's memberships."""
    query, channel = call.view["query"], call.view["channel"]
    found = [m for m in call.world["channelUsers"].all(channelId=channel["channelId"]) if _is_asked_for(call, query, m)]
    page, tokens = paging.by_place(call, found)
    return Reply({**bundles.channels(call, [channel], page), "paging": tokens})


def mark_channel_seen(call: Call) -> Reply:
    """Notes how far the caller has read: never back, and not beyond the last message."""
    member, channel = call.view["member"], call.view["channel"]
    read = min(call.body["readToSegment"], channel["messageCount"])
    if read > member["readToSegment"]:
        call.world["channelUsers"].replace(member, readToSegment=read, updatedAt=call.time)
    return _reply(call, [channel])


def _reply(call: Call, channels: list[Record]) -> Reply:
    return Reply(bundles.channels(call, channels, _own_memberships(call, channels)))


def _own_memberships(call: Call, channels: Iterable[Record]) -> list[Record]:
    found = (_own_membership(call, channel) for channel in channels)
    return [membership for membership in found if membership]


def _own_membership(call: Call, channel: Record) -> Record | None:
    user_id = call.view["caller"]["userId"]
    return call.world["channelUsers"].find(channelId=channel["channelId"], userId=user_id)


def _is_member(call: Call, channel: Record) -> bool:
    membership = _own_membership(call, channel)
    return membership is not None and membership["membership"] == "member"


def _is_visible(call: Call, channel: Record) -> bool:
    return channel["type"] != "conversation" or _is_member(call, channel)


def _fits(call: Call, query: Mapping[str, Any], channel: Record) -> bool:
    return (
        query.get("keyword", "").casefold() in channel.get("displayName", "").casefold()
        and query["filter"] in ("all", "member" if _is_member(call, channel) else "notMember")
        and channel["type"] in query.get("types", [channel["type"]])
        and query.get("isDeleted", channel["isDeleted"]) == channel["isDeleted"]
        and set(query.get("tags", ())) <= set(channel["tags"])
        and set(query.get("excludeTags", ())).isdisjoint(channel["tags"])
    )


def _sorted(channels: list[Record], sort_by: str) -> list[Record]:
    key = {"displayName": "displayName", "lastActivity": "lastActivity"}.get(sort_by, "createdAt")
    latest_first = sort_by in ("lastActivity", "lastCreated")
    return sorted(channels, key=lambda c: (c.get(key, ""), c["_id"]), reverse=latest_first)


def _is_asked_for(call: Call, query: Mapping[str, Any], membership: Record) -> bool:
    user = call.world["users"].find(userId=membership["userId"])
    return (
        membership["membership"] in query["memberships"]
        and ("roles" not in query or not set(query["roles"]).isdisjoint(membership["roles"]))
        and query.get("search", "").casefold() in (user["displayName"] if user else "").casefold()
    )


def _people(call: Call) -> list[str]:
    """The caller and the users named, each once."""
    return list(dict.fromkeys([call.view["caller"]["userId"], *call.body.get("userIds", [])]))


def _conversation_of(call: Call, people: set[str]) -> Record | None:
    """The oldest conversation of exactly these people."""
    for channel in call.world["channels"].all(type="conversation", isDistinct=True, isDeleted=False):
        members = call.world["channelUsers"].all(channelId=channel["channelId"], membership="member")
        if {member["userId"] for member in members} == people:
            return channel
    return None


def _create(call: Call, type_: str, channel_id: str | None, **fields: Any) -> Record:
    body, internal_id = call.body, call.ids.object_id(call.now)
    [network] = call.world["network"]
    named = {"displayName": body["displayName"]} if "displayName" in body else {}
    return call.world["channels"].insert(
        {
            "_id": internal_id,
            "isDistinct": False,
            "type": type_,
            "metadata": body.get("metadata", {}),
            "tags": body.get("tags", []),
            "isMuted": False,
            "lastActivity": call.time,
            "updatedAt": call.time,
            "createdAt": call.time,
            "isRateLimited": False,
            "rateLimitWindow": 0,
            **named,
            "messageAutoDeleteEnabled": False,
            "autoDeleteMessageByFlagLimit": 0,
            "isDeleted": False,
            "path": f"{network['networkId']}/chat/channel/{internal_id}",
            "channelId": channel_id or internal_id,
            "memberCount": 0,
            "messageCount": 0,
            "moderatorMemberCount": 0,
            "avatarFileId": body.get("avatarFileId"),
            **fields,
        }
    )


def _admit(call: Call, channel: Record, people: Iterable[str], moderator: str = "") -> Record:
    """Makes people members of a new channel, one of them its moderator."""
    for user_id in people:
        role = _MODERATOR if user_id == moderator else ""
        call.world["channelUsers"].insert(_membership(call, channel, user_id, role))
    return _recount(call, channel)


def _membership(call: Call, channel: Record, user_id: str, role: str = "") -> dict[str, Any]:
    """A new member's record; what came before has been read."""
    known = call.world["roles"].find(role=role)
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
        "roles": [role] if known else [],
        "permissions": known["permissions"] if known else [],
    }


def _recount(call: Call, channel: Record) -> Record:
    members = call.world["channelUsers"].all(channelId=channel["channelId"], membership="member")
    moderators = sum(_MODERATOR in member["roles"] for member in members)
    return call.world["channels"].replace(channel, memberCount=len(members), moderatorMemberCount=moderators)
