"""What Replyke's calls change and whom they tell, without a network between: each change is told once, and time passes."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson

from tests.mockserver.providers.replyke import conversation_id, project_id, user_id
from understudy_mockserver.blobs import Blobs
from understudy_mockserver.context import Context
from understudy_mockserver.contracts import load_contract
from understudy_mockserver.ids import Ids
from understudy_mockserver.provider import Call
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
        reply, _ = inside.call("requestNewAccessToken", body={"refreshToken": "alice-refresh"})

    again = {"refreshToken": "alice-refresh"}
    steps = [(29.0, ""), (31.0, "token-reuse-detected")]
    start = inside.now
    for seconds, answer in steps:
        inside.now = start + seconds
        assert inside.refusal("requestNewAccessToken", "", again) == answer
    for seconds, answer in [(1799.0, ""), (1801.0, "token-rejected")]:
        inside.now = start + seconds
        assert inside.refusal("getUnreadCount", reply["accessToken"]) == answer
    inside.now = start + 2_592_001
    late = {"refreshToken": reply["refreshToken"]}
    assert inside.refusal("requestNewAccessToken", "", late) == "refresh-token-malformed"


def test_who_leaves_for_good_is_out_of_the_room_of_those_who_see_typing() -> None:
    inside = Inside()

    async def leave() -> set[str]:
        context = Context("default", "http://mock.test", "/")
        connection = Connection("a", "/", context, inside.hub, drop=lambda: None)
        inside.hub.add(connection, user_id(2))
        connection.join(f"conversation:{conversation_id(1)}")
        inside.call("quitConversation", "bob-token")
        return connection.rooms

    assert asyncio.run(leave()) == {"connection:a", user_room(user_id(2))}
