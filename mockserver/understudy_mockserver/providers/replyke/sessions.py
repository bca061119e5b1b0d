"""Sessions: who signs in, how a session goes on, and what clients ask before."""

from __future__ import annotations

from typing import Any

from understudy_mockserver import tokens
from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.replyke.service import said, settings
from understudy_validators import times
from understudy_validators.records import Record

_ACCOUNT = ("email", "isVerified", "isActive", "lastActive", "updatedAt", "authMethods")
_SUSPENSION = ("reason", "startDate", "endDate")


def get_lean_project(call: Call) -> Reply:
    """The project in a few words."""
    project = call.view["project"]
    return Reply({"id": project["id"], "name": project["name"], "integrations": []})


def sign_in(call: Call) -> Reply:
    """Starts a session."""
    return _session(call, call.view["sender"])


def request_new_access_token(call: Call) -> Reply:
    """Goes on with a session: the refresh token that was sent is taken for a moment more, and a new one after it."""
    if "session" not in call.view:
        return Reply(said(call, "none"))
    used = call.view["session"]
    if used["graceUntil"] is None:
        grace = call.now + settings(call.world)["reuseGraceSeconds"]
        call.world["refreshTokens"].replace(used, graceUntil=times.iso(grace))
    return _session(call, call.view["sender"])


def _session(call: Call, user: Record) -> Reply:
    body = {"success": True, "accessToken": _access_token(call, user), "refreshToken": _refresh_token(call, user)}
    return Reply({**body, "user": _own_user(call, user)})


def _access_token(call: Call, user: Record) -> str:
    """A signed token that the world knows until it expires."""
    claims, expiry = _claims(call, user, settings(call.world)["accessTokenSeconds"])
    token = _signed(call, {**claims, "role": settings(call.world)["tokenRole"]})
    if call.world["tokens"].find(token=token) is None:
        record = {"token": token, "kind": "user", "userId": user["id"], "expiresAt": expiry}
        call.world["tokens"].insert(record)
    return token


def _refresh_token(call: Call, user: Record) -> str:
    """A signed token that differs from all others, and that the world knows."""
    claims, expiry = _claims(call, user, settings(call.world)["refreshTokenSeconds"])
    token = _signed(call, {**claims, "jti": call.ids.uuid()})
    owner = {"projectId": call.path["projectId"], "userId": user["id"]}
    call.world["refreshTokens"].insert({"token": token, **owner, "graceUntil": None, "expiresAt": expiry})
    return token


def _claims(call: Call, user: Record, seconds: int) -> tuple[dict[str, Any], str]:
    """The claims of a token that lives so long, in whole seconds as JWTs count, and the time at which it expires."""
    issued = int(call.now)
    names = {"iss": settings(call.world)["tokenIssuer"], "aud": settings(call.world)["tokenAudience"]}
    subject = {"sub": user["id"], "projectId": call.path["projectId"]}
    return {**subject, **names, "iat": issued, "exp": issued + seconds}, times.iso(issued + seconds)


def _signed(call: Call, claims: dict[str, Any]) -> str:
    # The address, as the client reaches it, keeps the tokens of two namespaces apart.
    return tokens.sign(claims, f"{settings(call.world)['tokenKey']} {call.base_url}".encode())


def _own_user(call: Call, user: Record) -> dict[str, Any]:
    """A user as the user alone is shown it; one who has no account here came from elsewhere."""
    account = call.world["accounts"].find(userId=user["id"]) or _stranger(user)
    suspensions = call.world["suspensions"].all(userId=user["id"])
    live = [each for each in suspensions if times.is_live(each["endDate"], call.now)]
    shown = [{name: each[name] for name in _SUSPENSION} for each in live]
    return {**user, **{name: account[name] for name in _ACCOUNT}, "suspensions": shown}


def _stranger(user: Record) -> Record:
    unknown = {"email": None, "lastActive": None, "isVerified": False, "isActive": True, "authMethods": ["external"]}
    return {**unknown, "updatedAt": user["createdAt"]}
