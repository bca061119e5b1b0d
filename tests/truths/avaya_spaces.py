"""Avaya Spaces: the team space, with its admin Ben and a member; Dan enters as a guest, and nobody can be sent away."""

from __future__ import annotations

from typing import Any

from tests.truths.api import NEW, Api, Change, Listing, Query, Step, query_of
from understudy_validators import times
from understudy_validators.records import Record, World

_ROOM = "5f2276a8fe5c16664f01c5be"
_NOBODY = "5f2a9df91c85f02eb068ffff"
_ELSEWHERE = "594140a11d108619100a7399"


class AvayaSpaces(Api):
    contract = "avaya-spaces"
    id = "_id"
    people = ("mock-jwt-example", "mock-jwt-ben")
    guest = "mock-jwt-dan"
    strangers = (_ELSEWHERE, _NOBODY, "no-id")
    kinds = ("chat", "idea", "task")
    connections = (
        ({"connect": "/chat", "as": "mock-jwt-ben", "name": "resident"}, 0),
        ({"emit": "SUBSCRIBE_CHANNEL", "payload": {"channel": {"_id": _ROOM, "type": "topic"}}, "on": "resident"}, 1),
    )

    def room(self, world: World) -> list[Record]:
        return sorted(world["messages"].all(topicId=_ROOM), key=lambda message: str(message["created"]))

    def place(self, message: Record) -> Any:
        return message["topicId"]

    def parent(self, message: Record) -> Any:
        return message["parentMsg"]["_id"] if "parentMsg" in message else None

    def listings(self, world: World) -> list[Listing]:
        room = self.room(world)
        threads = [thread for message in room[-4:] if (thread := self.thread(message))]
        chats = _query("chats", lambda message: message["category"] == "chat", category="chat")
        return [
            _query("stream", lambda message: True),
            chats,
            _from_the_oldest(room),
            *threads,
            _activities("after", 0, lambda message: True),
            _before_the_newest(room),
        ]

    def thread(self, message: Record) -> Listing | None:
        category = message["category"]
        if category == "chat" or "deleted" in message:
            return None
        name = category.capitalize()
        parent = message["_id"]

        def lists(each: Record) -> bool:
            return "deleted" not in each and self.parent(each) == parent

        return Listing("thread", f"list{name}Messages", lists, True, "size", path={f"{category}Id": parent})

    def read(self, listing: Listing, query: Query, body: Any) -> tuple[list[Any], Query | None]:
        # Activities are in numbered pages, and go on wherever they started.
        back = listing.forward and listing.operation == "queryMessages"
        url = body["prevPageUrl" if back else "nextPageUrl"]
        return [message["_id"] for message in body["data"]], query_of(url) if url else None

    def get(self, who: str, message_id: Any) -> Step:
        return {"send": "getMessage", "as": who, "path": {"messageId": message_id}}

    def sent(self, body: Any) -> Any:
        return body["data"][0]["_id"]

    def counted(self, body: Any) -> int:
        return int(body["chatCount"])

    def counts(self, reply: Record) -> bool:
        return "deleted" not in reply

    def send(self, world: World, who: str, text: str, parent: Any, kind: str) -> Change:
        told = {"resident": [("MESSAGE_SENT", NEW)]}
        if parent or kind == "chat":
            about = {"parentMsg": {"_id": parent}} if parent else {}
            body = {"content": {"bodyText": text}, **about}
            return Change("send", {"send": "createChat", "as": who, "body": body}, told)
        step = {"send": f"create{kind.capitalize()}", "as": who, "patch": {"content": {"bodyText": text}}}
        return Change("send", step, told)

    def edit(self, world: World, who: str, message_id: Any, text: str) -> Change:
        body = {"_id": message_id, "content": {"bodyText": text}}
        step = {"send": "updateMessage", "as": who, "path": {"messageId": message_id}, "body": body}
        here = world["messages"].find(_id=message_id, topicId=_ROOM) is not None
        return Change("edit", step, {"resident": [("MESSAGE_SENT", message_id)] if here else []})

    def delete(self, world: World, who: str, message_id: Any) -> Change:
        message = world["messages"].find(_id=message_id)
        space = message and message["topicId"]
        own = message is not None and world["tokens"].find(token=who, userId=message["sender"]["_id"]) is not None
        deletes = space == _ROOM and "deleted" not in (message or {}) and (own or who == "mock-jwt-ben")
        step = {"send": "deleteMessages", "as": who, "body": [message_id]}
        return Change("delete", step, {"resident": [("MESSAGE_SENT", message_id)] if deletes else []})

    def enter(self, world: World) -> Change:
        return Change("enter", {"send": "joinSpace", "as": self.guest, "path": {"spaceId": _ROOM}})


def _query(name: str, wanted: Any, forward: bool = False, **query: Any) -> Listing:
    """The space's messages that comment on nothing."""

    def lists(message: Record) -> bool:
        return "deleted" not in message and "parentMsg" not in message and bool(wanted(message))

    return Listing(name, "queryMessages", lists, True, "size", forward, {"spaceId": _ROOM}, query)


def _from_the_oldest(room: list[Record]) -> Listing:
    """What is newer than the first message of all."""
    oldest = room[0]["_id"]
    return _query("newer", lambda message: message["_id"] != oldest, forward=True, prevRefObjId=oldest)


def _before_the_newest(room: list[Record]) -> Listing:
    """What was there before the newest message: what comes later is not, or the numbers of pages would shift."""
    newest = times.to_seconds(room[-1]["created"])
    return _activities("before", round(newest * 1000), lambda message: times.to_seconds(message["created"]) < newest)


def _activities(side: str, moment: int, lists: Any) -> Listing:
    """Messages of the space, deleted ones among them, in numbered pages."""
    query = {"spaceid": _ROOM, side: moment}
    forward = side == "after"
    return Listing(f"activities-{side}", "listMessageActivities", lists, not forward, "size", forward, query=query)
