"""Sockets: which spaces a connection listens to, and who is there or typing. A channel is a space one listens to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from understudy_mockserver.provider import Call
from understudy_mockserver.providers.avaya_spaces import spaces
from understudy_mockserver.providers.avaya_spaces.service import settings
from understudy_mockserver.providers.avaya_spaces.users import sender
from understudy_mockserver.realtime.hub import own_room

_TOPIC = "topic"


def room(space_id: str) -> str:
    """The room of all connections that are subscribed to a space."""
    return f"space:{space_id}"


def loopback(call: Call) -> dict[str, Any] | None:
    """What the connection that sent an event, and no other, gets back with it: `loopbackMetadata`, if it was sent."""
    name = "loopbackMetadata"
    return {name: call.body[name]} if name in call.body else None


def connect(call: Call) -> None:
    """Gives the connection its session."""
    if call.connection:
        connections = call.world["connections"]
        [record] = connections.all(id=call.connection.id)
        connections.replace(record, sessionId=call.ids.uuid())


def disconnect(call: Call) -> None:
    """Ends the connection's subscriptions. Who entered a space as a guest stays one."""
    subscriptions = call.world["subscriptions"]
    for subscription in subscriptions.all(connectionId=call.view["connection"]["id"]):
        subscriptions.remove(subscription)


def subscribe(call: Call) -> None:
    """Lets the caller in as a guest, unless they are in, and the connection hear what happens in the space."""
    space, connection = call.view["space"], call.view["connection"]
    spaces.admit(call, space)
    subscriptions = call.world["subscriptions"]
    if not subscriptions.find(connectionId=connection["id"], channelId=space["_id"]):
        subscriptions.insert(
            {"connectionId": connection["id"], "channelId": space["_id"], "userId": connection["userId"]}
        )
    if call.connection:
        call.connection.join(room(space["_id"]))
    session = {"dtsid": settings(call.world)["dtsid"], "sessionId": connection["sessionId"]}
    payload = {"channel": {"_id": space["_id"], "type": _TOPIC}, **session}
    call.emit("CHANNEL_SUBSCRIBED", payload, own_room(connection["id"]))


def unsubscribe(call: Call) -> None:
    """Undoes `subscribe`, whatever was sent, and answers with the id that was."""
    space_id, connection_id = _sent_id(call.view["body"]), call.view["connection"]["id"]
    subscriptions = call.world["subscriptions"]
    subscription = subscriptions.find(connectionId=connection_id, channelId=space_id)
    if subscription:
        subscriptions.remove(subscription)
    if call.connection:
        call.connection.leave(room(space_id))
    call.emit("CHANNEL_UNSUBSCRIBED", {"channel": {"_id": space_id, "type": _TOPIC}}, own_room(connection_id))


def _sent_id(body: Any) -> str:
    """The id in a payload that nobody has judged; empty where it is no string."""
    channel = body.get("channel") if isinstance(body, dict) else None
    space_id = channel.get("_id") if isinstance(channel, dict) else None
    return space_id if isinstance(space_id, str) else ""


def send_presence_event(call: Call) -> None:
    """Passes a presence event on, with who sent it and from which session. Nothing is kept of it."""
    body, caller = call.body, call.view["caller"]
    payload = {
        "category": body["category"],
        "topicId": body["topicId"],
        "sender": {**sender(caller), "phone_numbers": caller["phone_numbers"]},
        "content": {**body["content"], "sessionId": call.view["connection"]["sessionId"]},
        "receivers": body["receivers"],
    }
    call.emit("PRESENCE_EVENT_RESPONSE", payload, *_audience(call), own=loopback(call))


def _audience(call: Call) -> Iterable[str]:
    """The rooms for a presence event: the space's, or those of the receivers' connections that are subscribed to it."""
    space_id, receivers = call.body["topicId"], call.body["receivers"]
    if not receivers:
        return [room(space_id)]
    subscriptions = call.world["subscriptions"]
    listening = (subscriptions.all(channelId=space_id, userId=receiver["_id"]) for receiver in receivers)
    return [own_room(subscription["connectionId"]) for found in listening for subscription in found]
