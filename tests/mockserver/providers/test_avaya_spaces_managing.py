"""Avaya Spaces: spaces that are created, changed, archived and deleted, invitations, and addresses of files."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import Any

import httpx
import pytest

from tests.mockserver.providers.avaya_spaces import CONTRACT, ROOT, Desk
from tests.mockserver.realtime.avaya import Dial, channel, chat, entering, token
from tests.servers import Served

TEAM, VAULT, OLD, BOARD, SHOP, DIRECT = (f"5f2276a8fe5c16664f01c5{end}" for end in ("be", "c0", "c1", "c3", "c4", "d0"))
UNKNOWN = "5f2276a8fe5c16664f01ffff"
EXAMPLE, BEN, CARA, DAN = (f"5efc5417aa4a347af96de29{digit}" for digit in "0123")
GINA = "5efc5417aa4a347af96de2a0"
MISSING, UPLOADED = "0a0a0a0a-0000-4000-8000-00000000dead", "80b65d25-d960-4356-ab4d-8b09590efcd0"


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def enter(server: Served, client: httpx.Client) -> Iterator[Dial]:
    """Lets users into /chat, in the client's Understudy namespace."""
    with entering(server.contracts["avaya-spaces"], client.headers["Understudy-Namespace"]) as enter:
        yield enter


def by(name: str) -> dict[str, str]:
    return {"as": f"mock-{name}"}


def at(space: str, **step: Any) -> dict[str, Any]:
    """A step about a space."""
    return {"path": {"spaceId": space}, **step}


def call(client: httpx.Client, path: str, body: Any = None, who: str = "example", method: str = "post") -> Any:
    headers = {"Authorization": f"jwt {token(who)}"}
    answer = client.request(method, f"/avaya-spaces/api/spaces/{path}", headers=headers, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def roles(desk: Desk, space: str) -> dict[str, str]:
    return {member["userId"]: member["role"] for member in desk.world["members"].all(spaceId=space)}


def invitee(user: str, role: str | None = None, kind: str = "userId") -> dict[str, str]:
    return {"inviteeType": kind, "invitee": user, **({"role": role} if role else {})}


def invite(desk: Desk, space: str, *invitees: dict[str, str], **step: Any) -> None:
    """Invites people to a space, which is answered as it must be."""
    answer = desk.send("inviteToSpace", **at(space, body={"invitees": [*invitees]}, **step))
    assert answer == {"data": [{"topicId": space}]}


@pytest.mark.parametrize(
    "operation",
    ["getSpace", "updateSpace", "archiveSpace", "inviteToSpace", "getMeetingRoom", "deleteSpace"],
)
def test_a_fresh_mock_answers_what_the_contract_shows(desk: Desk, operation: str) -> None:
    desk.now -= 0.25
    [shown] = CONTRACT.operation(operation).success.examples.values()
    assert desk.send(operation) == shown


# --- Creating and inviting


def test_who_creates_a_space_is_its_admin_and_who_is_invited_is_in_it(desk: Desk) -> None:
    [answer] = desk.send("createSpace")["data"]
    space = answer["topicId"]
    assert roles(desk, space) == {EXAMPLE: "admin", BEN: "admin", CARA: "member"}
    shown = desk.send("getSpace", **at(space))
    assert (shown["title"], shown["type"], shown["status"], shown["cid"]) == ("New space", "group", 0, EXAMPLE)
    assert desk.record("invites", spaceId=space)["invitee"] == "erin@example.net"
    assert desk.send("listMySpaces", **by("jwt-cara"))["data"] == [shown]
    assert desk.message(**at(space, **by("jwt-cara")))["topicId"] == space


def test_a_space_needs_no_more_than_a_title(desk: Desk) -> None:
    [answer] = desk.send("createSpace", body={"topic": {"title": "Mine"}})["data"]
    assert roles(desk, answer["topicId"]) == {EXAMPLE: "admin"}


def test_whoever_is_in_a_space_stays_what_they_are(desk: Desk) -> None:
    before = roles(desk, TEAM)
    invite(desk, TEAM, invitee(EXAMPLE, "admin"), invitee(BEN), invitee(CARA), invitee(CARA, "admin", "userid"))
    assert roles(desk, TEAM) == {**before, CARA: "member"}


def test_an_anonymous_user_is_only_ever_a_guest(desk: Desk) -> None:
    invite(desk, SHOP, invitee(GINA, "admin"))
    assert roles(desk, SHOP)[GINA] == "guest"


def test_those_who_were_brought_together_may_talk_alone(desk: Desk) -> None:
    assert desk.answer("getDirectSpace", path={"userId": BEN}, **by("jwt-dan")).status == 403
    invite(desk, TEAM, invitee("dan@example.org", kind="email"))
    for one, other in permutations([DAN, BEN]):
        assert desk.world["relations"].find(userId=one, otherId=other)
    assert desk.direct(BEN, **by("jwt-dan"))["type"] == "direct"


def test_an_invitation_lets_in_whoever_has_it(desk: Desk) -> None:
    assert desk.answer("joinSpace", **at(BOARD)).body["code"] == "space.not_member"
    for _ in range(2):
        assert desk.send("joinByInvitation")["topic"]["members"][-1]["member"] == EXAMPLE
    assert desk.send("joinByInvitation", **by("anon-gina"))["topic"]["members"][-1]["role"] == "guest"
    assert roles(desk, BOARD) == {BEN: "admin", EXAMPLE: "member", GINA: "guest"}


# --- Changing, archiving, deleting


def test_a_change_touches_what_it_names(desk: Desk) -> None:
    before = desk.send("getSpace", **at(SHOP))
    sent = {"title": "Other", "type": "direct", "_id": TEAM, "settings": {"confPin": "1"}}
    after = desk.send("updateSpace", body=sent)
    assert after == {**before, "title": "Other", "modified": after["modified"]}
    assert after["modified"] > before["modified"]


def test_an_archived_space_is_for_its_admins_and_comes_back(desk: Desk) -> None:
    invite(desk, SHOP, invitee(CARA))
    desk.send("archiveSpace")
    assert desk.answer("joinSpace", **at(SHOP, **by("jwt-cara"))).status == 403
    for name in ("createChat", "archiveSpace", "inviteToSpace", "updateSpace"):
        answer = desk.answer(name, **at(SHOP))
        assert answer.body["code"] == "topic.invalid_acesss_to_archived_topic"
    assert desk.send("getSpace", **at(SHOP))["status"] == 1
    assert desk.send("updateSpace", body={"status": 0})["status"] == 0
    assert desk.message(**at(SHOP, **by("jwt-cara")))["topicId"] == SHOP


def test_a_deleted_space_leaves_nothing_behind(desk: Desk) -> None:
    message = desk.message(**at(SHOP))["_id"]
    desk.send("markSpaceRead", **at(SHOP))
    desk.send("deleteSpace")
    assert desk.answer("getSpace", **at(SHOP)).body["code"] == "space.not_found"
    assert desk.answer("getMessage", path={"messageId": message}).body["code"] == "message.not_found"
    assert SHOP not in str(desk.snapshot())
    assert SHOP not in [space["_id"] for space in desk.send("listMySpaces")["data"]]


def test_an_archived_space_is_deleted_by_an_admin(desk: Desk) -> None:
    assert desk.answer("deleteSpace", **at(OLD)).body["code"] == "topic.invalid_acesss_to_archived_topic"
    assert desk.send("deleteSpace", **at(OLD, **by("jwt-ben"))) == {}


# --- Files


def test_the_address_of_a_file_is_the_one_that_messages_show(desk: Desk) -> None:
    [file] = desk.send("getDownloadUrl")["data"]
    assert file == {"url": f"{ROOT}/files/{UPLOADED}", "fileKey": UPLOADED}
    assert desk.send("getDownloadUrl", body={"fileKeys": []}) == {"data": []}


NOBODY = {"topic": {"title": "x"}, "invitees": [invitee(UNKNOWN)]}


@pytest.mark.parametrize(
    ("operation", "step", "status", "code"),
    [
        ("getSpace", at(VAULT), 403, "space.password_required"),
        ("getSpace", at(TEAM, **by("jwt-cara")), 403, "space.not_member"),
        ("getSpace", at(OLD), 403, "topic.invalid_acesss_to_archived_topic"),
        ("getSpace", at(UNKNOWN), 404, "space.not_found"),
        ("updateSpace", at(TEAM), 403, "space.admin_only"),
        ("updateSpace", at(DIRECT), 403, "space.admin_only"),
        ("updateSpace", at(BOARD), 403, "space.not_member"),
        ("updateSpace", at(OLD, body={"status": 0}), 403, "space.admin_only"),
        ("updateSpace", at(OLD, body=[]), 403, "topic.invalid_acesss_to_archived_topic"),
        ("updateSpace", {"body": {"status": 1}}, 400, "body.invalid"),
        ("updateSpace", {"body": {"title": 7}}, 400, "body.invalid"),
        ("updateSpace", {"body": []}, 400, "body.invalid"),
        ("archiveSpace", at("shop"), 400, "id.invalid"),
        ("archiveSpace", at(DIRECT), 403, "space.admin_only"),
        ("archiveSpace", at(OLD, **by("jwt-ben")), 403, "topic.invalid_acesss_to_archived_topic"),
        ("deleteSpace", at(TEAM), 403, "space.admin_only"),
        ("deleteSpace", at(TEAM, **by("jwt-cara")), 403, "space.not_member"),
        ("createSpace", by("anon-gina"), 403, "user.registered_only"),
        ("createSpace", {"body": {"topic": {"title": "x", "id": TEAM}}}, 400, "body.invalid"),
        ("createSpace", {"body": {"topic": {"title": "x", "type": "direct"}}}, 400, "body.invalid"),
        ("createSpace", {"body": {"topic": {}}}, 400, "body.invalid"),
        ("createSpace", {"body": NOBODY}, 404, "user.not_found"),
        ("inviteToSpace", by("anon-gina"), 403, "space.members_only"),
        ("inviteToSpace", by("jwt-cara"), 403, "space.not_member"),
        ("inviteToSpace", at(DIRECT), 400, "direct.closed"),
        ("inviteToSpace", {"body": {}}, 400, "body.invalid"),
        ("inviteToSpace", {"body": {"invitees": [invitee(CARA, "owner")]}}, 400, "body.invalid"),
        ("inviteToSpace", {"body": {"invitees": [invitee(CARA), invitee(UNKNOWN)]}}, 404, "user.not_found"),
        ("joinByInvitation", {"path": {"inviteId": UNKNOWN}}, 404, "invite.not_found"),
        ("getMeetingRoom", {"path": {"email": "cara@example.com"}}, 404, "space.not_found"),
        ("getMeetingRoom", {"path": {"email": "gina-at-the-door"}}, 404, "user.not_found"),
        ("getDownloadUrl", {"body": {"fileKeys": [UPLOADED, MISSING]}}, 404, "download.not_found"),
        ("getDownloadUrl", {"body": {"fileKeys": UPLOADED}}, 400, "body.invalid"),
        ("getDownloadUrl", {"as": None}, 401, "unauthorized"),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(
    desk: Desk, operation: str, step: dict[str, Any], status: int, code: str
) -> None:
    before = desk.snapshot()
    reply = desk.answer(operation, **step)
    assert (reply.status, reply.body["code"]) == (status, code)
    assert desk.snapshot() == before


def test_no_more_than_ten_invitations_go_out_in_ten_minutes(desk: Desk) -> None:
    answers = [desk.answer("inviteToSpace").status for _ in range(11)]
    assert answers == [200] * 10 + [429]
    desk.now += 601
    assert desk.answer("inviteToSpace").status == 200


# --- What others hear


@pytest.mark.parametrize(("path", "body"), [(SHOP, {"title": "Other"}), (f"{SHOP}/archive", None)])
def test_a_changed_space_is_told_once_to_all_who_are_subscribed(
    client: httpx.Client, enter: Dial, path: str, body: Any
) -> None:
    sockets = [enter("example", SHOP), enter("ben", SHOP, protocol=4)]
    elsewhere = enter("ben", TEAM)
    space = call(client, path, body)
    [(name, told)] = sockets[0].heard()
    assert sockets[1].heard() == [(name, told)]
    assert (name, told["category"], told["topicId"]) == ("MESSAGE_SENT", "topic.updated", SHOP)
    assert (told["topicTitle"], told["status"], told["sender"]["_id"]) == (space["title"], space["status"], EXAMPLE)
    assert elsewhere.heard() == []


def test_who_listens_to_a_deleted_space_hears_and_sends_no_more(client: httpx.Client, enter: Dial) -> None:
    socket = enter("ben", SHOP)
    call(client, SHOP, method="delete")
    assert socket.heard() == []
    assert socket.failed(chat(topicId=SHOP))["error"] == "app.event.channel.subscription.required"
    [(name, _)] = socket.said("SUBSCRIBE_CHANNEL", channel(SHOP))
    assert name == "SUBSCRIBE_CHANNEL_FAILED"


@pytest.mark.parametrize("path", ["", "/archive"])
def test_the_older_address_leads_to_the_same(client: httpx.Client, path: str) -> None:
    headers = {"Authorization": f"jwt {token('example')}"}
    answer = client.post(f"/avaya-spaces/api/topics/{SHOP}{path}", headers=headers, json={})
    assert answer.json()["_id"] == SHOP


def test_spaces_are_created_and_entered_at_the_older_address_too(client: httpx.Client) -> None:
    headers = {"Authorization": f"jwt {token('example')}"}
    created = client.post("/avaya-spaces/api/topics/invite", headers=headers, json={"topic": {"title": "x"}})
    assert created.json()["data"][0]["topicId"]
    entered = client.get("/avaya-spaces/api/topics/invites/5f2276a8fe5c16664f01e001/join", headers=headers)
    assert entered.json()["topic"]["_id"] == BOARD


@pytest.mark.parametrize("method", ["get", "post"])
def test_addresses_for_uploads_are_given_by_either_method(client: httpx.Client, method: str) -> None:
    body = {"files": [{"Content-Type": "text/plain", "Content-Length": 3}]}
    headers = {"Authorization": f"jwt {token('example')}"}
    answer = client.request(method, "/avaya-spaces/api/files/getuploadurl", headers=headers, json=body)
    [address] = answer.json()["data"]
    assert httpx.put(address["url"], content=b"abc", trust_env=False).status_code == 200
