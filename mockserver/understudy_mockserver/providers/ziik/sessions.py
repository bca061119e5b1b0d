"""Logins, and tokens for newer ones."""

from __future__ import annotations

from understudy_mockserver import tokens
from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.ziik.state import next_number, setting


def authenticate(call: Call) -> Reply:
    """A token for the user of the login."""
    return _session(call, call.view["login"]["userId"])


def renew(call: Call) -> Reply:
    """Another token for the same user. The one he has stays valid until its own end: no source says otherwise."""
    return _session(call, call.view["token"]["userId"])


def _session(call: Call, user_id: int) -> Reply:
    """Makes a token that the mock accepts from now on. What Ziik writes into its own is not known."""
    issued = int(call.now)
    expires = issued + int(setting(call.world, "token-lifetime"))
    # The issuer, as the client reaches it, keeps the tokens of two namespaces apart.
    claims = {"iss": call.base_url, "sub": str(user_id), "iat": issued, "exp": expires}
    claims["jti"] = str(next_number(call.world, "tokens"))
    token = tokens.sign(claims, setting(call.world, "token-key").encode())
    call.world["tokens"].insert({"token": token, "userId": user_id, "expiresAt": expires})
    return Reply([{"jwt": token, "expires": expires}])
