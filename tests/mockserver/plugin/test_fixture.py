"""The fixture `understudy`, as a suite of an app's own uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from tests.shipped import CONTRACTS
from understudy_validators import wire
from understudy_validators.errors import UsageError

if TYPE_CHECKING:
    from understudy_mockserver.testing import Understudy

AMITY = CONTRACTS["amity"]


def send(root: str, **step: object) -> httpx.Response:
    request = wire.build(AMITY, {"send": "createMessage", **step})
    headers, body = request.encode()
    return httpx.post(root + request.path, headers=headers, content=body, trust_env=False)


def test_an_app_is_pointed_at_a_contract(understudy: Understudy) -> None:
    answer = send(understudy.url("amity"))
    assert answer.status_code == 200
    understudy.assert_conforms(answer, "amity")


@pytest.mark.parametrize("run", [1, 2])
def test_each_test_has_a_world_of_its_own(understudy: Understudy, run: int) -> None:
    assert understudy.journal() == []
    body = {"channelId": "general", "messageId": "mine", "data": {"text": "hi"}}
    assert send(understudy.url("amity"), body=body).status_code == 200


def test_an_answer_is_forced_for_the_next_call_alone(understudy: Understudy) -> None:
    understudy.force("amity", "createMessage", "rate-limited")
    answers = [send(understudy.url("amity")) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [429, 200]
    understudy.assert_conforms(answers[0], "amity")


def test_what_the_contract_does_not_have_cannot_be_forced(understudy: Understudy) -> None:
    with pytest.raises(UsageError, match="rate-limited"):
        understudy.force("amity", "createMessage", "no-such-answer")


def test_the_journal_tells_what_the_app_sent(understudy: Understudy) -> None:
    send(understudy.url("amity"), **{"as": None})
    (entry,) = understudy.journal(operation="createMessage")
    assert (entry["status"], entry["verdict"], entry["rule"]) == (401, "refused", "security")


def test_an_answer_that_the_contract_does_not_have_fails_the_test(understudy: Understudy) -> None:
    answer = send(understudy.url("amity"))
    wrong = httpx.Response(200, json={"status": "success"}, request=answer.request)
    with pytest.raises(AssertionError, match="against its contract"):
        understudy.assert_conforms(wrong, "amity")


def test_a_reset_begins_anew(understudy: Understudy) -> None:
    send(understudy.url("amity"))
    understudy.reset()
    assert understudy.journal() == []


@pytest.mark.anyio
async def test_the_app_is_called_without_a_socket(understudy: Understudy) -> None:
    request = wire.build(AMITY, {"send": "createMessage"})
    headers, body = request.encode()
    transport = httpx.ASGITransport(app=understudy.app)
    async with httpx.AsyncClient(transport=transport) as client:
        answer = await client.post(understudy.asgi_url("amity") + request.path, headers=headers, content=body)
    assert answer.status_code == 200
    assert len(understudy.journal(operation="createMessage")) == 1


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
