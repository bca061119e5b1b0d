"""Spaces: entering them, those of two people alone, and who is in which."""

from __future__ import annotations

from typing import Any

from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.avaya_spaces.service import settings
from understudy_mockserver.providers.avaya_spaces.users import appearance
from understudy_validators.records import Record, World

_DIRECT: dict[str, Any] = {
    "type": "direct",
    "title": "",
    "description": "",
    "status": 0,
    "restrict": [],
    "settings": {
        "confPin": None,
        "passwordRequired": {"allGuests": False},
        "memberOnly": True,
        "contentCreation": "everyone",
    },
}
# Query parameters, by the field of a space that they choose by.
_FILTERS = {"topictype": "type", "topicstatus": "status"}


def get_direct_space(call: Call) -> Reply:
    """The direct space of the caller and the other user; it is created where there is none."""
    caller, other = call.view["caller"], call.view["other"]
    space = _direct_space(call.world, caller, other) or _open_direct_space(call, caller, other)
    return Reply({"data": [with_members(call.world, space)]})


def join_space(call: Call) -> Reply:
    """Lets the caller in as a guest, unless they are in, and answers with the space."""
    admit(call, call.view["space"])
    return Reply({"topic": with_members(call.world, call.view["space"])})


def list_members(call: Call) -> Reply:
    """A page of those who are in the space, or of those among them whose names hold what is searched."""
    query, text = call.view["query"], call.view["query"].get("search", "").casefold()
    users = [(member, _user(call.world, member)) for member in call.world["members"].all(spaceId=call.path["spaceId"])]
    found = [(member, user) for member, user in users if _is_called(user, text)]
    size, page_number = page_size(call), int(query["page"])
    page = found[page_number * size : (page_number + 1) * size]
    data = [{**_member(call.world, member), "phone_numbers": user["phone_numbers"]} for member, user in page]
    return Reply({"data": data})


def _is_called(user: Record, text: str) -> bool:
    return any(text in user[name].casefold() for name in ("username", "displayname"))


def list_my_spaces(call: Call) -> Reply:
    """The spaces that the caller is in, of one kind or status if the query says so."""
    query = call.view["query"]
    wanted = {field: query[name] for name, field in _FILTERS.items() if name in query}
    memberships = call.world["members"].all(userId=call.view["caller"]["_id"])
    spaces = [space for member in memberships for space in call.world["spaces"].all(_id=member["spaceId"], **wanted)]
    return Reply({"data": spaces[: page_size(call)]})


def mark_space_read(call: Call) -> Reply:
    """Notes when the caller read the space."""
    reads, place = call.world["reads"], {"spaceId": call.path["spaceId"], "userId": call.view["caller"]["_id"]}
    known = reads.find(**place)
    if known:
        reads.replace(known, time=call.time)
    else:
        reads.insert({**place, "time": call.time})
    return Reply({})


def readable(call: Call) -> list[str]:
    """The ids of the spaces that the caller may read: those that the caller is in, archived ones only as an admin."""
    members = call.world["members"].all(userId=call.view["caller"]["_id"])
    archived = {space["_id"] for space in call.world["spaces"] if space["status"]}
    return [member["spaceId"] for member in members if member["spaceId"] not in archived or member["role"] == "admin"]


def page_size(call: Call) -> int:
    """How many entries a page holds: what the query says, up to what the service allows."""
    return min(int(call.view["query"]["size"]), int(settings(call.world)["maxPageSize"]))


def admit(call: Call, space: Record) -> None:
    """Makes the caller a guest of the space, acquainted with all who are in it; whoever is in it already stays so."""
    if not is_in(call.world, space, call.view["caller"]):
        enter(call, space, call.view["caller"], "guest")


def is_in(world: World, space: Record, user: Record) -> bool:
    """Whether a user is a member or guest of a space."""
    return world["members"].find(spaceId=space["_id"], userId=user["_id"]) is not None


def enter(call: Call, space: Record, user: Record, role: str) -> None:
    """Puts a user who is not in a space among its members, acquainted with all who are in it."""
    for member in call.world["members"].all(spaceId=space["_id"]):
        _acquaint(call.world, user["_id"], member["userId"], space["_id"])
        _acquaint(call.world, member["userId"], user["_id"], space["_id"])
    _add(call, space["_id"], user, role)


def _direct_space(world: World, one: Record, other: Record) -> Record | None:
    for member in world["members"].all(userId=one["_id"]):
        space = world["spaces"].find(_id=member["spaceId"], type="direct")
        if space and world["members"].find(spaceId=space["_id"], userId=other["_id"]):
            return space
    return None


def _open_direct_space(call: Call, caller: Record, other: Record) -> Record:
    space_id = call.ids.object_id(call.now)
    for user in (caller, other):
        _add(call, space_id, user, "member")
    space = {"_id": space_id, "cid": caller["_id"], **_DIRECT, "created": call.time, "modified": call.time}
    return call.world["spaces"].insert(space)


def _add(call: Call, space_id: str, user: Record, role: str) -> None:
    # An anonymous user can only be a guest.
    role = "guest" if user["aType"] == "anonymous" else role
    row = {"spaceId": space_id, "userId": user["_id"], "memberType": "userId", "role": role, "joinTime": call.time}
    call.world["members"].insert(row)


def _acquaint(world: World, user_id: str, other_id: str, space_id: str) -> None:
    """Notes that the one has this space in common with the other."""
    relations = world["relations"]
    known = relations.find(userId=user_id, otherId=other_id)
    if known:
        relations.replace(known, sharedSpaces=[*known["sharedSpaces"], space_id])
    else:
        relations.insert({"userId": user_id, "otherId": other_id, "sameCompany": False, "sharedSpaces": [space_id]})


def with_members(world: World, space: Record) -> dict[str, Any]:
    """The space with all who are in it."""
    return {**space, "members": [_member(world, member) for member in world["members"].all(spaceId=space["_id"])]}


def _user(world: World, member: Record) -> Record:
    [user] = world["users"].all(_id=member["userId"])
    return user


def _member(world: World, member: Record) -> dict[str, Any]:
    """A member as answers show one: the user's id under another name, with names and picture."""
    user = _user(world, member)
    facts = {name: member[name] for name in ("memberType", "role", "joinTime")}
    return {"member": user["_id"], **facts, **appearance(user)}
