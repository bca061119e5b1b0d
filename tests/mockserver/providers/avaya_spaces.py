"""Avaya Spaces without a server: its provider and a world, for tests of what replies hold."""

from __future__ import annotations

import copy
from typing import Any

from understudy_mockserver.calls import call
from understudy_mockserver.contracts import load_contract
from understudy_mockserver.namespaces import Namespaces
from understudy_mockserver.provider import Reply
from understudy_mockserver.providers.avaya_spaces import PROVIDER
from understudy_mockserver.settings import Settings
from understudy_validators import judge, judge_reply, wire
from understudy_validators.judging import refusal
from understudy_validators.records import Record

CONTRACT = load_contract("avaya-spaces")
SEED = 1
NOW = 1767225600.25
ROOT = "http://mock.test/avaya-spaces"


class Desk:
    """The provider and a world, with no server between. A step has the words of a trigger's step."""

    def __init__(self) -> None:
        namespaces = Namespaces({CONTRACT.name: (CONTRACT, PROVIDER)}, Settings(seed=SEED))
        self.state = namespaces.state("desk", CONTRACT.name)
        self.world = self.state.world
        self.now = NOW

    def answer(self, send: str, **step: Any) -> Reply:
        """The reply, which keeps the contract, or the refusal, which is in the catalogue."""
        operation, request = CONTRACT.operation(send), wire.build(CONTRACT, {"send": send, **step})
        seen = self.world, self.now, self.state.quotas
        verdict = judge(operation, request.to_request(), request.parameters, *seen)
        if verdict.violations:
            answer, body = refusal(operation, verdict)
            return Reply(body, answer.status, answer.media_type, verdict.headers)
        accepted = call(operation, verdict.view, verdict.uploads, self.state, now=self.now, base_url=ROOT)
        reply = PROVIDER.handlers[send](accepted)
        assert not judge_reply(operation, 200, operation.success.media_type, reply.body)
        return Reply(reply.body, 200, reply.media_type, reply.headers)

    def send(self, operation_id: str, **step: Any) -> Any:
        """The body of a success."""
        reply = self.answer(operation_id, **step)
        assert reply.status == 200, reply.body
        return reply.body

    def message(self, operation_id: str = "createChat", **step: Any) -> dict[str, Any]:
        """The one message of the reply."""
        [message] = self.send(operation_id, **step)["data"]
        assert isinstance(message, dict)
        return message

    def direct(self, user_id: str, kind: str = "user", **step: Any) -> dict[str, Any]:
        """The one space of the reply."""
        [space] = self.send("getDirectSpace", path={"userId": user_id, "userType": kind}, **step)["data"]
        assert isinstance(space, dict)
        return space

    def record(self, collection: str, **where: Any) -> Record:
        """The one record with these values."""
        [record] = self.world[collection].all(**where)
        return record

    def snapshot(self) -> dict[str, list[Any]]:
        return {name: copy.deepcopy(list(self.world[name])) for name in self.world}
