"""What readers think of a message: reactions to it, and reports of it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.replyke.people import summary, tell, user_id
from understudy_mockserver.providers.replyke.service import said
from understudy_mockserver.providers.replyke.shown import reactions
from understudy_validators.records import Record


def toggle(call: Call) -> Reply:
    """Gives the emoji or takes it back, and tells who reads the conversation."""
    given, message = call.world["reactions"], call.view["message"]
    mine = {"messageId": message["id"], "userId": user_id(call), "emoji": call.body["emoji"]}
    before = given.find(**mine)
    if before:
        given.remove(before)
    else:
        given.insert({**mine, "createdAt": call.time})
    counts = dict(Counter(reaction["emoji"] for reaction in given.all(messageId=message["id"])))
    message = call.world["messages"].replace(message, reactionCounts=counts)
    delta = -1 if before else 1
    told = {"emoji": mine["emoji"], "userId": mine["userId"], "delta": delta, "reactionCounts": counts}
    tell(call, "message:reaction", message, told)
    own = reactions(call.world, message["id"], mine["userId"])
    return Reply({"reactionCounts": counts, "userReactions": own, "delta": delta})


def list_reactions(call: Call) -> Reply:
    """One page of those who gave an emoji."""
    query = call.view["query"]
    page, limit = query["page"], query["limit"]
    given = call.world["reactions"].all(messageId=call.path["messageId"], emoji=query["emoji"])
    pagination = {"page": page, "limit": limit, "total": len(given), "hasMore": len(given) > page * limit}
    shown = [_shown(call, reaction) for reaction in given[(page - 1) * limit : page * limit]]
    return Reply({"data": shown, "pagination": pagination})


def _shown(call: Call, reaction: Record) -> dict[str, Any]:
    user = summary(call.world, reaction["userId"])
    return {"user": user, "emoji": reaction["emoji"], "createdAt": reaction["createdAt"]}


def report(call: Call) -> Reply:
    """Keeps the report; a user's second one of a message takes the place of the first, if it says something else."""
    reports, said_of_it = call.world["reports"], {name: call.body.get(name) for name in ("reason", "details")}
    mine = {"messageId": call.path["messageId"], "userId": user_id(call)}
    before = reports.find(**mine)
    if before is None:
        reports.insert({"id": call.ids.uuid(), **_place(call), **mine, **said_of_it, **_undecided(call)})
        return Reply(said(call, "submitted"), 201)
    if all(before[name] == value for name, value in said_of_it.items()):
        return Reply(said(call, "already-reported"), 200)
    reports.replace(before, **said_of_it, updatedAt=call.time)
    return Reply(said(call, "updated"), 200)


def _place(call: Call) -> dict[str, Any]:
    return {"projectId": call.path["projectId"], "spaceId": call.view["conversation"]["spaceId"]}


def _undecided(call: Call) -> dict[str, Any]:
    decision = dict.fromkeys(("actions", "summary", "handledById", "handledAt"))
    return {**decision, "createdAt": call.time, "updatedAt": call.time}
