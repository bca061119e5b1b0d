"""Sessions, and what clients ask for when a user logs in."""

from __future__ import annotations

from typing import Any

from understudy_mockserver import tokens
from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.amity import bundles
from understudy_validators import times
from understudy_validators.records import Record

# Nobody but the mock checks the signature: its tokens are known by their records.
_KEY = b"understudy amity"


def create_session(call: Call) -> Reply:
    """Gives out a token for the user, who is created where there is none; the device's earlier token ends."""
    user, refresh_token = _user(call), call.ids.hex(80)
    expires = int(call.now) + _network(call)["sessionSeconds"]
    # The address, as the client reaches it, keeps the tokens of two namespaces apart.
    token = tokens.sign(_claims(call, user, refresh_token, expires), _KEY + call.base_url.encode())
    _replace_token(call, {"token": token, "userId": user["userId"], "expiresAt": times.iso(expires)})
    return Reply(
        {
            "accessToken": token,
            "refreshToken": refresh_token,
            "issuedAt": call.time,
            "expiresAt": times.iso(expires),
            "users": [user],
            "files": bundles.files(call, (), [user]),
        }
    )


def delete_session(call: Call) -> Reply:
    """Forgets the token."""
    call.world["tokens"].remove(call.view["token"])
    return Reply({"success": True})


def verify_session(call: Call) -> Reply:
    """That the token is valid is known already."""
    return Reply({"success": True})


def get_chat_settings(call: Call) -> Reply:
    """The network's settings of chats."""
    return Reply(_network(call)["chat"])


def get_social_settings(call: Call) -> Reply:
    """The network has no social feeds."""
    return Reply({})


def _network(call: Call) -> Record:
    [network] = call.world["network"]
    return network


def _replace_token(call: Call, record: dict[str, Any]) -> None:
    known, device_id = call.world["tokens"], call.body["deviceId"]
    for earlier in known.all(deviceId=device_id):
        known.remove(earlier)
    known.insert({**record, "deviceId": device_id})


def _claims(call: Call, user: Record, refresh_token: str, expires: int) -> dict[str, Any]:
    person = {
        "userId": user["_id"],
        "publicUserId": user["userId"],
        "networkId": _network(call)["networkId"],
        "displayName": user["displayName"],
        "refreshToken": refresh_token,
    }
    return {"user": person, "sub": user["_id"], "iss": call.base_url, "iat": int(call.now), "exp": expires}


def _user(call: Call) -> Record:
    users, body = call.world["users"], call.body
    user = users.find(userId=body["userId"])
    if user is None:
        return users.insert(_new_user(call))
    if body.get("displayName", user["displayName"]) != user["displayName"]:
        return users.replace(user, displayName=body["displayName"], updatedAt=call.time)
    return user


def _new_user(call: Call) -> dict[str, Any]:
    user_id, internal_id = call.body["userId"], call.ids.object_id(call.now)
    return {
        "_id": internal_id,
        "path": f"{_network(call)['networkId']}/user/{internal_id}",
        "createdAt": call.time,
        "updatedAt": call.time,
        "isDeleted": False,
        "displayName": call.body.get("displayName", user_id),
        "userId": user_id,
        "userInternalId": internal_id,
        "userPublicId": user_id,
        "metadata": {},
        "roles": [],
        "permissions": [],
        "flagCount": 0,
        "hashFlag": None,
        "avatarFileId": None,
        "isGlobalBan": False,
        "isBrand": False,
    }
