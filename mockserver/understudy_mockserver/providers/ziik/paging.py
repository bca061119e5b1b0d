"""Pages: of messages by cursors that name a message, so that new messages move no page; of files by numbers."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from understudy_validators.records import Record


def page(records: Sequence[Record], query: Mapping[str, Any], path: str, show: Callable[[Record], Any]) -> Any:
    """The page that the query asks for, newest first, in Laravel's cursor envelope; `records` are in order of ids."""
    start, end = _window([record["id"] for record in records], query)
    found = records[start:end]
    older = f"older.{found[0]['id']}" if found and start > 0 else None
    newer = f"newer.{found[-1]['id']}" if found and end < len(records) else None
    links = {"first": None, "last": None, "prev": _link(path, query, newer), "next": _link(path, query, older)}
    meta = {"path": path, "per_page": query["limit"], "next_cursor": older, "prev_cursor": newer}
    return {"data": [show(record) for record in reversed(found)], "links": links, "meta": meta}


def _window(ids: Sequence[int], query: Mapping[str, Any]) -> tuple[int, int]:
    """Where the page starts and ends among the ids."""
    limit, size = query["limit"], len(ids)
    direction, _, number = query.get("cursor", "").partition(".")
    if direction == "newer":
        start = bisect_right(ids, int(number))
        return start, min(size, start + limit)
    if direction == "older":
        end = bisect_left(ids, int(number))
    elif "starter_message_id" in query and not query.get("query"):
        # As many newer messages as older ones, the one in the middle; near an end, more of the other side.
        end = min(size, max(limit, bisect_left(ids, query["starter_message_id"]) + 1 + (limit - 1) // 2))
    else:
        end = size
    return max(0, end - limit), end


def _link(path: str, query: Mapping[str, Any], cursor: str | None) -> str | None:
    if cursor is None:
        return None
    kept = {name: query[name] for name in ("limit", "query") if name in query}
    return f"{path}?{urlencode({**kept, 'cursor': cursor})}"


def numbered_page(records: Sequence[Record], query: Mapping[str, Any], path: str, show: Callable[[Record], Any]) -> Any:
    """The page of the number that the query asks for, in Laravel's envelope of numbered pages."""
    page, limit, total = query["page"], query["limit"], len(records)
    start, last = (page - 1) * limit, max(1, -(-total // limit))
    found = records[start : start + limit]
    ends = {"from": start + 1, "to": start + len(found)} if found else {"from": None, "to": None}
    links = {
        "first": _numbered_link(path, 1, limit),
        "last": _numbered_link(path, last, limit),
        "prev": _numbered_link(path, page - 1, limit) if page > 1 else None,
        "next": _numbered_link(path, page + 1, limit) if page < last else None,
    }
    meta = {"current_page": page, **ends, "last_page": last, "path": path, "per_page": limit, "total": total}
    return {"data": [show(record) for record in found], "links": links, "meta": meta}


def _numbered_link(path: str, page: int, limit: int) -> str:
    return f"{path}?{urlencode({'page': page, 'limit': limit})}"
