"""Messages by what became of them: those of several spaces by when they were changed, and what happened in one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.avaya_spaces.spaces import page_size, readable
from understudy_validators import times
from understudy_validators.records import Record

_MY_MESSAGES = "/api/users/me/messages"
_ACTIVITIES = "/api/activitiesrecord/messages"
_OLDER, _NEWER = "older", "newer"
#: When a message was changed last, and its id: the place of a message among those of several spaces.
Mark = tuple[str, str]


def list_my_messages(call: Call) -> Reply:
    """A page of the messages of those of the spaces that the caller may read, last changed first."""
    query = call.view["query"]
    asked = set(query["spacelist"].split(","))
    spaces = [space_id for space_id in readable(call) if space_id in asked]
    found = [message for space_id in spaces for message in call.world["messages"].all(topicId=space_id)]
    wanted = sorted((message for message in found if _is_asked_for(message, query)), key=_mark)
    return Reply(_page(query, wanted, page_size(call)))


def _is_asked_for(message: Record, query: Mapping[str, Any]) -> bool:
    return (query["includedeleted"] or "deleted" not in message) and _is_after(message["modified"], query)


def _is_after(time: str, query: Mapping[str, Any]) -> bool:
    return "after" not in query or _milliseconds(time) > query["after"]


def _milliseconds(time: str) -> int:
    return round(times.to_seconds(time) * 1000)


def _mark(message: Record) -> Mark:
    return message["modified"], message["_id"]


def _page(query: Mapping[str, Any], wanted: Sequence[Record], size: int) -> dict[str, Any]:
    start, end = _window([_mark(message) for message in wanted], query.get("pageToken"), size)
    data = list(reversed(wanted[start:end]))
    return {
        "data": data,
        "total": len(data),
        "nextPageUrl": _neighbour(query, _OLDER, data[-1], 1) if data and start > 0 else "",
        "prevPageUrl": _neighbour(query, _NEWER, data[0], -1) if data and end < len(wanted) else "",
    }


def _window(marks: Sequence[Mark], token: str | None, size: int) -> tuple[int, int]:
    """Where the page starts and ends among the marks, oldest first."""
    if token is None:
        return max(0, len(marks) - size), len(marks)
    side, time, message_id = token.split("_")
    if side == _NEWER:
        start = bisect_right(marks, (time, message_id))
        return start, min(len(marks), start + size)
    end = bisect_left(marks, (time, message_id))
    return max(0, end - size), end


def _neighbour(query: Mapping[str, Any], side: str, message: Record, step: int) -> str:
    """The address of a neighbouring page; the client's own number of the page counts along."""
    counted = {"pageref": query["pageref"] + step} if "pageref" in query else {}
    return _url(_MY_MESSAGES, query, pageToken="_".join((side, *_mark(message))), **counted)


def _url(path: str, query: Mapping[str, Any], **changes: Any) -> str:
    asked = {**query, **changes}
    # In an address, JSON's true is `true`.
    texts = {name: str(value).lower() if isinstance(value, bool) else value for name, value in asked.items()}
    return f"{path}?{urlencode(texts)}"


def list_message_activities(call: Call) -> Reply:
    """A page of the messages of a space that were changed since, or were there before, in the order of their making."""
    query, size = call.view["query"], page_size(call)
    wanted = _activities(call)
    number = query["page"]
    data = wanted[number * size : (number + 1) * size]
    more = (number + 1) * size < len(wanted)
    body = {
        "data": data,
        "total": len(data),
        "nextPageUrl": _url(_ACTIVITIES, query, page=number + 1) if more else "",
        "prevPageUrl": _url(_ACTIVITIES, query, page=number - 1) if number else "",
    }
    return Reply(body)


def _activities(call: Call) -> list[Record]:
    """Deleted messages are among them: neither a change nor a deletion moves what comes behind."""
    query = call.view["query"]
    messages = call.world["messages"].all(topicId=call.view["space"]["_id"])
    if "parent" in query:
        messages = [message for message in messages if message.get("parentMsg", {}).get("_id") == query["parent"]]
    ordered = sorted(messages, key=lambda message: str(message["created"]))
    if "after" in query:
        return [message for message in ordered if _is_after(message["modified"], query)]
    return [message for message in reversed(ordered) if _milliseconds(message["created"]) < query["before"]]
