"""Worlds: their clocks, records and snapshots, and acting as somebody in them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockserver.control.steering import REPLYKE, Steered
from understudy_mockserver.lenient import Adoption
from understudy_mockserver.sessions import Sessions
from understudy_mockserver.settings import Settings
from understudy_validators import times

ALICE = "a0000000-0000-4000-8000-000000000001"


def sent_at(steered: Steered) -> str:
    text: str = steered.send().json()["createdAt"]
    return text


def limited(calls: int) -> Steered:
    """A mock whose project allows so many calls a minute."""
    steered = Steered()
    steered.ok("PATCH", "/state/replyke/projects", {"where": {}, "set": {"rateLimit": calls, "rateWindow": 60}})
    return steered


def test_a_frozen_clock_stands_still() -> None:
    steered = Steered(Settings())
    steered.ok("PUT", "/clock", {"mode": "frozen", "at": "2026-03-29T00:59:59.000Z"})
    assert sent_at(steered) == "2026-03-29T00:59:59.000Z"
    steered.send({"send": "listMessages"})
    steered.ok("PUT", "/clock", {"advance": 1.5})
    assert sent_at(steered) == "2026-03-29T01:00:00.500Z"


def test_a_stepped_clock_moves_as_far_as_was_asked() -> None:
    steered = Steered(Settings())
    steered.ok("PUT", "/clock", {"mode": "stepped", "at": "2026-01-01T00:00:00Z", "step": 60})
    assert [sent_at(steered) for _ in range(2)] == ["2026-01-01T00:01:00.000Z", "2026-01-01T00:02:00.000Z"]


def test_a_real_clock_goes_on_from_the_time_it_was_given() -> None:
    steered = Steered()
    steered.ok("PUT", "/clock", {"mode": "real", "at": "2031-01-01T00:00:00Z"})
    assert sent_at(steered).startswith("2031-01-01T00:0")
    steered.ok("PUT", "/clock", {"mode": "real"})
    assert steered.ok("GET", "/clock")["clocks"]["replyke"]["offset"] == 0


def test_only_one_contracts_clock() -> None:
    steered = Steered(names=("replyke", "ziik"))
    before = steered.ok("GET", "/clock")["clocks"]["ziik"]
    steered.ok("PUT", "/clock", {"contract": "replyke", "mode": "frozen", "at": "2030-01-01T00:00:00Z"})
    clocks = steered.ok("GET", "/clock")["clocks"]
    assert (clocks["replyke"]["now"], clocks["ziik"]) == ("2030-01-01T00:00:00.000Z", before)


def test_time_ends_quotas_and_retry_after_counts_with_it() -> None:
    steered = limited(3)
    answers = [steered.send() for _ in range(4)]
    assert answers[-1].status_code == 429
    wait = int(answers[-1].headers["retry-after"])
    steered.ok("PUT", "/clock", {"advance": wait - 1})
    assert int(steered.send().headers["retry-after"]) == 1
    steered.ok("PUT", "/clock", {"advance": 1})
    assert steered.send().status_code == 201


def test_time_ends_tokens() -> None:
    steered = Steered()
    steered.ok("PATCH", "/state/replyke/tokens", {"where": {"token": "bob-token"}, "set": {"expiresAt": "2026-06-01"}})
    assert steered.send({"as": "bob-token"}).status_code == 201
    steered.ok("PUT", "/clock", {"mode": "frozen", "at": "2026-06-02T00:00:00Z"})
    assert steered.send({"as": "bob-token"}).status_code in (401, 403)


@pytest.mark.parametrize(
    "body", [{}, {"at": "2026-01-01T00:00:00Z"}, {"mode": "frozen", "at": "soon"}, {"mode": "backwards"}]
)
def test_a_clock_that_makes_no_sense_is_refused(body: dict[str, Any]) -> None:
    assert Steered().call("PUT", "/clock", body).json()["code"] == "invalid-request"


def test_a_clock_can_be_moved_as_far_as_times_can_be_written() -> None:
    steered = Steered()
    for seconds in (-315360000, *[315360000] * 3):
        for _ in range(10):
            steered.ok("PUT", "/clock", {"advance": seconds})
        assert times.to_seconds(sent_at(steered)) >= 0


def test_records_are_read_added_changed_and_removed() -> None:
    steered = Steered()
    (alice,) = [one for one in steered.ok("GET", "/state/replyke/users")["records"] if one["id"] == ALICE]
    twin = {**alice, "id": "a0000000-0000-4000-8000-0000000000ff", "foreignId": None, "username": "twin"}
    assert steered.ok("POST", "/state/replyke/users", {"records": [twin]}) == {"changed": 1}
    where = {"id": twin["id"]}
    assert steered.ok("PATCH", "/state/replyke/users", {"where": where, "set": {"name": "Two"}}) == {"changed": 1}
    assert [r["name"] for r in steered.ok("GET", "/state/replyke/users")["records"]][-1] == "Two"
    assert steered.ok("PATCH", "/state/replyke/users", {"where": where, "remove": True}) == {"changed": 1}
    assert steered.ok("PATCH", "/state/replyke/users", {"where": where, "remove": True}) == {"changed": 0}


def test_what_is_edited_decides_what_the_api_answers() -> None:
    steered = Steered()
    where = {"userId": ALICE}
    steered.ok("PATCH", "/state/replyke/members", {"where": where, "set": {"isActive": False}})
    assert steered.send().json()["code"] == "chat/not-a-member"


def test_a_record_that_breaks_its_schema_names_place_and_rule() -> None:
    steered = Steered()
    before = steered.ok("GET", "/state/replyke/users")
    response = steered.call("PATCH", "/state/replyke/users", {"where": {"id": ALICE}, "set": {"name": 7}})
    body = response.json()
    assert (response.status_code, body["code"]) == (400, "unfit-records")
    assert body["mistakes"][0]["place"] == "/collections/users/0/name"
    assert body["mistakes"][0]["rule"] == "type"
    assert steered.ok("GET", "/state/replyke/users") == before


def test_a_record_that_must_differ_names_the_one_that_it_is_like() -> None:
    steered = Steered()
    users = steered.ok("GET", "/state/replyke/users")["records"]
    body = steered.call("POST", "/state/replyke/users", {"records": users[:1]}).json()
    place = f"/collections/users/{len(users)}"
    problem = "the record has the same id as the one at /collections/users/0"
    assert body["mistakes"][0] == {"place": place, "rule": "unique", "problem": problem}


def test_a_collection_or_contract_that_is_not_there() -> None:
    steered = Steered()
    assert "There is: projects, users," in steered.call("GET", "/state/replyke/nope").json()["message"]
    assert steered.call("GET", "/state/nope").status_code == 404


def test_a_snapshot_brings_back_records_files_ids_time_and_quotas() -> None:
    steered = limited(3)
    for _ in range(2):
        steered.send()
    steered.ok("PUT", "/snapshots/before")
    first = [steered.send() for _ in range(3)]
    counts = steered.ok("GET", "/state/replyke")
    steered.ok("POST", "/snapshots/before/restore")
    again = [steered.send() for _ in range(3)]
    assert [one.status_code for one in first] == [201, 429, 429]
    assert [one.content for one in again] == [one.content for one in first]
    assert steered.ok("GET", "/state/replyke") == counts


def test_a_snapshot_can_be_restored_again_and_again() -> None:
    steered = Steered()
    steered.ok("PUT", "/snapshots/a")
    sent = set()
    for _ in range(3):
        sent.add(steered.send().content)
        steered.ok("POST", "/snapshots/a/restore")
    assert len(sent) == 1


def test_snapshots_are_listed_forgotten_and_bounded() -> None:
    steered = Steered()
    for number in range(101):
        steered.ok("PUT", f"/snapshots/s{number}")
    assert steered.ok("GET", "/snapshots")["snapshots"][0] == "s1"
    assert "s1" not in steered.ok("DELETE", "/snapshots/s1")["snapshots"]
    assert steered.call("POST", "/snapshots/s1/restore").json()["code"] == "no-such-snapshot"


def test_restoring_leaves_connections_as_they_are() -> None:
    steered = Steered()
    steered.ok("PUT", "/snapshots/a")
    state = steered.app.namespaces.state("t", "replyke")
    state.world["connections"].insert({"id": "c1", "userId": ALICE, "namespace": "/"})
    steered.ok("POST", "/snapshots/a/restore")
    restored = steered.app.namespaces.state("t", "replyke")
    assert [record["id"] for record in restored.world["connections"]] == ["c1"]
    assert restored.hub is state.hub


def test_restoring_keeps_lenient_tokens_and_sessions() -> None:
    steered = Steered(Settings(lenient=True))
    for namespace, kind in (("t", Adoption), ("default", Sessions)):
        steered.ok("PUT", "/snapshots/a", namespace=namespace)
        steered.ok("POST", "/snapshots/a/restore", namespace=namespace)
        assert isinstance(steered.app.namespaces.state(namespace, "replyke").world.adopt, kind)


def test_acting_as_somebody_follows_the_rules_of_the_api() -> None:
    steered = Steered()
    bob = steered.ok("POST", "/act", {"contract": "replyke", "send": "sendMessage", "as": "Bob Brook"})
    carol = steered.ok("POST", "/act", {"contract": "replyke", "send": "sendMessage", "as": "carol-token"})
    assert (bob["status"], bob["body"]["userId"]) == (201, "a0000000-0000-4000-8000-000000000002")
    assert (carol["status"], carol["body"]["code"]) == (403, "chat/not-a-member")
    listed = steered.send({"send": "listMessages"}).json()
    assert bob["body"]["id"] in [one["id"] for one in listed["messages" if "messages" in listed else "items"]]


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ({"send": "nope"}, "no-such-operation"),
        ({"send": "sendMessage", "as": "nobody"}, "no-such-caller"),
        ({"send": "sendMessage", "headers": {"X-A": "b\nc: d"}}, "invalid-request"),
        ({"send": "sendMessage", "raw": "x"}, "invalid-request"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused(step: dict[str, Any], code: str) -> None:
    assert Steered().call("POST", "/act", {"contract": "replyke", **step}).json()["code"] == code


def test_what_a_contract_looks_like_is_listed() -> None:
    (listed,) = Steered().request("GET", "/_understudy/contracts").json()["contracts"]
    assert listed["operations"] == list(REPLYKE.operations)
