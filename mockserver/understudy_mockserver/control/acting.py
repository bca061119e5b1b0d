"""Acting as somebody: a request like those of clients, through the whole server."""

from __future__ import annotations

from typing import Any

import orjson

from understudy_mockserver.asgi import raw
from understudy_mockserver.control import participants
from understudy_mockserver.control.call import ControlCall, RefusedError
from understudy_mockserver.control.inside import ask
from understudy_validators import wire
from understudy_validators.errors import UsageError


async def act(call: ControlCall) -> dict[str, Any]:
    """What the API answers to the request that the body's words stand for (specs/README.md has them)."""
    step = {word: value for word, value in call.body.items() if word != "contract"}
    if "as" in step:
        step["as"] = _credential(call, step["as"])
    try:
        request = wire.build(call.contract, step)
    except UsageError as error:
        raise RefusedError("impossible-step", str(error)) from None
    headers, body = request.encode()
    target = f"/~{call.name}/{call.contract.name}{request.path}" + (f"?{request.query}" if request.query else "")
    host = call.root_url.partition("://")[2]
    sent = raw({"Host": host, **headers, "Content-Length": str(len(body))})
    answer = await ask(call.app, request.method, target, sent, body)
    shown = {name.decode("latin-1"): value.decode("latin-1") for name, value in answer.headers}
    return {"status": answer.status, "headers": shown, "body": _value(answer.body)}


def _credential(call: ControlCall, name: str) -> str:
    state = call.state
    found = participants.find(call.contract, state.world, name, state.clock.now)
    if found is None or not found.credential:
        raise RefusedError("no-such-caller", f"The world has no token for {name!r} that is still good.")
    return found.credential


def _value(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode("utf-8", "replace")
