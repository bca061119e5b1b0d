"""Pages and their tokens: JSON in base64 that says which page, in place of the query's `options`."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from understudy_mockserver.provider import Call
from understudy_validators.records import Record

Options = Mapping[str, Any]
#: A page of records, and the tokens of its neighbours.
Page = tuple[list[Record], dict[str, str]]


def options(call: Call) -> Options:
    """What the query asks for; a token that can be read goes before the rest."""
    sent = call.view["query"].get("options", {})
    return decode(sent.get("token", "")) or sent


def by_segment(call: Call, found: Sequence[Record]) -> Page:
    """A page of messages, which are in the order of their segments."""
    asked = options(call)
    after, before = _whole(asked.get("after")), _whole(asked.get("before"))
    forward = "first" in asked or (after is not None and "last" not in asked)
    size = _size(call, asked, "first" if forward else "last")
    within = [m for m in found if _is_between(m["channelSegment"], after, before)]
    page = within[:size] if forward else within[-size:]
    return page, _neighbours(found, page, size)


def by_place(call: Call, found: Sequence[Record]) -> Page:
    """A page of records in whatever order, by how many come before it."""
    asked = options(call)
    skip, size = max(0, _whole(asked.get("skip")) or 0), _size(call, asked, "limit")
    paging = {}
    if skip:
        paging["previous"] = encode({"skip": max(0, skip - size), "limit": size})
    if skip + size < len(found):
        paging["next"] = encode({"skip": skip + size, "limit": size})
    return list(found[skip : skip + size]), paging


def by_id(call: Call, found: Sequence[Record], key: str) -> Page:
    """A page of records that starts after the one with an id; from the start where it is not there any more."""
    asked = options(call)
    size = _size(call, asked, "limit")
    ids = [record[key] for record in found]
    start = ids.index(asked["after"]) + 1 if asked.get("after") in ids else 0
    page = list(found[start : start + size])
    more = page and start + size < len(found)
    return page, {"next": encode({"after": page[-1][key], "limit": size})} if more else {}


def encode(asked: Options) -> str:
    """The token of a page."""
    return base64.b64encode(json.dumps(asked, separators=(",", ":")).encode()).decode()


def decode(token: str) -> Options:
    """What a token asks for; nothing, where it cannot be read."""
    try:
        asked = json.loads(base64.b64decode(token + "=="))
    except (ValueError, RecursionError):
        return {}
    return asked if isinstance(asked, dict) else {}


def _is_between(segment: int, after: int | None, before: int | None) -> bool:
    # Clients ask for what is before 0 when they want the end of the channel.
    return (after is None or segment > after) and (not before or segment < before)


def _neighbours(found: Sequence[Record], page: Sequence[Record], size: int) -> dict[str, str]:
    if not page:
        return {}
    first, last = page[0]["channelSegment"], page[-1]["channelSegment"]
    paging = {}
    if found[0]["channelSegment"] < first:
        paging["previous"] = encode({"before": first, "last": size})
    if found[-1]["channelSegment"] > last:
        paging["next"] = encode({"after": last, "first": size})
    return paging


def _size(call: Call, asked: Options, name: str) -> int:
    """How many records; the contract says how many at most, which the numbers in a token are not judged by."""
    schema, wanted = _schema(call, name), _whole(asked.get(name))
    return max(schema["minimum"], schema["default"] if wanted is None else min(wanted, schema["maximum"]))


def _schema(call: Call, name: str) -> Mapping[str, int]:
    parameters: Any = getattr(call.operation, "parameters", ())
    properties = next(parameter.properties for parameter in parameters if parameter.name == "options")
    schema: Mapping[str, int] = properties[name]
    return schema


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
