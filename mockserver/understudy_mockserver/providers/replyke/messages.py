"""Messages: sent, listed, read, edited and deleted; whoever reads the conversation is told of each change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.replyke import files
from understudy_mockserver.providers.replyke.people import readers, tell, user_id
from understudy_mockserver.providers.replyke.service import said, time_after
from understudy_mockserver.providers.replyke.shown import is_visible, populated, reactions
from understudy_mockserver.realtime.hub import user_room
from understudy_validators import times
from understudy_validators.records import Record, World

# What a message starts with; the rest comes from the request.
_UNTOUCHED: dict[str, Any] = {
    "threadReplyCount": 0,
    "reactionCounts": {},
    "editedAt": None,
    "userDeletedAt": None,
    "moderationStatus": None,
    "moderatedAt": None,
    "moderatedById": None,
    "moderatedByType": None,
    "moderationReason": None,
}
# What its author may change, and what is left of it once its author has deleted it.
_EMPTY: dict[str, Any] = {"content": None, "gif": None, "mentions": [], "metadata": {}}


def send_message(call: Call) -> Reply:
    """Stores the message and its files, counts it in its thread, answers it populated, and tells the members."""
    body, sender_id = call.body, user_id(call)
    message = call.world["messages"].insert(_message(call, sender_id))
    files.store(call, message)
    parent = call.view.get("parent")
    if parent:
        parent = call.world["messages"].replace(parent, threadReplyCount=parent["threadReplyCount"] + 1)
    call.world["conversations"].replace(call.view["conversation"], lastMessageAt=message["createdAt"])
    echo = {"localId": body["localId"]} if "localId" in body else {}
    if call.heard:
        _announce(call, message, echo, parent)
    return Reply({**populated(call, message, sender_id), **echo})


def list_messages(call: Call) -> Reply:
    """One page of the main stream, or of a thread. Pages between times: a message's time is its conversation's own."""
    query, parent_id = call.view["query"], call.view["query"].get("parentId") or None
    found = sorted(_listed(call, parent_id), key=lambda message: str(message["createdAt"]))
    if query.get("sort", "asc" if parent_id else "desc") == "desc":
        found.reverse()
    page = found[: query["limit"]]
    with_files = "files" in query.get("include", "").split(",")
    spread = sorted(message["createdAt"] for message in page) or [None]
    return Reply(
        {
            "messages": [populated(call, message, user_id(call), with_files=with_files) for message in page],
            "hasMore": len(found) > len(page),
            "oldestCreatedAt": spread[0],
            "newestCreatedAt": spread[-1],
        }
    )


def get_message(call: Call) -> Reply:
    """The message, populated."""
    return Reply(populated(call, call.view["message"], user_id(call)))


def edit_message(call: Call) -> Reply:
    """Changes what the request names; where that changes nothing, the message stays as it is, and nobody is told."""
    message = call.view["message"]
    changes = {name: call.body[name] for name in _EMPTY if name in call.body}
    if "content" in changes:
        changes["content"] = changes["content"] or None
    if any(message[name] != value for name, value in changes.items()):
        message = call.world["messages"].replace(message, **changes, editedAt=call.time, updatedAt=call.time)
        shown = {name: message[name] for name in (*_EMPTY, "editedAt")}
        tell(call, "message:updated", message, shown)
    return Reply(populated(call, message, user_id(call)))


def delete_message(call: Call) -> Reply:
    """Empties the message for its author, or removes it for an admin of the group."""
    message = call.view["message"]
    if message["userId"] == user_id(call):
        return _delete(call, message)
    remove(call, message)
    return Reply(said(call, "removed"))


def remove(call: Call, message: Record, reason: str | None = None) -> None:
    """Removes a message in the name of those who keep order; one that was removed before stays as it is."""
    if not is_visible(message):
        return
    moderated = {"moderatedAt": call.time, "moderatedById": user_id(call), "moderatedByType": "user"}
    changes = {**moderated, "moderationReason": reason, "moderationStatus": "removed", "updatedAt": call.time}
    call.world["messages"].replace(message, **changes)
    tell(call, "message:removed", message, {})


def _delete(call: Call, message: Record) -> Reply:
    if message["userDeletedAt"] is None:
        changes = {**_EMPTY, "userDeletedAt": call.time, "updatedAt": call.time}
        message = call.world["messages"].replace(message, **changes)
        files.remove(call.world, message)
        tell(call, "message:deleted", message, {"userDeletedAt": call.time})
    return Reply({**said(call, "deleted"), "userDeletedAt": message["userDeletedAt"]})


def _announce(call: Call, message: Record, echo: Mapping[str, Any], parent: Record | None) -> None:
    """Tells all who read the conversation of a message, and of its parent's new count."""
    for alike in _seeing_the_same(call.world, message, readers(call.world, message["conversationId"])):
        payload = {**populated(call, message, alike[0]), **echo}
        call.emit("message:created", payload, *map(user_room, alike))
    if parent:
        tell(call, "thread:reply_count", parent, {"threadReplyCount": parent["threadReplyCount"]})


def _seeing_the_same(world: World, message: Record, readers: Iterable[str]) -> Iterable[list[str]]:
    """The readers in groups, nearly always one: a new message differs only in what each gave to the one it quotes."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for reader_id in readers:
        given = tuple(reactions(world, message["quotedMessageId"], reader_id))
        groups.setdefault(given, []).append(reader_id)
    return groups.values()


def _listed(call: Call, parent_id: str | None) -> Iterable[Record]:
    """What the reader may see of a conversation between the two times; of what came after leaving it, nothing."""
    query, left = call.view["query"], call.view["member"]["leftAt"]
    after, before = _seconds(query.get("after"), float("-inf")), _seconds(query.get("before"), float("inf"))
    last, threads = _seconds(left, float("inf")), query.get("filters[hasReplies]")
    for message in call.world["messages"].all(conversationId=call.path["conversationId"], parentMessageId=parent_id):
        created = times.to_seconds(message["createdAt"])
        wanted = threads is None or threads == bool(message["threadReplyCount"])
        if is_visible(message) and wanted and after < created < before and created <= last:
            yield message


def _seconds(time: str | None, otherwise: float) -> float:
    return times.to_seconds(time) if time else otherwise


def _message(call: Call, sender_id: str) -> dict[str, Any]:
    body, now = call.body, _own_time(call)
    return {
        "id": call.ids.uuid(),
        "projectId": call.path["projectId"],
        "conversationId": call.path["conversationId"],
        "userId": sender_id,
        "content": body.get("content") or None,
        "gif": body.get("gif"),
        "mentions": body.get("mentions", []),
        "metadata": body.get("metadata", {}),
        "parentMessageId": body.get("parentMessageId"),
        "quotedMessageId": body.get("quotedMessageId"),
        **_UNTOUCHED,
        "createdAt": now,
        "updatedAt": now,
    }


def _own_time(call: Call) -> str:
    """A time that no other message of the conversation has, and after which nobody has left it."""
    conversation = call.view["conversation"]
    former = call.world["members"].all(conversationId=conversation["id"], isActive=False)
    return time_after(call, [conversation["lastMessageAt"], *[member["leftAt"] for member in former]])
