"""Ziik chat: what the API does with a message, a login or a renewal that breaks no rule of its contract."""

from __future__ import annotations

from typing import Any

from understudy_mockserver import tokens
from understudy_mockserver.provider import Call, Provider, Reply
from understudy_validators.records import Record, World


def create_message(call: Call) -> Reply:
    """Stores the message, moves its conversation's `updated_at`, and answers it bare.

    `Location` has the path of the vendor's earlier documentation, below the `/api` of its base URL.
    """
    message = call.world["messages"].insert(_message(call))
    call.world["conversations"].replace(call.view["conversation"], updated_at=message["date"])
    return Reply(_shown(message, call.base_url), headers={"Location": f"{call.base_url}/api/messages/{message['id']}"})


def authenticate(call: Call) -> Reply:
    """A token for the user of the login."""
    return _session(call, call.view["login"]["userId"])


def renew(call: Call) -> Reply:
    """Another token for the same user. The one he has stays valid until its own end: no source says otherwise."""
    return _session(call, call.view["token"]["userId"])


def _message(call: Call) -> dict[str, Any]:
    """A new message, its keys in the vendor's order."""
    parent = call.view.get("parent")
    return {
        "id": _next(call.world, "messages"),
        "type": "normal",
        "conversationId": call.view["conversation"]["id"],
        "is_reply": parent is not None,
        "parent": parent and _without_parent(parent),
        "deleted": False,
        "message": call.body["message"],
        "date": int(call.now),
        "edited_at": None,
        "reactions": [],
        "author": {**call.view["caller"], "participant_type": call.view["participant"]["role"]},
        "files": [],
        "voice": None,
    }


def _without_parent(message: Record) -> dict[str, Any]:
    return {name: value for name, value in message.items() if name != "parent"}


def _shown(message: Record, base_url: str) -> dict[str, Any]:
    """A message as answers show it: with the addresses of its files, voice and parent made whole."""
    files = [_with_addresses(file, base_url) for file in message["files"]]
    voice = message["voice"] and {**message["voice"], "url": _address(message["voice"]["url"], base_url)}
    parent = {"parent": message["parent"] and _shown(message["parent"], base_url)} if "parent" in message else {}
    return {**message, "files": files, "voice": voice, **parent}


def _with_addresses(file: Record, base_url: str) -> dict[str, Any]:
    versions = {name: _address(path, base_url) for name, path in file["versions"].items()}
    addresses = {name: _address(file[name], base_url) for name in ("source", "stream")}
    return {**file, **addresses, "versions": versions}


def _address(path: str, base_url: str) -> str:
    return f"{base_url}{path}" if path.startswith("/") else path


def _session(call: Call, user_id: int) -> Reply:
    """Makes a token that the mock accepts from now on. What Ziik writes into its own is not known."""
    issued = int(call.now)
    expires = issued + int(_setting(call.world, "token-lifetime"))
    # The issuer, as the client reaches it, keeps the tokens of two namespaces apart.
    claims = {"iss": call.base_url, "sub": str(user_id), "iat": issued, "exp": expires}
    claims["jti"] = str(_next(call.world, "tokens"))
    token = tokens.sign(claims, _setting(call.world, "token-key").encode())
    call.world["tokens"].insert({"token": token, "userId": user_id, "expiresAt": expires})
    return Reply([{"jwt": token, "expires": expires}])


def _setting(world: World, name: str) -> Any:
    return next(world["settings"].matching(("name",), (name,)))["value"]


def _next(world: World, kind: str) -> int:
    counter = next(world["counters"].matching(("name",), (kind,)))
    world["counters"].replace(counter, next=counter["next"] + 1)
    return int(counter["next"])


PROVIDER = Provider(
    name="ziik",
    handlers={"createMessage": create_message, "authenticate": authenticate, "renew": renew, "renewByGet": renew},
)
