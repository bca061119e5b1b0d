"""Users: how others see them, and those who have no account."""

from __future__ import annotations

from typing import Any

from understudy_mockserver import tokens
from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.avaya_spaces.service import settings
from understudy_validators import times
from understudy_validators.records import Record

# What is known of a user who has no account.
_NO_ACCOUNT: dict[str, Any] = {
    "ndbid": "",
    "companyId": None,
    "gender": "",
    "timezone": "",
    "phone_numbers": [],
    "permissions": [],
    "licenses": [],
    "relation_graphs": [],
}
# What users see of themselves, beside what others see of them.
_OWN = ("_id", "aType", "ndbid", "lastupdatetime", "gender", "picturefile", "timezone")
_OWN_LISTS = ("permissions", "licenses", "relation_graphs")


def get_me(call: Call) -> Reply:
    """The caller, as users see themselves."""
    caller = call.view["caller"]
    return Reply({**{name: caller[name] for name in (*_OWN, *_OWN_LISTS)}, **appearance(caller)})


def appearance(user: Record) -> dict[str, Any]:
    """A user's names and picture."""
    return {name: user[name] for name in ("username", "displayname", "picture_url")}


def sender(user: Record) -> dict[str, Any]:
    """A user as the sender of a message or an event."""
    return {"_id": user["_id"], "type": user["aType"], **appearance(user)}


def authenticate_anonymously(call: Call) -> Reply:
    """Creates an anonymous user, who shares no space and no company with anyone yet, and answers with a token."""
    service = settings(call.world)
    picture = call.body.get("picturefile") or call.base_url + service["anonymousPicture"]
    user = call.world["users"].insert(
        {
            **_NO_ACCOUNT,
            "_id": call.ids.object_id(call.now),
            "aType": "anonymous",
            "displayname": call.body["displayname"],
            "username": call.body["username"],
            "picturefile": picture,
            "picture_url": picture,
            "lastupdatetime": call.time,
        }
    )
    return Reply({"token": _anonymous_token(call, user, service)})


def _anonymous_token(call: Call, user: Record, service: Record) -> str:
    issued = int(call.now)
    expires = issued + service["anonymousTokenSeconds"]
    claims = {"anonymous_id": user["_id"], "product_type": service["anonymousProductType"]}
    claims |= {"iss": call.base_url, "iat": issued, "exp": expires}
    token = tokens.sign(claims, service["anonymousTokenKey"].encode())
    call.world["tokens"].insert(
        {
            "token": token,
            "scheme": "jwt",
            "kind": "anonymous",
            "userId": user["_id"],
            "scopes": [],
            "expiresAt": times.iso(expires),
        }
    )
    return token
