"""What Replyke's calls change and whom they tell, without a network between; here time can pass."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from tests.mockserver.providers.replyke import conversation_id, message_id, project_id, space_id, user_id
from understudy_mockserver import calls
from understudy_mockserver.blobs import Blobs
from understudy_mockserver.context import Context
from understudy_mockserver.contracts import load_contract
from understudy_mockserver.ids import Ids
from understudy_mockserver.provider import Call
from understudy_mockserver.providers.replyke import PROVIDER
from understudy_mockserver.realtime.hub import Connection, Hub, user_room
from understudy_validators import Request, judge
from understudy_validators.judging import Verdict


class Inside:
    """One world of the mock at the time that is set: what calls answer, and what they emit."""

    def __init__(self) -> None:
        self.contract = load_contract("replyke")
        self.world = self.contract.world.copy()
        self.now = 1_767_225_600.0
        self.ids = Ids(1)
        self.hub = Hub()

    def judged(self, operation_id: str, by: str, body: Any, **path: str) -> Verdict:
        """What the contract says of a call in the group."""
        operation = self.contract.operation(operation_id)
        headers = {"authorization": f"Bearer {by}", "content-type": "application/json"}
        request = Request(operation.method, operation.path, headers, body=b"" if body is None else orjson.dumps(body))
        ids = {"projectId": project_id(1), "conversationId": conversation_id(1), **path}
        return judge(operation, request, ids, self.world, self.now)

    def refusal(self, operation_id: str, by: str, body: Any = None) -> str:
        """The name of the answer that a call is refused with; empty if it is not."""
        violations = self.judged(operation_id, by, body).violations
        return violations[0].answer if violations else ""

    def call(self, operation_id: str, by: str = "alice-token", body: Any = None, **path: str) -> tuple[Any, Call]:
        """The answer to an accepted call, and the call with what it emitted."""
        verdict = self.judged(operation_id, by, body, **path)
        assert verdict.accepted, verdict.violations
        operation, root = self.contract.operation(operation_id), "http://mock.test"
        call = Call(operation, verdict.view, (), self.world, Blobs(0), self.ids, self.now, root, self.hub)
        reply = PROVIDER.handlers[operation_id](call)
        calls.check_emissions(self.contract, call.emissions)
        return reply.body, call


TEAM = {user_room(user_id(number)) for number in (1, 2, 4)}
CHANGES: list[tuple[str, str, Any, int, list[str]]] = [
    ("editMessage", "alice-token", {"content": "Who?"}, 1, ["message:updated"]),
    ("editMessage", "alice-token", {"content": "Who brings the report?"}, 1, []),
    ("deleteMessage", "alice-token", None, 1, ["message:deleted"]),
    ("deleteMessage", "bob-token", None, 3, []),
    ("deleteMessage", "alice-token", None, 5, ["message:removed"]),
    ("toggleReaction", "bob-token", {"emoji": "👍"}, 1, ["message:reaction"]),
    ("quitConversation", "bob-token", None, 1, ["member:left"]),
]


@pytest.mark.parametrize(("operation", "by", "body", "number", "events"), CHANGES)
def test_each_change_is_told_once_to_all_who_read(
    operation: str, by: str, body: Any, number: int, events: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    _, call = Inside().call(operation, by, body, messageId=message_id(number))
    assert [emission.event for emission in call.emissions] == events
    assert all(set(emission.to) == TEAM for emission in call.emissions)
    assert not caplog.records


SPACE = {user_room(user_id(number)) for number in (1, 2, 6)}
IN_SPACE = {"spaceId": space_id(1), "conversationId": conversation_id(3), "messageId": message_id(7)}
REPORTED = {**IN_SPACE, "reportId": "40000000-0000-4000-8000-000000000001"}
NEWCOMER = TEAM | {user_room(user_id(5))}
REMOVAL = {"moderationStatus": "removed"}
DECISIONS: list[tuple[str, Any, dict[str, str], list[str], set[str]]] = [
    ("updateConversation", {"name": "The team"}, {}, ["conversation:updated"], TEAM),
    ("updateConversation", {"name": "Team"}, {}, [], TEAM),
    ("updateConversation", {"postingPermission": "members"}, IN_SPACE, ["conversation:updated"], SPACE),
    ("deleteConversation", None, {}, ["conversation:deleted"], TEAM),
    ("deleteConversation", None, IN_SPACE, ["conversation:deleted"], SPACE),
    ("addMember", {"userId": user_id(5)}, {}, ["member:joined"], NEWCOMER),
    ("addMember", {"userId": user_id(2)}, {}, [], TEAM),
    ("removeMember", None, {"userId": user_id(2)}, ["member:left"], TEAM),
    ("changeMemberRole", {"role": "admin"}, {"userId": user_id(2)}, [], TEAM),
    ("muteConversation", {"duration": "8h"}, {}, [], TEAM),
    ("moderateMessage", REMOVAL, IN_SPACE, ["message:removed"], SPACE),
    ("handleReport", {"actions": ["dismiss"]}, REPORTED, [], SPACE),
    ("handleReport", {"actions": ["remove-message"], "messageId": message_id(7)}, REPORTED, ["message:removed"], SPACE),
    ("handleReport", {"actions": ["ban-user"], "userId": user_id(2)}, REPORTED, ["member:left"], SPACE),
    ("handleReport", {"actions": ["ban-user"], "userId": user_id(7)}, REPORTED, [], SPACE),
]


@pytest.mark.parametrize(("operation", "body", "path", "events", "told"), DECISIONS)
def test_each_decision_is_told_once_to_all_whom_it_concerns(
    operation: str,
    body: Any,
    path: dict[str, str],
    events: list[str],
    told: set[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    _, call = Inside().call(operation, body=body, **path)
    assert [emission.event for emission in call.emissions] == events
    assert all(set(emission.to) == told for emission in call.emissions)
    assert not caplog.records


def test_a_message_that_was_removed_before_is_not_told_of_again() -> None:
    inside = Inside()
    inside.call("moderateMessage", body=REMOVAL, **IN_SPACE)
    _, call = inside.call("moderateMessage", body=REMOVAL, **IN_SPACE)
    assert call.emissions == []


def test_a_report_is_handled_by_the_space_where_it_was_made() -> None:
    inside = Inside()
    inside.call("reportMessage", body={"reason": "spam"}, messageId=message_id(5))
    inside.call("reportMessage", body={"reason": "spam"}, **IN_SPACE)
    elsewhere, there = (report["id"] for report in inside.world["reports"].all(userId=user_id(1)))
    dismissal = {"actions": ["dismiss"]}
    refused = inside.judged("handleReport", "alice-token", dismissal, **{**IN_SPACE, "reportId": elsewhere})
    assert [violation.answer for violation in refused.violations] == ["report-not-found"]
    inside.call("handleReport", body=dismissal, **{**IN_SPACE, "reportId": there})
    handled = inside.world["reports"].find(id=there)
    assert handled is not None
    assert (handled["actions"], handled["handledById"]) == (["dismiss"], user_id(1))


def test_the_members_of_a_space_are_told_of_its_new_chat(caplog: pytest.LogCaptureFixture) -> None:
    inside = Inside()
    inside.call("deleteConversation", **IN_SPACE)
    _, call = inside.call("getSpaceConversation", **IN_SPACE)
    assert {emission.event for emission in call.emissions} == {"conversation:created"}
    assert {emission.to[0] for emission in call.emissions} == SPACE
    assert not caplog.records
    _, call = inside.call("getSpaceConversation", **IN_SPACE)
    assert call.emissions == []


def test_who_came_to_a_space_later_joins_its_chat_by_asking_for_it(caplog: pytest.LogCaptureFixture) -> None:
    inside = Inside()
    chat = {"conversationId": conversation_id(3), "userId": user_id(2)}
    inside.world["members"].remove(inside.world["members"].all(**chat)[0])
    shown, call = inside.call("getSpaceConversation", "bob-token", **IN_SPACE)
    assert shown["currentMember"]["userId"] == user_id(2)
    assert [(event.event, set(event.to)) for event in call.emissions] == [("member:joined", SPACE)]
    inside.call("quitConversation", "bob-token", **IN_SPACE)
    shown, call = inside.call("getSpaceConversation", "bob-token", **IN_SPACE)
    assert (shown["currentMember"], call.emissions) == (None, [])
    assert not caplog.records


def test_each_member_is_told_of_a_new_conversation_as_it_sees_it(caplog: pytest.LogCaptureFixture) -> None:
    _, call = Inside().call("createGroup", body={"type": "group", "memberIds": [user_id(5)]})
    seen = {event.to[0]: [user["id"] for user in event.payload["otherMembers"]] for event in call.emissions}
    assert seen == {user_room(user_id(1)): [user_id(5)], user_room(user_id(5)): [user_id(1)]}
    assert {event.event for event in call.emissions} == {"conversation:created"}
    assert not caplog.records


def test_tokens_expire_and_used_ones_are_detected() -> None:
    inside, used = Inside(), {"refreshToken": "alice-refresh"}
    session, _ = inside.call("requestNewAccessToken", body=used)
    start = inside.now

    def later(seconds: float, operation: str, token: str = "", body: Any = None) -> str:
        inside.now = start + seconds
        return inside.refusal(operation, token, body)

    assert later(29, "requestNewAccessToken", body=used) == ""
    assert later(31, "requestNewAccessToken", body=used) == "token-reuse-detected"
    assert later(1799, "getUnreadCount", session["accessToken"]) == ""
    assert later(1801, "getUnreadCount", session["accessToken"]) == "token-rejected"
    fresh = {"refreshToken": session["refreshToken"]}
    assert later(2_592_001, "requestNewAccessToken", body=fresh) == "refresh-token-malformed"


@pytest.mark.parametrize(
    ("operation", "by", "path"),
    [
        ("quitConversation", "bob-token", {}),
        ("removeMember", "alice-token", {"userId": user_id(2)}),
        ("deleteConversation", "alice-token", {}),
    ],
)
def test_who_is_out_for_good_is_out_of_the_room_of_those_who_see_typing(
    operation: str, by: str, path: dict[str, str]
) -> None:
    inside = Inside()

    async def leave() -> set[str]:
        context = Context("default", "http://mock.test", "/")
        connection = Connection("a", "/", context, inside.hub, drop=lambda: None)
        inside.hub.add(connection, user_id(2))
        connection.join(f"conversation:{conversation_id(1)}")
        inside.call(operation, by, **path)
        return connection.rooms

    assert asyncio.run(leave()) == {"connection:a", user_room(user_id(2))}
