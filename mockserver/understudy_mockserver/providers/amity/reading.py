"""Messages as they are read: one, several, and a channel's page by page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.amity import bundles, paging
from understudy_validators.records import Record


def get_message(call: Call) -> Reply:
    """The message."""
    return Reply(bundles.messages(call, [call.view["message"]]))


def get_messages(call: Call) -> Reply:
    """The messages of these ids that the caller may read."""
    wanted = dict.fromkeys(call.view["query"]["messageIds"])
    found = (call.world["messages"].find(messageId=message_id) for message_id in wanted)
    return Reply(bundles.messages(call, [message for message in found if message and _is_readable(call, message)]))


def query_messages(call: Call) -> Reply:
    """A page of the channel's messages."""
    query = call.view["query"]
    messages = call.world["messages"].all(channelId=query["channelId"])
    fitting = [message for message in messages if all(fits(query, message) for fits in _FILTERS)]
    page, tokens = paging.by_segment(call, fitting)
    return Reply({**bundles.messages(call, page), "paging": tokens})


def _is_readable(call: Call, message: Record) -> bool:
    membership = {"userId": call.view["caller"]["userId"], "membership": "member"}
    return call.world["channelUsers"].find(channelId=message["channelId"], **membership) is not None


def _is_in_thread(query: Mapping[str, Any], message: Record) -> bool:
    if query.get("parentId"):
        return bool(message["parentId"] == query["parentId"])
    return not query["filterByParentId"] or message["parentId"] is None


_FILTERS: tuple[Callable[[Mapping[str, Any], Record], bool], ...] = (
    _is_in_thread,
    lambda query, message: query.get("type", message["type"]) == message["type"],
    lambda query, message: query.get("isDeleted", message["isDeleted"]) == message["isDeleted"],
    lambda query, message: "hasFlag" not in query or query["hasFlag"] == (message["flagCount"] > 0),
    lambda query, message: set(query.get("tags", ())) <= set(message["tags"]),
    lambda query, message: set(query.get("excludeTags", ())).isdisjoint(message["tags"]),
)
