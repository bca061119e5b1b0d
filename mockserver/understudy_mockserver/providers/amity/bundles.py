"""What goes out together: messages or channels, the users who take part in them, and the files of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from understudy_mockserver.provider import Call
from understudy_mockserver.providers.amity import mutes
from understudy_mockserver.realtime.hub import user_room
from understudy_validators.records import Record, World


def messages(call: Call, found: Iterable[Record]) -> dict[str, Any]:
    """Messages as the caller sees them, those who wrote them or are mentioned, and the files of both."""
    shown = [_with_own_reactions(call, message) for message in found]
    people = users(call.world, (id_ for message in shown for id_ in (message["userId"], *mentioned_ids(message))))
    return {"messages": shown, "users": people, "files": files(call, (m["fileId"] for m in shown), people)}


def channels(call: Call, found: list[Record], memberships: list[Record]) -> dict[str, Any]:
    """Channels and memberships, the users who have these, and the files of both."""
    people = users(call.world, (membership["userId"] for membership in memberships))
    return {
        "channels": [mutes.shown(call, channel) for channel in found],
        "channelUsers": [mutes.shown(call, membership) for membership in memberships],
        "messagePreviews": [],
        "messageFeedsInfo": [],
        "users": people,
        "files": files(call, (channel["avatarFileId"] for channel in found), people),
    }


def announce(call: Call, event: str, message: Record, **extra: Any) -> None:
    """Tells every member of the message's channel on all connections: one event, so without anyone's own reactions.

    `extra` is what the message shows in this event alone.
    """
    if not call.heard:
        return
    bundle = messages(call, [message])
    [shown] = bundle["messages"]
    told = {**{key: value for key, value in shown.items() if key != "myReactions"}, **extra}
    members = call.world["channelUsers"].all(channelId=message["channelId"], membership="member")
    call.emit(event, {**bundle, "messages": [told]}, *(user_room(member["userId"]) for member in members))


def announce_channel(
    call: Call, event: str, channel: Record, memberships: list[Record], user_ids: Iterable[str]
) -> None:
    """Tells users on all connections of a channel, and of the memberships that the event is about."""
    call.emit(event, channels(call, [channel], memberships), *(user_room(user_id) for user_id in user_ids))


def users(world: World, user_ids: Iterable[str]) -> list[Record]:
    """The users of these ids, each once."""
    found = (world["users"].find(userId=user_id) for user_id in dict.fromkeys(user_ids))
    return [user for user in found if user]


def files(call: Call, file_ids: Iterable[str | None], people: Iterable[Record]) -> list[dict[str, Any]]:
    """The files of these ids and the avatars of these people, each once."""
    wanted = [*file_ids, *(user["avatarFileId"] for user in people)]
    found = (call.world["files"].find(fileId=file_id) for file_id in dict.fromkeys(wanted) if file_id)
    return [file(call, record) for record in found if record]


def file(call: Call, record: Record) -> dict[str, Any]:
    """A file with the address at which this server, and not the vendor's, has it."""
    return {**record, "fileUrl": f"{call.base_url}/api/v3/files/{record['fileId']}/download"}


def mentioned_ids(message: Record) -> list[str]:
    """Whom a message mentions by name."""
    return [user_id for mention in message["mentionees"] for user_id in mention.get("userIds", [])]


def _with_own_reactions(call: Call, message: Record) -> Mapping[str, Any]:
    caller = call.view["caller"]["userId"]
    own = call.world["reactions"].all(referenceId=message["messageId"], userId=caller)
    return {**message, "myReactions": [reaction["reactionName"] for reaction in own]}
