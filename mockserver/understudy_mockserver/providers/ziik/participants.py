"""Participants of groups. Each who comes or goes leaves a service message."""

from __future__ import annotations

from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.ziik import shown
from understudy_mockserver.providers.ziik.conversations import join
from understudy_mockserver.providers.ziik.messages import insert
from understudy_mockserver.providers.ziik.state import setting
from understudy_validators.records import Record


def list_participants(call: Call) -> Reply:
    """Everyone in the group."""
    return Reply({"data": shown.participants(call, call.view["conversation"]["id"])})


def add_participants(call: Call) -> Reply:
    """Adds those who are not in the group yet."""
    conversation_id, members = call.view["conversation"]["id"], call.world["participants"]
    for user_id in dict.fromkeys(call.body["participants"]):
        if members.find(conversationId=conversation_id, userId=user_id) is None:
            join(call, conversation_id, user_id, "normal")
            _tell(call, "added", user_id)
    return Reply()


def change_participant(call: Call) -> Reply:
    """Makes a participant an admin, or no longer one. A role may be given by the number it once had."""
    role, names = call.body["type"], setting(call.world, "role-numbers")
    call.world["participants"].replace(call.view["member"], role=names.get(str(role), role))
    return Reply()


def remove_participant(call: Call) -> Reply:
    """Removes a participant; who removes himself leaves."""
    member = call.view["member"]
    _tell(call, "left" if member["userId"] == call.view["caller"]["id"] else "removed", member["userId"])
    call.world["participants"].remove(member)
    return Reply()


def _tell(call: Call, action: str, user_id: int) -> Record:
    """Writes the service message. What its `meta` holds is published nowhere."""
    user = call.world["users"].find(id=user_id) or {}
    meta = {"action": action, "user": {"id": user["id"], "name": user["name"]}}
    return insert(call, call.view["conversation"], type="service", meta=meta)
