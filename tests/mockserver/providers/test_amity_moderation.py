"""What moderators of Amity's channels do: adding and removing, banning, muting, roles, and channels themselves."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.mockserver.providers.test_amity_companions import Desk, numbered
from tests.servers import Served
from understudy_mockserver.blobs import Blobs
from understudy_mockserver.contracts import load_contract
from understudy_mockserver.ids import Ids
from understudy_mockserver.provider import Call
from understudy_mockserver.providers.amity import PROVIDER
from understudy_validators import judge, wire
from understudy_validators.judging import Verdict
from understudy_validators.records import World

CONTRACT = load_contract("amity")
NOW = 1767225600.25
GENERAL = "/api/v3/channels/general"
HELLO = {"channelId": "general", "data": {"text": "hello"}}
IMAGE = "a1b2c3d4e5f60718293a4b5c6d7e8f90"


@pytest.fixture
def desk(client: httpx.Client, server: Served) -> Desk:
    return Desk(client, server.contracts["amity"])


def channel(desk: Desk, by: str = "alice") -> dict[str, Any]:
    [found] = desk.ask("GET", GENERAL, by)["channels"]
    assert isinstance(found, dict)
    return found


def membership(desk: Desk, user_id: str) -> dict[str, Any]:
    """What the user is to general, as a moderator sees it."""
    params = {"memberships[]": ["none", "member", "banned"], "options[limit]": 100}
    found = desk.ask("GET", f"{GENERAL}/users", params=params)["channelUsers"]
    [one] = [each for each in found if each["userId"] == user_id]
    assert isinstance(one, dict)
    return one


def test_flags_are_cleared_by_a_moderator(desk: Desk) -> None:
    path = f"/api/v3/messages/{numbered(5)}"
    desk.ask("POST", f"{path}/flag", "carol")
    assert desk.ask("DELETE", f"{path}/clearFlags", "bob", status=403)["code"] == 400301
    [message] = desk.ask("DELETE", f"{path}/clearFlags")["messages"]
    assert (message["flagCount"], message["hashFlag"]) == (0, None)
    assert desk.ask("GET", f"{path}/isFlaggedByMe", "carol")["result"] is False


def test_users_who_are_added_may_write_and_those_removed_may_not(desk: Desk) -> None:
    added = desk.ask("POST", f"{GENERAL}/users", json={"channelId": "general", "userIds": ["erin", "bob"]})
    assert [(m["userId"], m["membership"]) for m in added["channelUsers"]][:2] == [
        ("erin", "member"),
        ("bob", "member"),
    ]
    assert channel(desk)["memberCount"] == 5
    desk.send(by="erin")
    removed = desk.ask("DELETE", f"{GENERAL}/users", json={"userIds": ["erin"]})
    assert removed["channelUsers"][0]["membership"] == "none"
    assert channel(desk)["memberCount"] == 4
    desk.ask("POST", "/api/v3/messages", "erin", status=403, json=HELLO)


def test_whom_to_remove_may_stand_in_the_query(desk: Desk) -> None:
    desk.ask("DELETE", f"{GENERAL}/users", params={"userIds[]": ["bob", "carol"]})
    assert channel(desk)["memberCount"] == 2
    asked = {"userIds[]": ["bob"]}
    assert desk.ask("DELETE", f"{GENERAL}/users", status=404, params=asked)["message"] == "User Not Found."


def test_the_banned_cannot_be_added_or_join_until_their_ban_has_ended(desk: Desk) -> None:
    who = {"userIds": ["bob"]}
    [banned] = desk.ask("PUT", f"{GENERAL}/users/ban", json=who)["channelUsers"]
    assert (banned["membership"], banned["isBanned"], channel(desk)["memberCount"]) == ("banned", True, 3)
    assert desk.ask("POST", "/api/v3/messages", "bob", status=403, json=HELLO)["code"] == 400304
    assert desk.ask("POST", f"{GENERAL}/users", status=403, json=who)["code"] == 400304
    assert desk.ask("POST", f"{GENERAL}/join", "bob", status=403)["code"] == 400304
    [unbanned] = desk.ask("PUT", f"{GENERAL}/users/unban", json=who)["channelUsers"]
    assert (unbanned["membership"], unbanned["isBanned"]) == ("none", False)
    assert desk.ask("POST", f"{GENERAL}/join", "bob")["channelUsers"][0]["membership"] == "member"


def test_a_stranger_to_the_channel_can_be_banned(desk: Desk) -> None:
    desk.ask("POST", "/api/v3/channels", json={"channelId": "crew"})
    [banned] = desk.ask("PUT", "/api/v3/channels/crew/users/ban", json={"userIds": ["bob"]})["channelUsers"]
    assert (banned["userId"], banned["membership"]) == ("bob", "banned")
    assert desk.ask("POST", "/api/v3/channels/crew/join", "bob", status=403)["code"] == 400304


def test_a_role_comes_with_what_it_permits_and_goes_with_it(desk: Desk) -> None:
    body = {"role": "channel-moderator", "userIds": ["carol"]}
    desk.ask("POST", f"{GENERAL}/users/roles", json=body)
    carol = membership(desk, "carol")
    assert (carol["roles"], "User/ExemptFromMute" in carol["permissions"]) == (["channel-moderator"], True)
    assert channel(desk)["moderatorMemberCount"] == 2
    desk.send(by="carol")
    desk.ask("DELETE", f"{GENERAL}/users/roles", params={"role": body["role"], "userIds[]": ["carol"]})
    assert (membership(desk, "carol")["roles"], membership(desk, "carol")["permissions"]) == ([], [])
    assert desk.ask("POST", "/api/v3/messages", "carol", status=403, json=HELLO)["code"] == 400302


@pytest.mark.parametrize(
    ("path", "body"),
    [("users", {"userIds": ["alice"]}), ("users/roles", {"role": "channel-moderator", "userIds": ["alice"]})],
)
def test_the_last_moderator_stays(path: str, body: dict[str, Any], desk: Desk) -> None:
    assert desk.ask("DELETE", f"{GENERAL}/{path}", status=403, json=body)["code"] == 400317
    desk.ask("POST", f"{GENERAL}/users/roles", json={"role": "channel-moderator", "userIds": ["bob"]})
    desk.ask("DELETE", f"{GENERAL}/{path}", json=body)
    assert channel(desk)["moderatorMemberCount"] == 1


def test_a_muted_member_may_write_again_when_the_mute_is_ended(desk: Desk) -> None:
    mute = {"userIds": ["bob"], "mutePeriod": 60_000}
    assert desk.ask("PUT", "/api/v2/channel/general/users/mute", json=mute) == {"success": True}
    assert membership(desk, "bob")["isMuted"] is True
    assert desk.ask("POST", "/api/v3/messages", "bob", status=403, json=HELLO)["code"] == 400302
    assert {m["userId"] for m in muted(desk)} == {"bob", "carol"}
    desk.ask("PUT", "/api/v2/channel/general/users/mute", json={**mute, "mutePeriod": 0})
    assert "muteTimeout" not in membership(desk, "bob")
    desk.send(by="bob")


@pytest.mark.parametrize(("seconds", "answers"), [(59, ["channel-muted", "user-muted"]), (61, [])])
def test_mutes_end_by_themselves(seconds: int, answers: list[str]) -> None:
    world = CONTRACT.world.copy()
    for step in ({"send": "muteChannel"}, {"send": "muteChannelUsers"}):
        verdict = judged(step, world, NOW)
        operation = CONTRACT.operation(step["send"])
        call = Call(operation, verdict.view, (), world, Blobs(0), Ids(1), NOW, "http://mock.test/amity")
        PROVIDER.handlers[operation.id](call)
    verdict = judged({"send": "createMessage", "as": "bob-token"}, world, NOW + seconds)
    assert [violation.answer for violation in verdict.violations] == answers


def judged(step: dict[str, Any], world: World, now: float) -> Verdict:
    sent = wire.build(CONTRACT, step)
    return judge(CONTRACT.operation(step["send"]), sent.to_request(), sent.parameters, world, now)


def muted(desk: Desk) -> list[dict[str, Any]]:
    found = desk.ask("GET", f"{GENERAL}/users", params={"memberships[]": "muted"})["channelUsers"]
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(("period", "code"), [(-1, 400303), (60_000.5, 400303), (0, None)])
def test_a_channel_is_muted_for_all_but_its_moderators(period: float, code: int | None, desk: Desk) -> None:
    desk.ask("PUT", "/api/v2/channel/general/mute", json={"mutePeriod": period})
    assert channel(desk)["isMuted"] is bool(code)
    assert ("muteTimeout" in channel(desk)) is (period > 1)
    answer = desk.ask("POST", "/api/v3/messages", "bob", status=403 if code else 200, json=HELLO)
    assert answer.get("code") == code
    desk.send(by="alice")


def test_a_changed_channel_keeps_what_was_not_named(desk: Desk) -> None:
    before = channel(desk)
    body = {"tags": ["harbour"], "avatarFileId": IMAGE, "autoDeleteMessageByFlagLimit": 3}
    answer = desk.ask("PUT", GENERAL, json=body)
    after = channel(desk)
    assert after.items() >= {**body, "displayName": before["displayName"], "metadata": before["metadata"]}.items()
    assert after["updatedAt"] > before["updatedAt"]
    assert [file["fileId"] for file in answer["files"]] == [IMAGE]
    desk.ask("PUT", GENERAL, json={"avatarFileId": None})
    assert channel(desk)["avatarFileId"] is None


def test_a_partner_may_change_a_conversation(desk: Desk) -> None:
    path = "/api/v3/channels/64f0000000000000000000c3"
    [changed] = desk.ask("PUT", path, "bob", json={"displayName": "Us"})["channels"]
    assert changed["displayName"] == "Us"
    assert desk.ask("POST", f"{path}/users", "bob", status=403, json={"userIds": ["carol"]})["code"] == 400301


def test_a_deleted_channel_is_known_and_closed(desk: Desk) -> None:
    assert desk.ask("DELETE", GENERAL, "bob", status=403)["code"] == 400301
    assert desk.ask("DELETE", GENERAL) == {"success": True}
    assert channel(desk)["isDeleted"] is True
    assert desk.ask("POST", "/api/v3/messages", status=404, json=HELLO)["code"] == 400400
    assert desk.ask("DELETE", GENERAL, status=404)["code"] == 400400
    listed = desk.ask("GET", "/api/v3/channels", params={"isDeleted": "false"})["channels"]
    assert "general" not in [each["channelId"] for each in listed]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", GENERAL, {"displayName": "Mine"}),
        ("DELETE", GENERAL, None),
        ("POST", f"{GENERAL}/users", {"userIds": ["erin"]}),
        ("DELETE", f"{GENERAL}/users", {"userIds": ["carol"]}),
        ("PUT", f"{GENERAL}/users/ban", {"userIds": ["carol"]}),
        ("PUT", f"{GENERAL}/users/unban", {"userIds": ["dave"]}),
        ("POST", f"{GENERAL}/users/roles", {"role": "channel-moderator", "userIds": ["bob"]}),
        ("DELETE", f"{GENERAL}/users/roles", {"role": "channel-moderator", "userIds": ["alice"]}),
        ("PUT", "/api/v2/channel/general/mute", {"mutePeriod": -1}),
        ("PUT", "/api/v2/channel/general/users/mute", {"userIds": ["carol"], "mutePeriod": -1}),
    ],
)
def test_others_than_moderators_change_nothing(method: str, path: str, body: Any, desk: Desk) -> None:
    before = (channel(desk), [membership(desk, user) for user in ("alice", "bob", "carol", "dave", "erin")])
    assert desk.ask(method, path, "bob", status=403, json=body)["code"] == 400301
    assert desk.ask(method, path, "dave", status=403, json=body)["code"] == 400304
    assert desk.ask(method, path, "erin", status=403, json=body)["code"] == 400301
    after = (channel(desk), [membership(desk, user) for user in ("alice", "bob", "carol", "dave", "erin")])
    assert after == before


@pytest.mark.parametrize(("sort", "first"), [("firstCreated", "alice"), ("lastCreated", "frank"), (None, "frank")])
def test_members_are_listed_by_when_they_came(sort: str | None, first: str, desk: Desk) -> None:
    params = {"sortBy": sort} if sort else {}
    page = desk.ask("GET", f"{GENERAL}/users", params=params)
    assert page["channelUsers"][0]["userId"] == first
