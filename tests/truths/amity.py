"""Amity: the channel general, with its moderator alice and bob; erin joins and leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.truths.api import NEW, Api, Change, Listing, Query, Step, Told
from understudy_validators.records import Record, World

_ROOM = "general"
_UPDATED = "v3.message.didUpdate"


class Amity(Api):
    contract = "amity"
    id = "messageId"
    people = ("alice-token", "bob-token")
    guest = "erin-token"
    strangers = ("3f0c6c1e-8b1a-4d52-9d0e-000000000006", "3f0c6c1e-8b1a-4d52-9d0e-000000000099", "no-id")
    connections = (
        ({"connect": "/", "as": "bob-token", "name": "resident"}, 0),
        ({"connect": "/", "as": "erin-token", "name": "guest"}, 0),
    )
    actions = ("edit", "delete", "react", "enter", "leave")

    def room(self, world: World) -> list[Record]:
        return sorted(world["messages"].all(channelId=_ROOM), key=lambda message: int(message["channelSegment"]))

    def place(self, message: Record) -> Any:
        return message["channelId"]

    def parent(self, message: Record) -> Any:
        return message["parentId"]

    def listings(self, world: World) -> list[Listing]:
        parents = [message for message in self.room(world) if message["childrenNumber"]]
        filters: list[tuple[str, Any, dict[str, Any]]] = [
            ("all", lambda message: True, {}),
            ("there", lambda message: not message["isDeleted"], {"isDeleted": False}),
            ("stream", lambda message: message["parentId"] is None, {"filterByParentId": True}),
            *[_of_thread(parent["messageId"]) for parent in parents[-2:]],
        ]
        return [_listing(*each, forward) for each in filters for forward in (False, True)]

    def thread(self, message: Record) -> Listing:
        return _listing(*_of_thread(message["messageId"]), forward=True)

    def read(self, listing: Listing, query: Query, body: Any) -> tuple[list[Any], Query | None]:
        token = body["paging"].get("next" if listing.forward else "previous")
        following = {**query, "options[token]": token} if token else None
        if following:
            following.pop(listing.size, None)  # the token says it
        return [message["messageId"] for message in body["messages"]], following

    def get(self, who: str, message_id: Any) -> Step:
        return {"send": "getMessage", "as": who, "path": {"messageId": message_id}}

    def sent(self, body: Any) -> Any:
        return body["messages"][0]["messageId"]

    def counted(self, body: Any) -> int:
        return int(body["messages"][0]["childrenNumber"])

    def send(self, world: World, who: str, text: str, parent: Any, kind: str) -> Change:
        body = {"channelId": _ROOM, "type": "text", "data": {"text": text}, **({"parentId": parent} if parent else {})}
        told = [("v3.message.didCreate", NEW), *([(_UPDATED, str(parent))] if parent else [])]
        return Change("send", {"send": "createMessage", "as": who, "body": body}, _tell(world, told))

    def edit(self, world: World, who: str, message_id: Any, text: str) -> Change:
        step = {**_on("updateMessage", who, message_id), "body": {"data": {"text": text}}}
        return Change("edit", step, _tell(world, [(_UPDATED, message_id)], message_id))

    def delete(self, world: World, who: str, message_id: Any) -> Change:
        told = _tell(world, [("v3.message.didDelete", message_id)], message_id)
        return Change("delete", _on("deleteMessage", who, message_id), told)

    def react(self, world: World, who: str, message_id: Any, again: bool) -> Change:
        key = {"referenceId": message_id, "reactionName": "like"}
        there = world["reactions"].find(**key, userId=who.removesuffix("-token")) is not None
        operation = "addReaction" if again else "removeReaction"
        step = {"send": operation, "as": who, "body": {**key, "referenceType": "message"}}
        told = [] if there and again else [(_UPDATED, message_id)]
        return Change("react", step, _tell(world, told, message_id))

    def enter(self, world: World) -> Change:
        step = {"send": "joinChannel", "as": self.guest, "path": {"channelId": _ROOM}}
        return Change("enter", step, {} if _is_in(world) else {"guest": [("v3.channel.didJoin", "erin")]})

    def leave(self, world: World) -> Change:
        step = {"send": "leaveChannel", "as": self.guest, "path": {"channelId": _ROOM}}
        return Change("leave", step, {"guest": [("v3.channel.didLeave", "erin")]})


def _on(operation: str, who: str, message_id: Any) -> dict[str, Any]:
    return {"send": operation, "as": who, "path": {"messageId": message_id}}


def _of_thread(parent: str) -> tuple[str, Any, dict[str, Any]]:
    return "thread", lambda message: message["parentId"] == parent, {"parentId": parent}


def _listing(name: str, lists: Any, query: dict[str, Any], forward: bool) -> Listing:
    size = "options[first]" if forward else "options[last]"
    full = f"{name}-{'forward' if forward else 'back'}"
    return Listing(full, "queryMessages", lists, False, size, forward, query={"channelId": _ROOM, **query})


def _tell(world: World, told: Sequence[Told], message_id: Any = None) -> Mapping[str, Sequence[Told]]:
    """What is heard of a message: bob is in all channels of which messages are tried, erin in one at most."""
    message = world["messages"].find(messageId=message_id)
    elsewhere = message is not None and message["channelId"] != _ROOM
    return {"resident": told, **({"guest": told} if _is_in(world) and not elsewhere else {})}


def _is_in(world: World) -> bool:
    return world["channelUsers"].find(channelId=_ROOM, userId="erin", membership="member") is not None
