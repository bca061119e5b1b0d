"""Ziik: the group Opening hours, with its admin John and with Max; Jane comes and goes. There are no events."""

from __future__ import annotations

from typing import Any

from tests.truths.api import Api, Change, Listing, Query, Step, query_of
from understudy_validators.records import Record, World

_ROOM = 128
_JANE = 2


class Ziik(Api):
    contract = "ziik"
    id = "id"
    people = ("mock.john.token", "mock.max.token")
    guest = "mock.jane.token"
    strangers = (130, 9999, "no-id")
    nested = True
    actions = ("edit", "delete", "enter", "leave")

    def room(self, world: World) -> list[Record]:
        return sorted(world["messages"].all(conversationId=_ROOM), key=lambda message: int(message["id"]))

    def place(self, message: Record) -> Any:
        return message["conversationId"]

    def parent(self, message: Record) -> Any:
        return message["parent"] and message["parent"]["id"]

    def listings(self, world: World) -> list[Listing]:
        def is_found(message: Record) -> bool:
            return message["type"] == "normal" and not message["deleted"] and "again" in message["message"]

        return [
            _listing("newest", lambda message: True),
            _listing("oldest", lambda message: True, forward=True, cursor="newer.0"),
            _listing("found", is_found, query="again"),
            *_around(self.room(world)),
        ]

    def read(self, listing: Listing, query: Query, body: Any) -> tuple[list[Any], Query | None]:
        link = body["links"]["prev" if listing.forward else "next"]
        return [message["id"] for message in body["data"]], query_of(link) if link else None

    def get(self, who: str, message_id: Any) -> Step:
        return _on("getMessage", who, message=message_id)

    def send(self, world: World, who: str, text: str, parent: Any, kind: str) -> Change:
        body = {"message": text, **({"parent_id": parent} if parent else {})}
        return Change("send", {**_on("createMessage", who), "body": body})

    def edit(self, world: World, who: str, message_id: Any, text: str) -> Change:
        return Change("edit", _on("finalizeMessageUpdate", who, message=message_id))

    def delete(self, world: World, who: str, message_id: Any) -> Change:
        return Change("delete", _on("deleteMessage", who, message=message_id))

    def enter(self, world: World) -> Change:
        return Change("enter", {**_on("addParticipants", self.people[0]), "body": {"participants": [_JANE]}})

    def leave(self, world: World) -> Change:
        return Change("leave", _on("removeParticipant", self.guest, user=_JANE))


def _on(operation: str, who: str, **path: Any) -> dict[str, Any]:
    return {"send": operation, "as": who, "path": {"conversation": _ROOM, **path}}


def _listing(name: str, lists: Any, forward: bool = False, exact: bool = True, **query: Any) -> Listing:
    path = {"conversation": _ROOM}
    return Listing(name, "listMessages", lists, True, "limit", forward, path, query, exact)


def _around(room: list[Record]) -> list[Listing]:
    """Both walks from the page around a message: on to what is newer than that page, and to what is older."""
    if not room:
        return []
    middle = room[len(room) // 2]["id"]

    def older(message: Record) -> bool:
        return bool(message["id"] <= middle)

    def newer(message: Record) -> bool:
        return bool(message["id"] >= middle)

    return [
        _listing("around-older", older, exact=False, starter_message_id=middle),
        _listing("around-newer", newer, forward=True, exact=False, starter_message_id=middle),
    ]
