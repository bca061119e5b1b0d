"""Members of channels: who comes and goes, how far they have read, and what moderators do to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.amity import bundles, memberships, mutes, paging
from understudy_validators.records import Record


def join_channel(call: Call) -> Reply:
    """Makes the caller a member, and tells the caller."""
    user_id = call.view["caller"]["userId"]
    joined = memberships.admit(call, call.view["channel"], user_id)
    channel = memberships.recount(call, call.view["channel"])
    if joined:
        bundles.announce_channel(call, "v3.channel.didJoin", channel, [joined], [user_id])
    return memberships.reply(call, channel)


def leave_channel(call: Call) -> Reply:
    """Ends the caller's membership, and tells the caller."""
    left = memberships.end(call, call.view["member"])
    channel = memberships.recount(call, call.view["channel"])
    bundles.announce_channel(call, "v3.channel.didLeave", channel, [left], [left["userId"]])
    return memberships.reply(call, channel)


def query_channel_users(call: Call) -> Reply:
    """A page of the channel's memberships."""
    query, channel = call.view["query"], call.view["channel"]
    found = [m for m in call.world["channelUsers"].all(channelId=channel["channelId"]) if _is_asked_for(call, query, m)]
    latest_first = query["sortBy"] == "lastCreated"
    found.sort(key=lambda membership: (membership["createdAt"], membership["userId"]), reverse=latest_first)
    page, tokens = paging.by_place(call, found)
    return Reply({**bundles.channels(call, [channel], page), "paging": tokens})


def mark_channel_seen(call: Call) -> Reply:
    """Notes how far the caller has read."""
    channel = call.view["channel"]
    read_to(call, call.view["member"], channel, call.body["readToSegment"])
    return memberships.reply(call, channel)


def read_to(call: Call, member: Record, channel: Record, segment: int) -> None:
    """Notes how far a member has read, never back and not beyond the last message; tells the member of a change."""
    read = min(segment, channel["messageCount"])
    if read > member["readToSegment"]:
        seen = call.world["channelUsers"].replace(member, readToSegment=read, updatedAt=call.time)
        bundles.announce_channel(call, "v3.channel.didMarkSeen", channel, [seen], [seen["userId"]])


def add_channel_users(call: Call) -> Reply:
    """Makes users members, and tells all members of those who are new."""
    admitted = (memberships.admit(call, call.view["channel"], user_id) for user_id in _named(call))
    added = [membership for membership in admitted if membership]
    channel = memberships.recount(call, call.view["channel"])
    if added:
        present = _ids(memberships.members(call, channel))
        bundles.announce_channel(call, "v3.channel.didAddUsers", channel, added, present)
        bundles.announce_channel(call, "v3.channel.didCreate", channel, added, present)
    return memberships.reply(call, channel, _memberships(call))


def remove_channel_users(call: Call) -> Reply:
    """Ends memberships; tells those who stay of it, and those who had to go that they left."""
    removed = [memberships.end(call, membership) for membership in _memberships(call)]
    channel = memberships.recount(call, call.view["channel"])
    present = _ids(memberships.members(call, channel))
    bundles.announce_channel(call, "v3.channel.didRemoveUsers", channel, removed, present)
    bundles.announce_channel(call, "v3.channel.didLeave", channel, removed, _ids(removed))
    return memberships.reply(call, channel, removed)


def ban_channel_users(call: Call) -> Reply:
    """Bans users, and tells the members and those banned."""
    outcomes = (memberships.ban(call, call.view["channel"], user_id) for user_id in _named(call))
    banned = [membership for membership in outcomes if membership]
    channel = memberships.recount(call, call.view["channel"])
    if banned:
        told = _ids([*memberships.members(call, channel), *banned])
        bundles.announce_channel(call, "v3.channel.didBan", channel, banned, told)
    return Reply(bundles.channels(call, [channel], _memberships(call)))


def unban_channel_users(call: Call) -> Reply:
    """Ends bans: users may join again. Tells the members and those who were banned."""
    unbanned = [memberships.end(call, membership) for membership in _memberships(call)]
    channel = call.view["channel"]
    told = _ids([*memberships.members(call, channel), *unbanned])
    bundles.announce_channel(call, "v3.channel.didUnban", channel, unbanned, told)
    return Reply(bundles.channels(call, [channel], unbanned))


def add_channel_role(call: Call) -> Reply:
    """Gives members a role, and tells them."""
    role = call.body["role"]
    return _give(call, {m["userId"]: [*m["roles"], role] for m in _memberships(call) if role not in m["roles"]})


def remove_channel_role(call: Call) -> Reply:
    """Takes a role from members, and tells them."""
    role = call.body.get("role") or call.view["query"]["role"]
    holders = [membership for membership in _memberships(call) if role in membership["roles"]]
    return _give(call, {m["userId"]: [other for other in m["roles"] if other != role] for m in holders})


def mute_channel_users(call: Call) -> Reply:
    """Mutes or unmutes members, and tells them."""
    changed = [call.world["channelUsers"].replace(m, **mutes.until(call)) for m in _memberships(call)]
    _tell_each(call, call.view["channel"], changed)
    return Reply({"success": True})


def _give(call: Call, roles: Mapping[str, list[str]]) -> Reply:
    affected = [membership for membership in _memberships(call) if membership["userId"] in roles]
    changed = [memberships.give(call, membership, roles[membership["userId"]]) for membership in affected]
    channel = memberships.recount(call, call.view["channel"])
    _tell_each(call, channel, changed)
    return memberships.reply(call, channel, _memberships(call))


def _tell_each(call: Call, channel: Record, changed: list[Record]) -> None:
    if changed:
        bundles.announce_channel(call, "v3.channelUser.didUpdate", channel, changed, _ids(changed))


def _named(call: Call) -> list[str]:
    """Whom the body names, or else the query; each once."""
    return list(dict.fromkeys(call.body.get("userIds") or call.view["query"].get("userIds", [])))


def _memberships(call: Call) -> list[Record]:
    """What those named are to the channel at this moment."""
    found = (memberships.of(call, call.view["channel"], user_id) for user_id in _named(call))
    return [membership for membership in found if membership]


def _ids(found: list[Record]) -> list[str]:
    return [membership["userId"] for membership in found]


def _is_asked_for(call: Call, query: Mapping[str, Any], membership: Record) -> bool:
    user = call.world["users"].find(userId=membership["userId"])
    kinds = {membership["membership"], *(["muted"] if mutes.is_muted(call, membership) else [])}
    return (
        not kinds.isdisjoint(query["memberships"])
        and ("roles" not in query or not set(query["roles"]).isdisjoint(membership["roles"]))
        and query.get("search", "").casefold() in (user["displayName"] if user else "").casefold()
    )
