"""Judging recorded sockets: Socket.IO of both generations, both ways."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.shipped import CONTRACTS
from understudy_validators.checking import har_judge
from understudy_validators.checking.frames import Packet, packets
from understudy_validators.checking.har_judge import Judged, judge_har
from understudy_validators.checking.har_reader import Frame, read_har
from understudy_validators.judging import event_body

AVAYA, AMITY = CONTRACTS["avaya-spaces"], CONTRACTS["amity"]
TOKEN = "token=mock-jwt-example&tokenType=jwt"
SEND = {"category": "chat", "content": {"bodyText": "Hello world"}, "topicId": "5f2276a8fe5c16664f01c5be"}
ENTER = [("send", f"40/chat?{TOKEN},"), ("receive", "40/chat")]


def event(name: str, payload: Any, namespace: str = "/chat,", identifier: str = "") -> str:
    return f"42{namespace}{identifier}{json.dumps([name, payload])}"


def judge(*frames: tuple[str, str], contract: Any = AVAYA, query: str = TOKEN) -> Judged:
    """Judges a websocket with these frames, each `send` or `receive`."""
    entry = {
        "request": {"method": "GET", "url": f"ws://127.0.0.1/root/socket.io/?EIO=3&{query}", "headers": []},
        "response": {"status": 101, "headers": []},
        "_webSocketMessages": [{"type": kind, "data": data, "opcode": 1} for kind, data in frames],
    }
    return judge_har(contract, read_har(json.dumps({"log": {"entries": [entry]}}), "some.har"), name="some.har")


def found(judged: Judged) -> list[tuple[str, str, str]]:
    return [(finding.operation, finding.rule, finding.difference.path) for finding in judged.findings]


def failure(sent: Any) -> tuple[str, Any]:
    """The name of the refusal of what says nothing, and its payload after `sent`."""
    send = AVAYA.realtime.channels["/chat"].events["SEND_MESSAGE"]
    check = next(check for check in send.checks if check.id == "text-or-file")
    answer = send.answers[check.answers[0]]
    caller = next(iter(AVAYA.world["users"]))
    return answer.name, event_body(answer, {"caller": caller, "body": sent}, sent)


def test_packets_of_both_generations_are_read() -> None:
    texts = ["0{}", "2", "3probe", '40/chat,{"token":"a"}', "40/chat?token=a%20b,", '42["x"]', '42/a,7["x",{"b":1}]']
    texts += ['43/a,7[{"c":1}]', '44/a,{"message":"no"}', '44"no"', "42not-json", "42[5]", '451-["x",{}]']
    assert list(packets(Frame(True, text) for text in texts)) == [
        Packet(True, "0", "/chat", value={"token": "a"}),
        Packet(True, "0", "/chat", query={"token": "a b"}),
        Packet(True, "2", "/", "x"),
        Packet(True, "2", "/a", "x", {"b": 1}, id="7"),
        Packet(True, "3", "/a", value={"c": 1}, id="7"),
        Packet(True, "4", "/a", value={"message": "no"}),
        Packet(True, "4", "/", value="no"),
    ]


def test_good_frames_have_no_findings_and_count_as_covered() -> None:
    judged = judge(*ENTER, ("send", event("SEND_MESSAGE", SEND)))
    assert (judged.judged, judged.findings, judged.skipped) == (1, (), {})
    assert judged.base_url == "http://127.0.0.1/root"
    assert set(judged.coverage.counts["operations"]) == {"connect", "sendMessage"}


def test_an_event_that_is_none_of_the_contracts_is_found() -> None:
    assert found(judge(*ENTER, ("receive", event("NEWS", {})))) == [("connect", "events", "/events")]


def test_an_event_whose_payload_breaks_its_schema_is_found() -> None:
    judged = judge(*ENTER, ("send", event("SEND_MESSAGE", SEND)), ("receive", event("CHANNEL_SUBSCRIBED", 5)))
    assert found(judged) == [("sendMessage", "type", "/events/CHANNEL_SUBSCRIBED")]


def test_an_event_that_breaks_the_contract_and_is_let_through_is_found() -> None:
    empty = {**SEND, "content": {}}
    [finding] = judge(*ENTER, ("send", event("SEND_MESSAGE", empty))).findings
    assert (finding.operation, finding.rule) == ("sendMessage", "text-or-file")
    assert finding.difference.message.startswith("SEND_MESSAGE was let through")


def test_an_event_that_is_refused_as_it_should_be_is_no_finding() -> None:
    empty = {**SEND, "content": {}}
    name, refusal = failure(empty)
    judged = judge(*ENTER, ("send", event("SEND_MESSAGE", empty)), ("receive", event("SEND_MESSAGE_FAILED", refusal)))
    assert found(judged) == []
    assert f"SEND_MESSAGE_FAILED {name}" in judged.coverage.counts["errors"]


def test_a_blameless_event_that_is_refused_for_its_form_is_found() -> None:
    refused = ("receive", event("SEND_MESSAGE_FAILED", failure(SEND)[1]))
    [finding] = judge(*ENTER, ("send", event("SEND_MESSAGE", SEND)), refused).findings
    assert (finding.operation, finding.rule) == ("sendMessage", "events")


def test_an_acknowledgement_is_judged_as_the_answer_to_its_event() -> None:
    reading = event("channel.startReading", {"channelId": "general"}, "", "3")
    good = judge(
        ("send", reading), ("receive", '433[{"status":"success","data":{}}]'), contract=AMITY, query="token=alice-token"
    )
    assert found(good) == []
    wrong = judge(("send", reading), ("receive", "433[5]"), contract=AMITY, query="token=alice-token")
    assert {finding[0] for finding in found(wrong)} == {"startReading"}


@pytest.mark.parametrize("frames", [[], [("receive", "0{}")]])
def test_a_socket_without_frames_is_not_judged(frames: list[tuple[str, str]]) -> None:
    judged = judge(*frames)
    assert judged.skipped == ({} if frames else {har_judge.NO_FRAMES: 1})
    assert judged.findings == ()
