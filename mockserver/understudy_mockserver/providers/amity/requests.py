"""Requests that clients send over their socket, answered in the acknowledgement."""

from __future__ import annotations

from typing import Any

from understudy_mockserver.provider import Call
from understudy_mockserver.providers.amity import members, reactions
from understudy_mockserver.realtime.hub import ACK, own_room


def read_channel(call: Call) -> None:
    """Marks the channel as read to its end."""
    channel = call.view["channel"]
    members.read_to(call, call.view["member"], channel, channel["messageCount"])
    _answer(call, {})


def is_flagged_by_me(call: Call) -> None:
    """Whether there is a flag of the caller's."""
    _answer(call, reactions.is_flagged_by_me(call).body)


def _answer(call: Call, data: dict[str, Any]) -> None:
    if call.connection:
        call.emit(ACK, {"status": "success", "data": data}, own_room(call.connection.id))
