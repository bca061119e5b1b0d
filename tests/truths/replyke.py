"""Replyke: the group Team, in which alice is an admin and bob a member; erin comes and goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.truths.api import NEW, Api, Change, Listing, Query, Step, Told
from understudy_validators.records import Record, World

_ROOM = "c0000000-0000-4000-8000-000000000001"
_ERIN = "a0000000-0000-4000-8000-000000000005"
_NOBODY = "e0000000-0000-4000-8000-000000000099"
_ELSEWHERE = "e0000000-0000-4000-8000-000000000006"
_USERS = {
    "alice-token": "a0000000-0000-4000-8000-000000000001",
    "bob-token": "a0000000-0000-4000-8000-000000000002",
    "erin-token": _ERIN,
}


class Replyke(Api):
    contract = "replyke"
    id = "id"
    people = ("alice-token", "bob-token")
    guest = "erin-token"
    strangers = (_ELSEWHERE, _NOBODY, "no-id")
    connections = (
        ({"connect": "/", "as": "bob-token", "name": "resident"}, 0),
        ({"connect": "/", "as": "erin-token", "name": "guest"}, 0),
    )
    actions = ("edit", "delete", "react", "enter", "leave")

    def room(self, world: World) -> list[Record]:
        return sorted(world["messages"].all(conversationId=_ROOM), key=lambda message: str(message["createdAt"]))

    def place(self, message: Record) -> Any:
        return message["conversationId"]

    def parent(self, message: Record) -> Any:
        return message["parentMessageId"]

    def listings(self, world: World) -> list[Listing]:
        parents = [message for message in self.room(world) if message["threadReplyCount"]]
        places = [None, *[parent["id"] for parent in parents[-2:]]]
        return [_listing(place, forward) for place in places for forward in (False, True)]

    def thread(self, message: Record) -> Listing:
        return _listing(message["id"], True)

    def read(self, listing: Listing, query: Query, body: Any) -> tuple[list[Any], Query | None]:
        edge = {"after": body["newestCreatedAt"]} if listing.forward else {"before": body["oldestCreatedAt"]}
        return [message["id"] for message in body["messages"]], {**query, **edge} if body["hasMore"] else None

    def get(self, who: str, message_id: Any) -> Step:
        return {"send": "getMessage", "as": who, "path": {"messageId": message_id}}

    def counted(self, body: Any) -> int:
        return int(body["threadReplyCount"])

    def send(self, world: World, who: str, text: str, parent: Any, kind: str) -> Change:
        body = {"content": text, **({"parentMessageId": parent} if parent else {})}
        told = [("message:created", NEW), *([("thread:reply_count", str(parent))] if parent else [])]
        return Change("send", {"send": "sendMessage", "as": who, "body": body}, _tell(world, told))

    def edit(self, world: World, who: str, message_id: Any, text: str) -> Change:
        step = {"send": "editMessage", "as": who, "path": {"messageId": message_id}, "body": {"content": text}}
        message = world["messages"].find(id=message_id)
        changes = message is not None and message["content"] != text
        return Change("edit", step, _tell(world, [("message:updated", message_id)] if changes else []))

    def delete(self, world: World, who: str, message_id: Any) -> Change:
        message = world["messages"].find(id=message_id)
        told: list[Told] = []
        if message and message["userId"] == _USERS[who]:
            told = [] if message["userDeletedAt"] else [("message:deleted", message_id)]
        elif message:
            told = [] if message["moderationStatus"] == "removed" else [("message:removed", message_id)]
        step = {"send": "deleteMessage", "as": who, "path": {"messageId": message_id}}
        return Change("delete", step, _tell(world, told))

    def react(self, world: World, who: str, message_id: Any, again: bool) -> Change:
        step = {"send": "toggleReaction", "as": who, "path": {"messageId": message_id}, "body": {"emoji": "👍"}}
        return Change("react", step, _tell(world, [("message:reaction", message_id)]))

    def enter(self, world: World) -> Change:
        step = {"send": "addMember", "as": "alice-token", "path": {"conversationId": _ROOM}, "body": {"userId": _ERIN}}
        joined = [("member:joined", _ERIN)]
        return Change("enter", step, {} if _is_in(world) else {"resident": joined, "guest": joined})

    def leave(self, world: World) -> Change:
        step = {"send": "quitConversation", "as": self.guest, "path": {"conversationId": _ROOM}}
        return Change("leave", step, _tell(world, [("member:left", _ERIN)]))


def _listing(parent: str | None, forward: bool) -> Listing:
    def lists(message: Record) -> bool:
        return bool(message["parentMessageId"] == parent and message["moderationStatus"] != "removed")

    query = {"sort": "asc" if forward else "desc", **({"parentId": parent} if parent else {})}
    name = f"{'thread' if parent else 'stream'}-{query['sort']}"
    return Listing(name, "listMessages", lists, not forward, "limit", forward, query=query)


def _tell(world: World, told: Sequence[Told]) -> Mapping[str, Sequence[Told]]:
    return {"resident": told, **({"guest": told} if _is_in(world) else {})}


def _is_in(world: World) -> bool:
    return world["members"].find(conversationId=_ROOM, userId=_ERIN, isActive=True) is not None
