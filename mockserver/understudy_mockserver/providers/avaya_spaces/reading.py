"""Reading messages: pages that start from a message, so that no new one moves them, and single ones."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.avaya_spaces.spaces import page_size, readable
from understudy_validators import times
from understudy_validators.records import Record

_NEXT, _PREVIOUS = "nextRefObjId", "prevRefObjId"
_YES = ("yes", "y", "true")


def get_message(call: Call) -> Reply:
    """One message."""
    return Reply(call.view["message"])


def query_messages(call: Call) -> Reply:
    """A page of those messages of the space that the query asks for."""
    query = call.view["query"]
    path = f"/api/spaces/{call.path['spaceId']}/messages/query"
    return Reply(_page(call, path, lambda message: _is_wanted(message, query)))


def list_idea_messages(call: Call) -> Reply:
    """A page of the comments on a post."""
    return _comments(call, f"/api/ideas/{call.path['ideaId']}/messages")


def list_task_messages(call: Call) -> Reply:
    """A page of the comments on a task."""
    return _comments(call, f"/api/tasks/{call.path['taskId']}/messages")


def _comments(call: Call, path: str) -> Reply:
    parent_id = call.view["message"]["_id"]
    return Reply(_page(call, path, lambda message: message.get("parentMsg", {}).get("_id") == parent_id))


def list_my_attachments(call: Call) -> Reply:
    """A page of the messages with files in all spaces that the caller may read."""
    spaces = set(readable(call))
    everything = sorted(call.world["messages"], key=_created)

    def wanted(message: Record) -> bool:
        return message["topicId"] in spaces and bool(message["content"]["data"])

    return Reply(_page(call, "/api/users/me/attachments/natives", wanted, everything))


def list_latest_messages(call: Call) -> Reply:
    """The space's latest messages."""
    return _latest(call, lambda message: True)


def list_ideas(call: Call) -> Reply:
    """The space's latest posts."""
    return _latest(call, lambda message: bool(message["category"] == "idea"))


def list_tasks(call: Call) -> Reply:
    """The space's latest tasks."""
    return _latest(call, lambda message: bool(message["category"] == "task"))


def _latest(call: Call, wanted: Callable[[Record], bool]) -> Reply:
    found = [message for message in reversed(_ordered(call)) if _is_there(message) and wanted(message)]
    return Reply({"data": found[: page_size(call)]})


def _is_there(message: Record) -> bool:
    return "deleted" not in message


def _is_wanted(message: Record, query: Mapping[str, Any]) -> bool:
    category = message["category"]
    parent = message.get("parentMsg", {}).get("category", "none")
    return (
        query.get("category", category) == category
        and query["parentmsg_category"] == parent
        and not (query.get("file_only") in _YES and not message["content"]["data"])
        and not (query.get("chatmsg_only") in _YES and category != "chat")
        and _is_on_its_side(message, query)
        and _is_found(message, query.get("search", "").casefold())
    )


def _is_on_its_side(message: Record, query: Mapping[str, Any]) -> bool:
    if "refTime" not in query:
        return True
    created, moment = (times.to_seconds(time) for time in (message["created"], query["refTime"]))
    return created < moment if query["direction"] == "before" else created > moment


def _is_found(message: Record, text: str) -> bool:
    return any(text in message["content"][name].casefold() for name in ("bodyText", "description"))


def _ordered(call: Call) -> list[Record]:
    """The messages of the view's space, oldest first; those of the same moment in the order in which they came."""
    return sorted(call.world["messages"].all(topicId=call.view["space"]["_id"]), key=_created)


def _created(message: Record) -> str:
    return str(message["created"])


def _page(
    call: Call, path: str, wanted: Callable[[Record], bool], among: Sequence[Record] | None = None
) -> dict[str, Any]:
    """The page that the query asks for, newest first, in the vendor's envelope."""
    query, ordered = call.view["query"], _ordered(call) if among is None else among
    # Deleted messages keep their places, as a page may start from one.
    ranks = [rank for rank, message in enumerate(ordered) if _is_there(message) and wanted(message)]
    start, end = _window(ordered, ranks, query, page_size(call))
    data = [ordered[rank] for rank in reversed(ranks[start:end])]
    return {
        "data": data,
        "total": len(data),
        "nextPageUrl": _url(path, query, _NEXT, data[-1]["_id"]) if data and start > 0 else "",
        "prevPageUrl": _url(path, query, _PREVIOUS, data[0]["_id"]) if data and end < len(ranks) else "",
        **({"pageref": query["pageref"]} if "pageref" in query else {}),
    }


def _window(ordered: Sequence[Record], ranks: Sequence[int], query: Mapping[str, Any], size: int) -> tuple[int, int]:
    """Where the page starts and ends among the ranks of the messages that are wanted."""
    if _NEXT not in query and _PREVIOUS in query:
        start = bisect_right(ranks, _rank(ordered, query[_PREVIOUS]))
        return start, min(len(ranks), start + size)
    end = bisect_left(ranks, _rank(ordered, query[_NEXT])) if _NEXT in query else len(ranks)
    return max(0, end - size), end


def _rank(ordered: Sequence[Record], message_id: str) -> int:
    """The place of a message, which need not be one that is wanted."""
    return next(rank for rank, message in enumerate(ordered) if message["_id"] == message_id)


def _url(path: str, query: Mapping[str, Any], name: str, message_id: str) -> str:
    kept = {key: value for key, value in query.items() if key not in (_NEXT, _PREVIOUS)}
    return f"{path}?{urlencode({**kept, name: message_id})}"
