"""What spaces have to do with chat: their own conversation, and how order is kept in it."""

from __future__ import annotations

from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.replyke import conversations, members, messages
from understudy_mockserver.providers.replyke.people import readers, user_id
from understudy_mockserver.providers.replyke.rooms import expel
from understudy_mockserver.providers.replyke.service import said, settings
from understudy_mockserver.realtime.hub import user_room
from understudy_validators.records import Record


def get_space_conversation(call: Call) -> Reply:
    """The chat of the space, made when it is asked for the first time; whoever was never in it joins it."""
    chat = call.world["conversations"].find(spaceId=call.path["spaceId"]) or _create(call)
    if call.world["members"].find(conversationId=chat["id"], userId=user_id(call)) is None:
        members.join(call, chat, user_id(call), None)
    return Reply(conversations.shown(call, chat))


def _create(call: Call) -> Record:
    space = call.view["space"]
    active = call.world["spaceMembers"].all(spaceId=space["id"], status="active")
    permission = settings(call.world)["spacePostingPermission"]
    fields = {"type": "space", "name": space["name"], "spaceId": space["id"], "postingPermission": permission}
    return conversations.create(call, fields, dict.fromkeys(member["userId"] for member in active))


def moderate_message(call: Call) -> Reply:
    """Removes a message of the space's chat."""
    messages.remove(call, call.view["message"], call.body.get("moderationReason"))
    return Reply(said(call, "removed"))


def handle_report(call: Call) -> Reply:
    """Does what was decided on a report."""
    body, actions = call.body, call.body["actions"]
    if "remove-message" in actions:
        messages.remove(call, call.view["message"], body.get("reason"))
    if "ban-user" in actions:
        _ban(call, call.view["target"])
    decision = {"actions": actions, "summary": body.get("summary"), "handledById": user_id(call)}
    call.world["reports"].replace(call.view["report"], **decision, handledAt=call.time, updatedAt=call.time)
    return Reply(said(call, "handled"))


def _ban(call: Call, target: Record) -> None:
    """Bans a member of the space, who then reads its chat no more; the membership of the chat stays as it is."""
    chat = call.world["conversations"].find(spaceId=target["spaceId"])
    told = readers(call.world, chat["id"]) if chat else []
    call.world["spaceMembers"].replace(target, status="banned", updatedAt=call.time)
    if chat and target["userId"] in told:
        expel(call.hub, target["userId"], chat["id"])
        payload = {"conversationId": chat["id"], "userId": target["userId"]}
        call.emit("member:left", payload, *map(user_room, told))
