"""The socket's rooms: who has opened a conversation, and who is typing in it."""

from __future__ import annotations

from functools import partial

from understudy_mockserver.provider import Call
from understudy_mockserver.providers.replyke.people import readers
from understudy_mockserver.realtime.hub import Hub, user_room


def join(call: Call) -> None:
    """From now on the connection hears who is typing in the conversation."""
    conversation_id = _own_conversation(call)
    if call.connection and conversation_id:
        call.connection.join(_room(conversation_id))


def leave(call: Call) -> None:
    """Undoes `join`."""
    if call.connection:
        call.connection.leave(_room(_named_conversation(call)))


def expel(hub: Hub, user_id: str, conversation_id: str) -> None:
    """Undoes `join` for all connections of a user who has left the conversation for good."""
    for connection in list(hub.rooms.get(user_room(user_id), {}).values()):
        connection.leave(_room(conversation_id))


def relay(event: str, call: Call) -> None:
    """Passes an event about typing on to whoever else has joined the conversation, with the user's id."""
    conversation_id = _own_conversation(call)
    if conversation_id:
        payload = {"userId": call.view["caller"]["id"], "conversationId": conversation_id}
        call.emit(event, payload, _room(conversation_id), others=True)


start_typing = partial(relay, "typing:start")
stop_typing = partial(relay, "typing:stop")


def _own_conversation(call: Call) -> str:
    """The conversation that an event names; empty where its sender does not read it, who then gets no answer."""
    conversation_id = _named_conversation(call)
    return conversation_id if call.view["caller"]["id"] in readers(call.world, conversation_id) else ""


def _named_conversation(call: Call) -> str:
    """The id in an event's body, which nobody has judged: there is no answer with which to refuse it."""
    body = call.view["body"]
    conversation_id = body.get("conversationId") if isinstance(body, dict) else None
    return conversation_id if isinstance(conversation_id, str) else ""


def _room(conversation_id: str) -> str:
    """The connections that have joined a conversation."""
    return f"conversation:{conversation_id}"
