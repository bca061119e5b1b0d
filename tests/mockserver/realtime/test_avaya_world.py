"""What Avaya's socket leaves in the world: messages as REST stores them, guests, subscriptions, acquaintances."""

from __future__ import annotations

import copy
from itertools import permutations
from typing import Any

import pytest

from tests.mockserver.realtime.avaya import IDS, LAUNCH, POST, TASK, TEAM, VAULT, channel, chat, token
from tests.mockserver.realtime.desk import Desk, waiting
from understudy_mockserver.calls import call
from understudy_mockserver.realtime.hub import Connection
from understudy_mockserver.settings import Settings
from understudy_validators import judge, wire
from understudy_validators.records import Record

EXAMPLES = next(event for event in Desk("avaya-spaces").contract.realtime if event.name == "SEND_MESSAGE").examples


class Avaya(Desk):
    def __init__(self) -> None:
        super().__init__("avaya-spaces")
        self.world = self.state().world

    def enter(self, name: str, *spaces: str, **more: Any) -> Connection:
        """A connection of a user, subscribed to the spaces."""
        connection = self.connect({"token": token(name)}, "/chat")
        for space in spaces:
            [(event, _)] = self.say(connection, "SUBSCRIBE_CHANNEL", channel(space, **more))
            assert event == "CHANNEL_SUBSCRIBED"
        return connection

    def rest(self, send: str, **step: Any) -> Any:
        """The message that a REST call answers."""
        operation, request = self.contract.operation(send), wire.build(self.contract, {"send": send, **step})
        verdict = judge(operation, request.to_request(), request.parameters, self.world, 0.0)
        assert verdict.accepted, verdict.violations
        made = call(operation, verdict.view, (), self.state(), now=0.0, base_url="http://mock.test/avaya-spaces")
        return self.provider.handlers[send](made).body["data"][0]

    def snapshot(self) -> dict[str, list[Any]]:
        return {name: copy.deepcopy(list(self.world[name])) for name in self.world}


@pytest.fixture
def avaya() -> Avaya:
    return Avaya()


def test_every_event_of_the_contract_has_its_handler(avaya: Avaya) -> None:
    assert avaya.provider.events.keys() == {event.id for event in avaya.contract.realtime} | {"disconnect"}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_message_is_stored_as_it_is_told_but_for_what_is_of_the_event(avaya: Avaya, name: str) -> None:
    sent = EXAMPLES[name]
    connection = avaya.enter("example", sent["topicId"])
    before, untouched = list(avaya.world["messages"]), copy.deepcopy(sent)
    [(_, told)] = avaya.say(connection, "SEND_MESSAGE", sent)
    [stored] = [message for message in avaya.world["messages"] if message["_id"] == told["_id"]]
    of_the_event = {"topicTitle", "topicType", "loopbackMetadata"}
    assert stored == {key: value for key, value in told.items() if key not in of_the_event}
    assert len(avaya.world["messages"]) == len(before) + 1
    assert sent == untouched


FILE = {"fileId": "80b65d25-d960-4356-ab4d-8b09590efcd0", "fileType": "image", "name": "x"}


@pytest.mark.parametrize(
    ("send", "content", "rest", "socket"),
    [
        ("createChat", {"bodyText": "Hello", "data": [FILE]}, {}, {"category": "chat"}),
        ("createChat", {"data": [FILE]}, {"parentMsg": {"_id": POST}}, {"parentMsg": {"_id": POST}}),
        ("createIdea", {"bodyText": "Hello", "description": "More"}, {}, {"category": "idea"}),
        (
            "createTask",
            {"bodyText": "Hello", "status": "completed"},
            {"assignees": [IDS["ben"]], "dueDate": "", "status": 1},
            {"category": "task", "content": {"assignees": [{"_id": IDS["ben"]}], "dueDate": ""}},
        ),
    ],
)
def test_rest_and_socket_store_the_same(send: str, content: Any, rest: Any, socket: Any) -> None:
    by_rest, by_socket = Avaya(), Avaya()
    answered = by_rest.rest(send, body={"content": content, **rest})
    payload = {**chat(), **socket, "content": {**content, **socket.get("content", {})}}
    by_socket.say(by_socket.enter("example", TEAM), "SEND_MESSAGE", payload)
    *_, stored = by_socket.world["messages"]
    assert lasting(stored) == lasting(answered)


def lasting(message: Record) -> dict[str, Any]:
    """A message without what is another for each: its id and its times."""
    content = {name: value for name, value in message["content"].items() if name != "startTime"}
    return {**message, "content": content, **dict.fromkeys(("_id", "created", "modified"))}


@pytest.mark.parametrize("parent", [POST, TASK])
def test_comments_are_counted_where_they_belong(avaya: Avaya, parent: str) -> None:
    connection = avaya.enter("gina", TEAM)
    for count in (1, 2):
        avaya.say(connection, "SEND_MESSAGE", chat(parentMsg={"_id": parent}))
        assert [message["chatCount"] for message in avaya.world["messages"].all(_id=parent)] == [count]
    avaya.rest("createChat", body={"content": {"bodyText": "x"}, "parentMsg": {"_id": parent}})
    assert sum(message["chatCount"] for message in avaya.world["messages"]) == 3


def test_posts_and_tasks_are_no_comments(avaya: Avaya) -> None:
    """Comments are chats: they are what `chatCount` counts."""
    connection = avaya.enter("example", TEAM)
    for category in ("idea", "task"):
        [(_, told)] = avaya.say(connection, "SEND_MESSAGE", chat(category=category, parentMsg={"_id": POST}))
        assert "parentMsg" not in told
    assert not any(message["chatCount"] for message in avaya.world["messages"])


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("SUBSCRIBE_CHANNEL", channel(VAULT)),
        ("SEND_MESSAGE", chat("")),
        ("SEND_MESSAGE", chat(topicId=LAUNCH)),
        ("SEND_PRESENCE_EVENT", {"category": "party.typing", "topicId": TEAM}),
        ("UNSUBSCRIBE_CHANNEL", channel(LAUNCH)),
    ],
)
def test_what_is_refused_or_passed_on_changes_nothing(avaya: Avaya, event: str, payload: Any) -> None:
    connection = avaya.enter("example", TEAM)
    before, untouched = avaya.snapshot(), copy.deepcopy(payload)
    assert len(avaya.say(connection, event, payload)) == 1
    assert (avaya.snapshot(), payload) == (before, untouched)


def test_a_connection_leaves_nothing_behind_but_guests(avaya: Avaya) -> None:
    before = avaya.snapshot()
    stays, leaves = avaya.enter("ben", TEAM), avaya.enter("cara", TEAM, LAUNCH)
    avaya.gateway.disconnect(leaves)
    assert [record["id"] for record in avaya.world["connections"]] == [stays.id]
    assert [record["connectionId"] for record in avaya.world["subscriptions"]] == [stays.id]
    avaya.gateway.disconnect(stays)
    hub = avaya.state().hub
    assert (hub.connections, hub.rooms) == ({}, {})
    after = avaya.snapshot()
    guests = [member for member in after.pop("members") if member not in before["members"]]
    assert [(guest["userId"], guest["spaceId"], guest["role"]) for guest in guests] == [
        (IDS["cara"], TEAM, "guest"),
        (IDS["cara"], LAUNCH, "guest"),
    ]
    unchanged = before.keys() - {"members", "relations"}
    assert {name: after[name] for name in unchanged} == {name: before[name] for name in unchanged}


def test_acquaintances_are_what_company_and_group_spaces_make_of_people(avaya: Avaya) -> None:
    """In the world as it is delivered, and when someone enters a space."""
    assert relations(avaya) == derived(avaya)
    avaya.enter("dan", TEAM, TEAM, LAUNCH)
    avaya.enter("cara", TEAM)
    avaya.enter("gina", VAULT, password="246810")
    assert relations(avaya) == derived(avaya)


def relations(avaya: Avaya) -> dict[tuple[str, str], tuple[bool, set[str]]]:
    records = avaya.world["relations"]
    return {(one["userId"], one["otherId"]): (one["sameCompany"], set(one["sharedSpaces"])) for one in records}


def derived(avaya: Avaya) -> dict[tuple[str, str], tuple[bool, set[str]]]:
    groups = {space["_id"] for space in avaya.world["spaces"].all(type="group")}
    spaces = {
        user["_id"]: groups & {member["spaceId"] for member in avaya.world["members"].all(userId=user["_id"])}
        for user in avaya.world["users"]
    }
    found = {}
    for one, other in permutations(avaya.world["users"], 2):
        colleagues = one["companyId"] is not None and one["companyId"] == other["companyId"]
        shared = spaces[one["_id"]] & spaces[other["_id"]]
        if colleagues or shared:
            found[one["_id"], other["_id"]] = (colleagues, shared)
    return found


def test_a_connection_whose_namespace_made_room_for_others_is_cut() -> None:
    desk = Avaya()
    connection = desk.enter("example", TEAM)
    for number in range(Settings().limits.namespaces):
        desk.state(f"other-{number}")
    assert desk.say(connection, "SEND_MESSAGE", chat()) == []
    assert desk.dropped == [connection.id]
    assert waiting(connection) == []
