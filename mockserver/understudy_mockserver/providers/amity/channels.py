"""Channels: found, created, changed and deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.amity import bundles, memberships, mutes, paging
from understudy_validators.records import Record

_CHANGEABLE = (
    "displayName",
    "avatarFileId",
    "metadata",
    "tags",
    "messageAutoDeleteEnabled",
    "autoDeleteMessageByFlagLimit",
)


def get_channel(call: Call) -> Reply:
    """The channel, and the caller's membership."""
    return memberships.reply(call, call.view["channel"])


def get_channels(call: Call) -> Reply:
    """The channels of these ids that the caller may see."""
    wanted = dict.fromkeys(call.view["query"]["channelIds"])
    found = (call.world["channels"].find(channelId=channel_id, isDeleted=False) for channel_id in wanted)
    visible = [channel for channel in found if channel and _is_visible(call, channel)]
    return Reply(bundles.channels(call, visible, memberships.seen(call, visible)))


def query_channels(call: Call) -> Reply:
    """A page of the channels that the caller may see."""
    query = call.view["query"]
    found = [c for c in call.world["channels"] if _is_visible(call, c) and _fits(call, query, c)]
    page, tokens = paging.by_place(call, _sorted(found, query["sortBy"]))
    return Reply({**bundles.channels(call, page, memberships.seen(call, page)), "paging": tokens})


def create_channel(call: Call) -> Reply:
    """Creates the channel, its caller a moderator."""
    body = call.body
    channel = _create(call, body["type"], body.get("channelId"), isMuted=body.get("isMuted", False))
    moderator = call.view["caller"]["userId"]
    return memberships.reply(call, _open(call, channel, _people(call), moderator))


def create_conversation(call: Call) -> Reply:
    """Creates the conversation, or finds the one that these people have."""
    people = _people(call)
    channel = _conversation_of(call, set(people)) if call.body["isDistinct"] else None
    if channel is None:
        created = _create(call, "conversation", None, isDistinct=call.body["isDistinct"])
        channel = _open(call, created, people)
    return memberships.reply(call, channel)


def update_channel(call: Call) -> Reply:
    """Replaces what the body names, and tells the members."""
    changes = {key: call.body[key] for key in _CHANGEABLE if key in call.body}
    channel = call.world["channels"].replace(call.view["channel"], **changes, updatedAt=call.time)
    _tell_members(call, "v3.channel.didUpdate", channel)
    return memberships.reply(call, channel)


def delete_channel(call: Call) -> Reply:
    """Deletes the channel, which is known still, and tells those who are its members."""
    channel = call.world["channels"].replace(call.view["channel"], isDeleted=True, updatedAt=call.time)
    _tell_members(call, "v3.channel.didDelete", channel)
    return Reply({"success": True})


def mute_channel(call: Call) -> Reply:
    """Mutes or unmutes the channel, and tells the members."""
    channel = call.world["channels"].replace(call.view["channel"], **mutes.until(call))
    _tell_members(call, "v3.channel.didUpdate", channel)
    return Reply({"success": True})


def _tell_members(call: Call, event: str, channel: Record) -> None:
    people = [member["userId"] for member in memberships.members(call, channel)]
    bundles.announce_channel(call, event, channel, memberships.seen(call, [channel]), people)


def _is_visible(call: Call, channel: Record) -> bool:
    return channel["type"] != "conversation" or memberships.is_member(call, channel)


def _fits(call: Call, query: Mapping[str, Any], channel: Record) -> bool:
    return (
        query.get("keyword", "").casefold() in channel.get("displayName", "").casefold()
        and query["filter"] in ("all", "member" if memberships.is_member(call, channel) else "notMember")
        and channel["type"] in query.get("types", [channel["type"]])
        and query.get("isDeleted", channel["isDeleted"]) == channel["isDeleted"]
        and set(query.get("tags", ())) <= set(channel["tags"])
        and set(query.get("excludeTags", ())).isdisjoint(channel["tags"])
    )


def _sorted(channels: list[Record], sort_by: str) -> list[Record]:
    key = {"displayName": "displayName", "lastActivity": "lastActivity"}.get(sort_by, "createdAt")
    latest_first = sort_by in ("lastActivity", "lastCreated")
    return sorted(channels, key=lambda c: (c.get(key, ""), c["_id"]), reverse=latest_first)


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
            "messageAutoDeleteEnabled": body.get("messageAutoDeleteEnabled", False),
            "autoDeleteMessageByFlagLimit": body.get("autoDeleteMessageByFlagLimit", 0),
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


def _open(call: Call, channel: Record, people: Iterable[str], moderator: str = "") -> Record:
    """Makes people members of a new channel, one of them its moderator, and tells them."""
    for user_id in people:
        memberships.admit(call, channel, user_id, memberships.MODERATOR if user_id == moderator else "")
    channel = memberships.recount(call, channel)
    present = memberships.members(call, channel)
    told = [member["userId"] for member in present]
    bundles.announce_channel(call, "v3.channel.didCreate", channel, present, told)
    return channel
