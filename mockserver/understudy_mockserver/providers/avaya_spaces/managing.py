"""Managing spaces: creating and changing them, and inviting others."""

from __future__ import annotations

from typing import Any

from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.avaya_spaces.messages import announce, blank_content
from understudy_mockserver.providers.avaya_spaces.spaces import enter, is_in, with_members
from understudy_mockserver.providers.avaya_spaces.users import sender
from understudy_validators.records import Record, World

# What everyone may enter and write in.
_OPEN: dict[str, Any] = {
    "confPin": None,
    "passwordRequired": {"allGuests": False},
    "memberOnly": False,
    "contentCreation": "everyone",
}
_CHANGEABLE = ("title", "description", "status")
_ARCHIVED = 1


def get_space(call: Call) -> Reply:
    """The space."""
    return Reply(call.view["space"])


def get_meeting_room(call: Call) -> Reply:
    """A user's personal space."""
    return Reply({"data": call.view["space"]})


def create_space(call: Call) -> Reply:
    """Creates a group space whose admin the caller is, with those who are invited."""
    topic = call.body["topic"]
    space = call.world["spaces"].insert(
        {
            "_id": call.ids.object_id(call.now),
            "type": topic["type"],
            "title": topic["title"],
            "description": topic["description"],
            "cid": call.view["caller"]["_id"],
            "status": 0,
            "restrict": [],
            "settings": _OPEN,
            "created": call.time,
            "modified": call.time,
        }
    )
    enter(call, space, call.view["caller"], "admin")
    return _invite(call, space)


def invite_to_space(call: Call) -> Reply:
    """Adds users to the members of a space, and notes the invitations of those who have no account."""
    return _invite(call, call.view["space"])


def _invite(call: Call, space: Record) -> Reply:
    for invitee in call.body["invitees"]:
        field = "username" if invitee["inviteeType"] == "email" else "_id"
        user = call.world["users"].find(**{field: invitee["invitee"]})
        if user is None:
            _note(call, space, invitee)
        elif not is_in(call.world, space, user):
            enter(call, space, user, invitee["role"])
    return Reply({"data": [{"topicId": space["_id"]}]})


def _note(call: Call, space: Record, invitee: Record) -> None:
    invite = {"_id": call.ids.object_id(call.now), "spaceId": space["_id"]}
    call.world["invites"].insert({**invite, "invitee": invitee["invitee"], "role": invitee["role"]})


def join_by_invitation(call: Call) -> Reply:
    """Lets the caller in with the role of the invitation, unless they are in, and answers with the space."""
    space, caller = call.view["space"], call.view["caller"]
    if not is_in(call.world, space, caller):
        enter(call, space, caller, call.view["invite"]["role"])
    return Reply({"topic": with_members(call.world, space)})


def update_space(call: Call) -> Reply:
    """Changes a space, and tells all who are subscribed to it."""
    return _change(call, {name: call.body[name] for name in _CHANGEABLE if name in call.body})


def archive_space(call: Call) -> Reply:
    """Archives a space, and tells all who are subscribed to it."""
    return _change(call, {"status": _ARCHIVED})


def _change(call: Call, changes: dict[str, Any]) -> Reply:
    space = call.world["spaces"].replace(call.view["space"], **changes, modified=call.time)
    announce(call, space, _news(call, space))
    return Reply(space)


def _news(call: Call, space: Record) -> dict[str, Any]:
    """What is told of a space, in the form of a message, which is not kept."""
    return {
        "sender": sender(call.view["caller"]),
        "content": blank_content(call, bodyText=space["title"], description=space["description"]),
        "chatCount": 0,
        "likeCount": 0,
        "status": space["status"],
        "_id": call.ids.object_id(call.now),
        "category": "topic.updated",
        "topicId": space["_id"],
        "created": call.time,
        "modified": call.time,
    }


def delete_space(call: Call) -> Reply:
    """Deletes a space with all that is in it."""
    space, world = call.view["space"], call.world
    place = space["_id"]
    for name, field in (("members", "spaceId"), ("messages", "topicId"), ("subscriptions", "channelId")):
        _remove_all(world, name, field, place)
    for name in ("reads", "invites"):
        _remove_all(world, name, "spaceId", place)
    _part(world, place)
    world["spaces"].remove(space)
    return Reply({})


def _remove_all(world: World, name: str, field: str, value: str) -> None:
    for record in world[name].all(**{field: value}):
        world[name].remove(record)


def _part(world: World, space_id: str) -> None:
    """Nobody has this space in common with anybody any more."""
    for relation in world["relations"]:
        if space_id in relation["sharedSpaces"]:
            left = [other for other in relation["sharedSpaces"] if other != space_id]
            world["relations"].replace(relation, sharedSpaces=left)
