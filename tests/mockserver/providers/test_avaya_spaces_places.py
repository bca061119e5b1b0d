"""Avaya Spaces: entering spaces, who is in them, who the caller is, and what the service is set to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockserver.providers.avaya_spaces import CONTRACT, ROOT, Desk

TEAM, VAULT, OLD, BOARD = (f"5f2276a8fe5c16664f01c5{end}" for end in ("be", "c0", "c1", "c3"))
EXAMPLE, BEN, CARA, DAN = (f"5efc5417aa4a347af96de29{digit}" for digit in "0123")
GINA = "5efc5417aa4a347af96de2a0"
PIN = {"spaces-x-space-password": "246810"}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def example(operation_id: str) -> Any:
    """The contract's own example of a success."""
    [value] = CONTRACT.operation(operation_id).success.examples.values()
    return value


def by(name: str) -> dict[str, str]:
    return {"as": f"mock-{name}"}


@pytest.mark.parametrize("operation", ["joinSpace", "listMembers", "getMe", "getLimits"])
def test_a_fresh_mock_answers_what_the_contract_shows(desk: Desk, operation: str) -> None:
    before = desk.snapshot()
    assert desk.send(operation) == example(operation)
    assert desk.snapshot() == before


def test_an_outsider_becomes_a_guest_who_may_write(desk: Desk) -> None:
    assert desk.answer("createChat", **by("jwt-cara")).body["code"] == "space.not_member"
    topics = [desk.send("joinSpace", **by("jwt-cara"))["topic"] for _ in range(2)]
    assert topics[0] == topics[1]
    assert [(member["member"], member["role"]) for member in topics[0]["members"]][-2:] == [
        (GINA, "guest"),
        (CARA, "guest"),
    ]
    assert desk.message(**by("jwt-cara"))["sender"]["_id"] == CARA
    assert desk.answer("createIdea", **by("jwt-cara")).body["code"] == "space.members_only"


def test_an_anonymous_user_joins_with_the_token_that_was_just_handed_out(desk: Desk) -> None:
    token = desk.send("authenticateAnonymously")["token"]
    assert len(desk.send("joinSpace", **{"as": token})["topic"]["members"]) == 4
    assert desk.send("getMe", **{"as": token})["aType"] == "anonymous"


def test_the_pin_lets_in_for_good(desk: Desk) -> None:
    place = {"path": {"spaceId": VAULT}}
    assert desk.send("joinSpace", headers=PIN, **place)["topic"]["members"][-1]["member"] == EXAMPLE
    assert [space["_id"] for space in desk.send("listMySpaces")["data"]][-1] == VAULT


@pytest.mark.parametrize(
    ("operation", "step", "status", "code"),
    [
        ("joinSpace", {"as": None}, 401, "unauthorized"),
        ("joinSpace", {"path": {"spaceId": "team"}}, 400, "id.invalid"),
        ("joinSpace", {"path": {"spaceId": "5f2276a8fe5c16664f01ffff"}}, 404, "space.not_found"),
        ("joinSpace", {"path": {"spaceId": VAULT}}, 403, "space.password_required"),
        (
            "joinSpace",
            {"path": {"spaceId": VAULT}, "headers": {"spaces-x-space-password": "1"}},
            403,
            "space.password_wrong",
        ),
        ("joinSpace", {"path": {"spaceId": BOARD}, **by("jwt-cara")}, 403, "space.not_member"),
        ("joinSpace", {"path": {"spaceId": OLD}}, 403, "topic.invalid_acesss_to_archived_topic"),
        ("listMembers", by("jwt-cara"), 403, "space.not_member"),
        ("listMembers", {"path": {"spaceId": OLD}}, 403, "topic.invalid_acesss_to_archived_topic"),
        ("listMembers", {"query": {"size": "0"}}, 400, "query.invalid"),
        ("listMembers", {"query": {"page": "-1"}}, 400, "query.invalid"),
        ("listMySpaces", {"query": {"topictype": "team"}}, 400, "query.invalid"),
        ("listMySpaces", {"query": {"topicstatus": "2"}}, 400, "query.invalid"),
        ("getMe", {"as": None, "headers": {"Authorization": "bearer mock-oauth-noscope"}}, 403, "scope.missing"),
        ("getLimits", {"as": None}, 401, "unauthorized"),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(
    desk: Desk, operation: str, step: dict[str, Any], status: int, code: str
) -> None:
    before = desk.snapshot()
    reply = desk.answer(operation, **step)
    assert (reply.status, reply.body["code"]) == (status, code)
    assert desk.snapshot() == before


@pytest.mark.parametrize("operation", ["joinSpace", "listMembers"])
@pytest.mark.parametrize("space", [TEAM, VAULT, OLD, BOARD])
def test_an_admin_enters_and_reads_every_space(desk: Desk, operation: str, space: str) -> None:
    assert desk.answer(operation, path={"spaceId": space}, **by("jwt-ben")).status == 200


def test_pages_of_members_stay_while_others_come(desk: Desk) -> None:
    first = desk.send("listMembers", query={"size": "2"})["data"]
    desk.send("joinSpace", **by("jwt-cara"))
    rest = [desk.send("listMembers", query={"size": "2", "page": page})["data"] for page in ("1", "2")]
    assert [[member["member"] for member in page] for page in (first, *rest)] == [[EXAMPLE, BEN], [GINA, CARA], []]


@pytest.mark.parametrize(("text", "found"), [("BEN", [BEN]), ("door", [GINA]), ("", [EXAMPLE, BEN, GINA]), ("%", [])])
def test_members_are_found_by_their_names(desk: Desk, text: str, found: list[str]) -> None:
    data = desk.send("listMembers", query={"search": text})["data"]
    assert [member["member"] for member in data] == found


@pytest.mark.parametrize(
    ("query", "count"), [({}, 6), ({"topictype": "direct"}, 1), ({"topicstatus": "1"}, 1), ({"size": "2"}, 2)]
)
def test_a_user_lists_the_spaces_that_the_user_is_in(desk: Desk, query: dict[str, str], count: int) -> None:
    spaces = desk.send("listMySpaces", query=query)["data"]
    assert len(spaces) == count
    assert all(desk.world["members"].find(spaceId=space["_id"], userId=EXAMPLE) for space in spaces)
    assert desk.send("listMySpaces", **by("jwt-dan")) == {"data": []}


def test_a_page_holds_no_more_than_the_service_allows(desk: Desk) -> None:
    most = desk.record("settings")["maxPageSize"]
    for number in range(most):
        user = {**desk.record("users", _id=DAN), "_id": f"{number:024x}"}
        desk.world["users"].insert(user)
        row = {"spaceId": TEAM, "userId": user["_id"], "memberType": "userId", "role": "guest"}
        desk.world["members"].insert({**row, "joinTime": "2025-01-01T00:00:00.000Z"})
    assert len(desk.send("listMembers", query={"size": str(most + 1)})["data"]) == most


def test_the_addresses_lead_back_to_the_mock(desk: Desk) -> None:
    addresses = desk.send("getServiceConfigurations")
    assert addresses["spaces"] == {
        "server_url": ROOT,
        "socketio_server_url": "http://mock.test",
        "marketing_url": ROOT,
    }
    assert addresses["store"] == addresses["accounts"] == {"server_url": ROOT}
