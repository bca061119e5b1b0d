"""What members hear of changes to Amity's messages: one event for each, and none for what changes nothing."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from understudy_mockserver import calls
from understudy_mockserver.blobs import Blobs
from understudy_mockserver.contracts import load_contract
from understudy_mockserver.ids import Ids
from understudy_mockserver.provider import Call
from understudy_mockserver.providers.amity import PROVIDER
from understudy_mockserver.realtime.hub import Emission
from understudy_validators import judge, wire
from understudy_validators.records import World

CONTRACT = load_contract("amity")
NOW = 1767225600.25
UPDATE, DELETE = "v3.message.didUpdate", "v3.message.didDelete"
LIKED = "3f0c6c1e-8b1a-4d52-9d0e-000000000002"
FLAGGED = "3f0c6c1e-8b1a-4d52-9d0e-000000000005"


def emitted(world: World, **step: Any) -> list[Emission]:
    """What the operation of a trigger's step emits, each event as its schema has it."""
    operation = CONTRACT.operation(step["send"])
    sent = wire.build(CONTRACT, step)
    verdict = judge(operation, sent.to_request(), sent.parameters, world, NOW)
    assert not verdict.violations
    call = Call(operation, verdict.view, verdict.uploads, world, Blobs(0), Ids(1), NOW, "http://mock.test/amity")
    PROVIDER.handlers[operation.id](call)
    calls.check_emissions(CONTRACT, call.emissions)
    return call.emissions


@pytest.mark.parametrize(
    ("step", "event"),
    [
        ({"send": "updateMessage"}, UPDATE),
        ({"send": "deleteMessage"}, DELETE),
        ({"send": "flagMessage"}, UPDATE),
        ({"send": "unflagMessage", "path": {"messageId": FLAGGED}}, UPDATE),
        ({"send": "clearMessageFlags", "path": {"messageId": FLAGGED}}, UPDATE),
        ({"send": "addReaction"}, UPDATE),
        ({"send": "removeReaction"}, UPDATE),
    ],
    ids=lambda value: value["send"] if isinstance(value, dict) else "",
)
def test_a_change_is_told_once_to_every_member(
    step: dict[str, Any], event: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        [emission] = emitted(CONTRACT.world.copy(), **step)
    assert not caplog.records
    assert emission.event == event
    assert set(emission.to) == {"user:alice", "user:bob", "user:carol", "user:frank"}
    assert "myReactions" not in emission.payload["messages"][0]


@pytest.mark.parametrize(
    "step",
    [
        {"send": "addReaction", "patch": {"referenceId": LIKED}},
        {"send": "unflagMessage"},
        {"send": "getMessage"},
        {"send": "markChannelSeen"},
        {"send": "clearMessageFlags"},
        {"send": "joinChannel"},
        {"send": "addChannelUsers", "patch": {"userIds": ["bob"]}},
        {"send": "banChannelUsers", "patch": {"userIds": ["dave"]}},
        {"send": "addChannelRole", "patch": {"userIds": ["alice"]}},
        {"send": "createConversation"},
    ],
    ids=lambda step: step["send"],
)
def test_what_changes_nothing_is_told_to_no_one(step: dict[str, Any]) -> None:
    assert emitted(CONTRACT.world.copy(), **step) == []


@pytest.mark.parametrize(("send", "name"), [("addReaction", "add"), ("removeReaction", "remove")])
def test_an_event_says_which_reaction_it_was(send: str, name: str) -> None:
    [emission] = emitted(CONTRACT.world.copy(), send=send)
    latest = emission.payload["messages"][0]["latestReaction"]
    assert (latest["eventName"], latest["reactionName"], latest["userDisplayName"]) == (name, "like", "Alice")


MEMBERS = {"alice", "bob", "carol", "frank"}


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ({"send": "createChannel", "patch": {"userIds": ["bob"]}}, {"didCreate": {"alice", "bob"}}),
        ({"send": "createConversation", "patch": {"isDistinct": False}}, {"didCreate": {"alice", "bob"}}),
        ({"send": "updateChannel"}, {"didUpdate": MEMBERS}),
        ({"send": "muteChannel"}, {"didUpdate": MEMBERS}),
        ({"send": "deleteChannel"}, {"didDelete": MEMBERS}),
        ({"send": "joinChannel", "as": "erin-token"}, {"didJoin": {"erin"}}),
        ({"send": "leaveChannel", "as": "bob-token"}, {"didLeave": {"bob"}}),
        ({"send": "markChannelSeen", "as": "carol-token"}, {"didMarkSeen": {"carol"}}),
        ({"send": "addChannelUsers"}, {"didAddUsers": {*MEMBERS, "erin"}, "didCreate": {*MEMBERS, "erin"}}),
        ({"send": "removeChannelUsers"}, {"didRemoveUsers": MEMBERS - {"bob"}, "didLeave": {"bob"}}),
        ({"send": "banChannelUsers"}, {"didBan": MEMBERS}),
        ({"send": "unbanChannelUsers"}, {"didUnban": {*MEMBERS, "dave"}}),
    ],
    ids=lambda value: value.get("send", ""),
)
def test_a_change_of_a_channel_is_told_once_to_everyone_concerned(
    step: dict[str, Any], told: dict[str, set[str]], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        emissions = emitted(CONTRACT.world.copy(), **step)
    assert not caplog.records
    found = {emission.event.removeprefix("v3.channel."): set(emission.to) for emission in emissions}
    assert found == {event: {f"user:{user_id}" for user_id in users} for event, users in told.items()}
    assert len(emissions) == len(told)


@pytest.mark.parametrize("step", [{"send": "addChannelRole"}, {"send": "muteChannelUsers"}], ids=lambda s: s["send"])
def test_members_hear_of_their_own_roles_and_mutes(step: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        [emission] = emitted(CONTRACT.world.copy(), **step)
    assert not caplog.records
    assert (emission.event, emission.to) == ("v3.channelUser.didUpdate", ("user:bob",))


@pytest.mark.parametrize("send", ["removeChannelUsers", "banChannelUsers"])
def test_the_first_membership_of_an_event_is_the_one_that_ended(send: str) -> None:
    """Where clients look for it."""
    for emission in emitted(CONTRACT.world.copy(), send=send):
        assert emission.payload["channelUsers"][0]["userId"] == "bob"
        assert emission.payload["channels"][0]["memberCount"] == 3
