"""What people say of a message without writing one: reactions and flags."""

from __future__ import annotations

from collections import Counter
from typing import Any

from understudy_mockserver.hashflag import hash_flag
from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.amity import bundles, paging
from understudy_validators.records import Record

_UPDATED = "v3.message.didUpdate"


def add_reaction(call: Call) -> Reply:
    """Adds the reaction; one that is there already stays as it is."""
    key = {
        "referenceId": call.view["message"]["messageId"],
        "reactionName": call.body["reactionName"],
        "userId": call.view["caller"]["userId"],
    }
    reactions = call.world["reactions"]
    reaction = reactions.find(**key)
    if reaction is None:
        reaction_id = call.ids.object_id(call.now)
        made = {"reactionId": reaction_id, "referenceType": "message", **key, "createdAt": call.time}
        reaction = reactions.insert(made)
        _tell(call, reaction, "add")
    return Reply({"addedId": reaction["reactionId"]})


def remove_reaction(call: Call) -> Reply:
    """Removes the reaction."""
    reaction = call.view["reaction"]
    call.world["reactions"].remove(reaction)
    _tell(call, reaction, "remove")
    return Reply({"removedId": reaction["reactionId"]})


def query_reactions(call: Call) -> Reply:
    """A page of those who reacted to the message."""
    query, message = call.view["query"], call.view["message"]
    found = call.world["reactions"].all(referenceId=message["messageId"])
    fitting = [each for each in found if query.get("reactionName", each["reactionName"]) == each["reactionName"]]
    page, tokens = paging.by_id(call, fitting[::-1], "reactionId")
    people = bundles.users(call.world, (reaction["userId"] for reaction in page))
    ids = {user["userId"]: user for user in people}
    reactors = [_reactor(reaction, ids[reaction["userId"]]) for reaction in page]
    under = {"referenceId": message["messageId"], "referenceType": "message", "reactors": reactors}
    return Reply({"reactions": [under], "users": people, "files": bundles.files(call, (), people), "paging": tokens})


def flag_message(call: Call) -> Reply:
    """Notes the caller's flag."""
    message = call.view["message"]
    call.world["flags"].insert({"messageId": message["messageId"], "userId": call.view["caller"]["userId"]})
    return Reply(bundles.messages(call, [_reflag(call)]))


def unflag_message(call: Call) -> Reply:
    """Takes the caller's flag back, if there is one."""
    message, flag = call.view["message"], _own_flag(call)
    if flag:
        call.world["flags"].remove(flag)
        message = _reflag(call)
    return Reply(bundles.messages(call, [message]))


def clear_message_flags(call: Call) -> Reply:
    """Forgets all flags of the message, if there are any."""
    message, flags = call.view["message"], call.world["flags"]
    found = list(flags.all(messageId=message["messageId"]))
    for flag in found:
        flags.remove(flag)
    return Reply(bundles.messages(call, [_reflag(call) if found else message]))


def is_flagged_by_me(call: Call) -> Reply:
    """Whether there is a flag of the caller's."""
    flagged = _own_flag(call) is not None
    return Reply({"result": flagged, "isFlagByMe": flagged})


def _own_flag(call: Call) -> Record | None:
    message_id, user_id = call.view["message"]["messageId"], call.view["caller"]["userId"]
    return call.world["flags"].find(messageId=message_id, userId=user_id)


def _reflag(call: Call) -> Record:
    """Counts the message's flags anew."""
    message = call.view["message"]
    flaggers = [flag["userId"] for flag in call.world["flags"].all(messageId=message["messageId"])]
    changes: dict[str, Any] = {"flagCount": len(flaggers), "hashFlag": hash_flag(flaggers), "updatedAt": call.time}
    message = call.world["messages"].replace(message, **changes)
    bundles.announce(call, _UPDATED, message)
    return message


def _tell(call: Call, reaction: Record, event_name: str) -> None:
    """Counts the message's reactions anew, and tells the channel's members which one it was about."""
    message, caller = call.view["message"], call.view["caller"]
    found = call.world["reactions"].all(referenceId=message["messageId"])
    counts = dict(Counter(each["reactionName"] for each in found))
    message = call.world["messages"].replace(message, reactions=counts, reactionsCount=len(found), updatedAt=call.time)
    latest = {
        **{key: reaction[key] for key in ("referenceId", "referenceType", "reactionName", "userId")},
        "userDisplayName": caller["displayName"],
        "reactionId": reaction["reactionId"],
        "eventName": event_name,
        "createdAt": reaction["createdAt"],
    }
    bundles.announce(call, _UPDATED, message, latestReaction=latest)


def _reactor(reaction: Record, user: Record) -> dict[str, Any]:
    return {
        "reactionName": reaction["reactionName"],
        "userId": user["userId"],
        "userPublicId": user["userPublicId"],
        "userInternalId": user["userInternalId"],
        "reactionId": reaction["reactionId"],
        "createdAt": reaction["createdAt"],
    }
