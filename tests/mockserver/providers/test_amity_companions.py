"""What a front end of Amity's needs beside sending: reading, editing, reacting, channels, sessions and files."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

from tests.servers import Served
from understudy_mockserver.hashflag import hash_flag

PDF = "0f9e8d7c6b5a49382716f5e4d3c2b1a0"
DEVICE = {"userId": "bob", "deviceId": "d-1", "deviceInfo": {"kind": "web", "version": "1"}}


def numbered(number: int) -> str:
    """The messageId of one of the world's messages."""
    return f"3f0c6c1e-8b1a-4d52-9d0e-{number:012}"


def token(**options: Any) -> str:
    return base64.b64encode(json.dumps(options).encode()).decode()


class Desk:
    """A user of the server, in a namespace of its own."""

    def __init__(self, client: httpx.Client, root: str) -> None:
        self._client = client
        self._root = root

    def ask(self, method: str, path: str, by: str = "alice", status: int = 200, **sent: Any) -> Any:
        """The answer's JSON."""
        headers = {"Authorization": f"Bearer {by if '.' in by else f'{by}-token'}", **sent.pop("headers", {})}
        response = self._client.request(method, f"{self._root}{path}", headers=headers, **sent)
        assert response.status_code == status, response.text
        return response.json()

    def raw(self, path: str) -> httpx.Response:
        return self._client.get(f"{self._root}{path}")

    def messages(self, **query: Any) -> dict[str, Any]:
        """A page of the channel general."""
        page: dict[str, Any] = self.ask("GET", "/api/v3/messages", params={"channelId": "general", **query})
        return page

    def segments(self, **query: Any) -> list[int]:
        return [message["channelSegment"] for message in self.messages(**query)["messages"]]

    def message(self, number: int, by: str = "alice") -> dict[str, Any]:
        [message] = self.ask("GET", f"/api/v3/messages/{numbered(number)}", by)["messages"]
        assert isinstance(message, dict)
        return message

    def send(self, text: str = "hello", by: str = "alice", **fields: Any) -> None:
        self.ask("POST", "/api/v3/messages", by, json={"channelId": "general", "data": {"text": text}, **fields})


@pytest.fixture
def desk(client: httpx.Client, server: Served) -> Desk:
    return Desk(client, server.contracts["amity"])


@pytest.mark.parametrize(
    ("options", "segments"),
    [
        ({"last": 2}, [4, 5]),
        ({"before": 0, "last": 2}, [4, 5]),
        ({"first": 2}, [1, 2]),
        ({"before": 4, "last": 2}, [2, 3]),
        ({"after": 1, "first": 2}, [2, 3]),
        ({"after": 1}, [2, 3, 4, 5]),
        ({"after": 5}, []),
        ({"last": 10_000}, [1, 2, 3, 4, 5]),
        ({"before": "x", "last": -1}, [5]),
    ],
    ids=str,
)
def test_a_token_says_which_page(options: dict[str, Any], segments: list[int], desk: Desk) -> None:
    assert desk.segments(**{"options[token]": token(**options)}) == segments


def test_options_say_the_same_as_a_token(desk: Desk) -> None:
    assert desk.segments(**{"options[after]": 1, "options[first]": 2}) == [2, 3]
    assert desk.segments(**{"options[token]": "?", "options[last]": 1}) == [5]
    assert desk.segments() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("way", "start"), [("previous", {"last": 2}), ("next", {"first": 2})])
def test_pages_hold_each_message_once_while_others_arrive(way: str, start: dict[str, int], desk: Desk) -> None:
    seen, page = [], desk.messages(**{"options[token]": token(**start)})
    while page["messages"]:
        seen += [message["channelSegment"] for message in page["messages"]]
        if len(seen) < 6:
            desk.send()
        page = desk.messages(**{"options[token]": page["paging"][way]}) if way in page["paging"] else {"messages": []}
    assert len(seen) == len(set(seen))
    assert set(seen) >= {1, 2, 3, 4, 5}


@pytest.mark.parametrize(
    ("query", "segments"),
    [
        ({"type": "image"}, [4]),
        ({"isDeleted": "false"}, [1, 2, 4, 5]),
        ({"isDeleted": "true"}, [3]),
        ({"hasFlag": "true"}, [5]),
        ({"parentId": numbered(1)}, [2]),
        ({"filterByParentId": "true"}, [1, 3, 4, 5]),
        ({"filterByParentId": "true", "parentId": ""}, [1, 3, 4, 5]),
        ({"tags[]": ["a", "b"]}, [6]),
        ({"excludeTags[]": "b"}, [1, 2, 3, 4, 5, 7]),
    ],
    ids=str,
)
def test_a_list_is_filtered(query: dict[str, Any], segments: list[int], desk: Desk) -> None:
    desk.send(tags=["a", "b"])
    desk.send(tags=["a"])
    assert [s for s in desk.segments(**query) if s < 6 or "ags" in str(query)] == segments


def test_several_messages_are_answered_in_the_order_asked_for(desk: Desk) -> None:
    ids = {"messageIds[]": [numbered(5), numbered(6), "nowhere", numbered(1)]}
    answer = desk.ask("GET", "/api/v3/messages/list", "carol", params=ids)
    assert [message["messageId"] for message in answer["messages"]] == [numbered(5), numbered(1)]


def test_an_edit_replaces_what_it_names(desk: Desk) -> None:
    before = desk.message(1)
    mentionees = [{"type": "user", "userIds": ["bob", "dave"]}]
    desk.ask("PUT", f"/api/v3/messages/{numbered(1)}", json={"data": {"text": "hi"}, "mentionees": mentionees})
    after = desk.message(1)
    assert (after["data"], after["mentionees"][0]["userIds"]) == ({"text": "hi"}, ["bob"])
    assert after["tags"] == before["tags"]
    assert after["editedAt"] == after["updatedAt"] > before["editedAt"]


def test_a_deleted_message_keeps_its_place_and_nothing_else(desk: Desk) -> None:
    assert desk.ask("DELETE", f"/api/v3/messages/{numbered(4)}") == {"success": True}
    message = desk.message(4)
    assert (message["isDeleted"], message["data"], message["fileId"]) == (True, {}, None)
    assert desk.segments() == [1, 2, 3, 4, 5]
    assert desk.ask("DELETE", f"/api/v3/messages/{numbered(4)}", status=404)["message"] == "Message Not Found."
    assert (
        desk.ask("PUT", f"/api/v3/messages/{numbered(4)}", json={"data": {"text": "a"}}, status=404)["code"] == 400400
    )


def test_flags_are_counted_and_hashed(desk: Desk) -> None:
    path = f"/api/v3/messages/{numbered(5)}"
    [message] = desk.ask("POST", f"{path}/flag", "carol")["messages"]
    assert (message["flagCount"], message["hashFlag"]) == (2, hash_flag(["alice", "carol"]))
    assert desk.ask("GET", f"{path}/isFlaggedByMe") == {"result": True, "isFlagByMe": True}
    assert desk.ask("GET", f"{path}/isFlaggedByMe", "bob") == {"result": False, "isFlagByMe": False}
    for user in ("alice", "carol", "bob"):
        [message] = desk.ask("DELETE", f"{path}/unflag", user)["messages"]
    assert (message["flagCount"], message["hashFlag"]) == (0, None)


def test_reactions_are_counted_once_each_and_shown_to_those_who_gave_them(desk: Desk) -> None:
    like = {"referenceId": numbered(1), "referenceType": "message", "reactionName": "like"}
    first, again = (desk.ask("POST", "/api/v2/reactions", json=like) for _ in range(2))
    assert first == again
    desk.ask("POST", "/api/v2/reactions", "bob", json=like)
    assert (desk.message(1)["reactions"], desk.message(1)["reactionsCount"]) == ({"like": 2}, 2)
    assert (desk.message(1)["myReactions"], desk.message(1, "carol")["myReactions"]) == (["like"], [])
    assert desk.ask("DELETE", "/api/v2/reactions", params=like) == {"removedId": first["addedId"]}
    desk.ask("DELETE", "/api/v2/reactions", status=404, params=like)
    assert desk.message(1)["reactions"] == {"like": 1}


def test_reactions_are_listed_page_by_page(desk: Desk) -> None:
    reaction = {"referenceId": numbered(1), "referenceType": "message"}
    for name in ("one", "two", "three"):
        desk.ask("POST", "/api/v2/reactions", json={**reaction, "reactionName": name})
    names, options = [], token(limit=2)
    while options:
        params = {**reaction, "options[token]": options}
        page = desk.ask("GET", "/api/v3/reactions", params=params)
        names += [reactor["reactionName"] for reactor in page["reactions"][0]["reactors"]]
        options = page["paging"].get("next", "")
    assert names == ["three", "two", "one"]


def test_channels_are_listed_with_the_callers_memberships(desk: Desk) -> None:
    page = desk.ask("GET", "/api/v3/channels", "bob", params={"filter": "member", "options[token]": token(limit=2)})
    assert [channel["channelId"] for channel in page["channels"]] == ["quiet-room", "general"]
    assert {membership["userId"] for membership in page["channelUsers"]} == {"bob"}
    rest = desk.ask(
        "GET", "/api/v3/channels", "bob", params={"filter": "member", "options[token]": page["paging"]["next"]}
    )
    assert [channel["type"] for channel in rest["channels"]] == ["conversation"]
    assert {membership["userId"] for membership in rest["channelUsers"]} == {"alice", "bob"}
    assert "next" not in rest["paging"]
    assert desk.ask("GET", "/api/v3/channels", "carol", params={"types[]": "conversation"})["channels"] == []


def test_a_channel_is_created_by_its_moderator_and_left_by_others(desk: Desk) -> None:
    body = {"channelId": "crew", "userIds": ["bob", "alice"], "displayName": "Crew"}
    [channel] = desk.ask("POST", "/api/v3/channels", json=body)["channels"]
    assert (channel["memberCount"], channel["moderatorMemberCount"], channel["type"]) == (2, 1, "community")
    [joined] = desk.ask("POST", "/api/v3/channels/crew/join", "erin")["channelUsers"]
    assert (joined["membership"], joined["roles"]) == ("member", [])
    desk.ask("POST", "/api/v3/messages", "erin", json={"channelId": "crew", "data": {"text": "hi"}})
    assert desk.ask("DELETE", "/api/v3/channels/crew/leave", status=403)["code"] == 400317
    [left] = desk.ask("DELETE", "/api/v3/channels/crew/leave", "erin")["channelUsers"]
    assert left["membership"] == "none"
    members = desk.ask("GET", "/api/v4/channels/crew/users")
    assert [member["userId"] for member in members["channelUsers"]] == ["bob", "alice"]
    desk.ask("POST", "/api/v3/messages", "erin", status=403, json={"channelId": "crew", "data": {"text": "hi"}})


def test_a_distinct_conversation_is_found_again(desk: Desk) -> None:
    asked = {"userIds": ["alice"], "isDistinct": True}
    [found] = desk.ask("POST", "/api/v3/channels/conversation", "bob", json=asked)["channels"]
    assert found["channelId"] == "64f0000000000000000000c3"
    made = [
        desk.ask("POST", "/api/v3/channels/conversation", json={"userIds": ["carol"], "isDistinct": distinct})
        for distinct in (True, True, False)
    ]
    ids = [answer["channels"][0]["channelId"] for answer in made]
    assert ids[0] == ids[1] != ids[2]


def test_what_was_read_never_goes_back_nor_beyond_the_end(desk: Desk) -> None:
    desk.send()
    read = []
    for segment in (2, 100, 1):
        answer = desk.ask("POST", "/api/v3/channels/general/seen", "carol", json={"readToSegment": segment})
        read.append(answer["channelUsers"][0]["readToSegment"])
    assert read == sorted(read)
    assert read[-1] == 6


@pytest.mark.parametrize("path", ["/api/v4/sessions", "/v1/device"])
def test_a_session_works_until_its_device_starts_another(path: str, desk: Desk) -> None:
    sessions = [desk.ask("POST", path, json=DEVICE, headers={"X-API-Key": "any"}) for _ in range(2)]
    old, new = (session["accessToken"] for session in sessions)
    assert desk.ask("GET", "/api/v3/sessions", old, status=401)["code"] == 400100
    assert desk.ask("GET", "/api/v3/sessions", new) == {"success": True}
    claims = json.loads(base64.urlsafe_b64decode(new.split(".")[1] + "=="))
    assert (claims["user"]["publicUserId"], claims["exp"] - claims["iat"]) == ("bob", 30 * 24 * 3600)
    assert desk.ask("DELETE", "/api/v4/sessions", new) == {"success": True}
    desk.ask("GET", "/api/v3/sessions", new, status=401)


def test_a_stranger_who_logs_in_is_a_user_from_then_on(desk: Desk) -> None:
    body = {**DEVICE, "userId": "grace", "displayName": "Grace"}
    session = desk.ask("POST", "/api/v4/sessions", json=body, headers={"X-API-Key": "any"})
    assert session["users"][0]["displayName"] == "Grace"
    desk.ask("POST", "/api/v3/channels/general/join", session["accessToken"])
    desk.ask("GET", "/api/v3/messages", session["accessToken"], params={"channelId": "general"})


def test_no_session_without_a_key_or_for_the_banned(desk: Desk) -> None:
    assert desk.ask("POST", "/api/v4/sessions", status=401, json=DEVICE)["code"] == 400100
    banned = {**DEVICE, "userId": "frank"}
    answer = desk.ask("POST", "/api/v4/sessions", status=403, json=banned, headers={"X-API-Key": "any"})
    assert answer["code"] == 400312


def test_an_uploaded_image_can_be_sent_and_fetched(desk: Desk) -> None:
    content = b"GIF89a" + (3).to_bytes(2, "little") + (2).to_bytes(2, "little")
    upload = {"files": ("a b.gif", content, "image/gif")}
    [file] = desk.ask("POST", "/api/v4/images", files=upload)
    assert file["attributes"] == {
        "name": "a b.gif",
        "extension": "gif",
        "size": "10",
        "mimeType": "image/gif",
        "metadata": {"height": 2, "width": 3, "isFull": True},
    }
    desk.send(type="image", fileId=file["fileId"])
    assert desk.ask("GET", f"/api/v3/files/{file['fileId']}")["attributes"]["size"] == 10
    response = desk.raw(f"/api/v3/files/{file['fileId']}/download?size=medium")
    assert (response.content, response.headers["X-Content-Type-Options"]) == (content, "nosniff")
    assert response.headers["Content-Disposition"] == 'attachment; filename="a b.gif"'


@pytest.mark.parametrize(("type_", "kind"), [("image/png", "image"), ("text/html", "file"), ("video/mp4", "video")])
def test_the_older_upload_tells_a_files_kind(type_: str, kind: str, desk: Desk) -> None:
    [file] = desk.ask("POST", "/api/v3/files", files={"file": ("a", b"x", type_)})
    assert file["type"] == kind


def test_a_file_is_deleted_by_who_uploaded_it(desk: Desk) -> None:
    [file] = desk.ask("POST", "/api/v4/videos", "bob", files={"files": ("a.mp4", b"x", "video/mp4")})
    desk.send(type="video", fileId=file["fileId"])
    path = f"/api/v3/files/{file['fileId']}"
    assert desk.ask("DELETE", path, status=403)["message"] == "Permission denied"
    assert desk.ask("DELETE", path, "bob") == {"success": True}
    assert desk.ask("GET", path, status=404)["code"] == 400400
    assert desk.raw(f"{path}/download").status_code == 404
    assert desk.messages(**{"options[last]": 1})["messages"][0]["fileId"] == file["fileId"]


def test_messages_are_not_edited_into_one_text_again_and_again(desk: Desk) -> None:
    path, body = f"/api/v3/messages/{numbered(2)}", {"data": {"text": "again"}}
    for _ in range(4):
        desk.ask("PUT", path, "bob", json=body)
    assert desk.ask("PUT", path, "bob", status=403, json=body)["code"] == 400307


@pytest.mark.parametrize("path", ["/api/v3/channels", "/api/v3/channels/conversation"])
def test_a_new_channel_has_an_image_that_was_uploaded(path: str, desk: Desk) -> None:
    body = {"userIds": ["carol"], "avatarFileId": PDF}
    assert desk.ask("POST", path, status=403, json=body)["message"] == "Avatar must be an image."
    body["avatarFileId"] = "f" * 32
    assert desk.ask("POST", path, status=404, json=body)["message"] == f"File not found {'f' * 32}."


def test_files_of_the_world_are_as_long_as_they_say(desk: Desk) -> None:
    assert desk.raw(f"/api/v3/files/{PDF}/download").content == bytes(20480)


def test_a_client_learns_what_the_network_allows(desk: Desk) -> None:
    assert desk.ask("GET", "/api/v3/network-settings/chat")["mention"] == {"isAllowMentionedChannelEnabled": False}
    assert desk.ask("GET", "/api/v3/network-settings/social") == {}
