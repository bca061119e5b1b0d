"""Many senders instead of one, where an API lets each call it only so often: Amity, 100 times in 5 seconds.

The senders are the contract's own, copied: a user, a token, and a channel for every four of them, as many as `general`
has, each of the four with the rights of the first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.benchmarks.traffic import Traffic
from understudy_validators import Contract
from understudy_validators.records import World

# Enough for 20,000 requests a second.
SENDERS = 1000
_IN_A_CHANNEL = 4

Records = dict[str, list[dict[str, Any]]]


def world_file(contract: Contract, folder: Path) -> Path | None:
    """A world for `--world`, which adds the senders to the contract's; `None` where one sender will do."""
    if contract.name != "amity":
        return None
    path = folder / f"{contract.name}-world.json"
    path.write_text(json.dumps({"mode": "extend", "collections": _records(contract.world)}), "utf-8")
    return path


def variants(traffic: Traffic, name: str) -> list[Traffic]:
    """The same request from each sender, to the channel of each."""
    return [_sent_by(traffic, number) for number in range(SENDERS)] if name == "amity" else [traffic]


def _sent_by(traffic: Traffic, number: int) -> Traffic:
    body = json.loads(traffic.body)
    sent = json.dumps({**body, "channelId": _channel(number)}, separators=(",", ":")).encode()
    headers = {**traffic.headers, "Authorization": f"Bearer {_user(number)}-token", "Content-Length": str(len(sent))}
    return replace(traffic, headers=headers, body=sent)


def _records(world: World) -> Records:
    user, channel, member = world["users"].oldest, world["channels"].oldest, world["channelUsers"].oldest
    records: Records = {"users": [], "tokens": [], "channels": list(_channels(dict(channel))), "channelUsers": []}
    for number in range(SENDERS):
        name, id_ = _user(number), f"{0xA0000000 + number:024x}"
        path = user["path"].replace(user["_id"], id_)
        ids = {"_id": id_, "userInternalId": id_, "userId": name, "userPublicId": name, "path": path}
        records["users"].append({**user, **ids})
        records["tokens"].append({"token": f"{name}-token", "userId": name, "expiresAt": None})
        records["channelUsers"].append({**member, "userId": name, "channelId": _channel(number)})
    return records


def _channels(channel: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for number in range(0, SENDERS, _IN_A_CHANNEL):
        id_ = f"{0xC0000000 + number:024x}"
        path = channel["path"].replace(channel["_id"], id_)
        counts = {"memberCount": _IN_A_CHANNEL, "moderatorMemberCount": _IN_A_CHANNEL, "messageCount": 0}
        yield {**channel, **counts, "_id": id_, "channelId": _channel(number), "path": path}


def _user(number: int) -> str:
    return f"sender-{number}"


def _channel(number: int) -> str:
    return f"channel-{number // _IN_A_CHANNEL}"
