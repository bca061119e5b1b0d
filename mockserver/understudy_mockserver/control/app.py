"""The control API as an ASGI app at `/_understudy/`: who may use it, and each request's way to its handler.

Requests are judged by the contract in this folder, as those of any API: handlers check nothing again.
"""

from __future__ import annotations

import hmac
import logging
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from understudy_mockserver.asgi import (
    App,
    DisconnectedError,
    RawHeaders,
    Receive,
    Scope,
    Send,
    TooLargeError,
    raw,
    read_body,
    respond,
)
from understudy_mockserver.context import CONTEXT, Context
from understudy_mockserver.control import handlers, health, stream
from understudy_mockserver.control.call import ControlCall, RefusedError
from understudy_mockserver.control.directory import Directory
from understudy_mockserver.control.notes import note
from understudy_mockserver.namespaces import Namespaces
from understudy_mockserver.settings import Settings
from understudy_validators.case import Request
from understudy_validators.compiler import compile_folder
from understudy_validators.contract import Contract, Operation
from understudy_validators.judging import Verdict, judge, refusal
from understudy_validators.routing import Router
from understudy_validators.violation import Violation

log = logging.getLogger("understudy")

BASE = "/_understudy"
FOLDER = Path(__file__).parent
#: Bytes of a request: whole worlds are put in at once.
MAX_BODY = 8 * 1024 * 1024
_STREAM = "followJournal"


class Control:
    """Serves what is for the control API, and passes on the rest. Nothing is compiled before it is first asked for."""

    def __init__(self, app: App, namespaces: Namespaces, settings: Settings) -> None:
        self._app = app
        self._namespaces = namespaces
        self._settings = settings
        #: The whole server, for those who act as somebody; set by who makes it.
        self.server: App = app

    @cached_property
    def contract(self) -> Contract:
        """The control API's own contract."""
        return compile_folder(FOLDER)

    @cached_property
    def _router(self) -> Router[Operation]:
        router: Router[Operation] = Router()
        for operation in self.contract:
            router.add(operation.method, operation.path, operation)
        return router

    @cached_property
    def _directory(self) -> Directory:
        return Directory(self._namespaces.contracts, self._settings.control_token or "", self._namespaces)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        context: Context = scope[CONTEXT]
        path = context.path.removeprefix(BASE)
        own = context.path.startswith(f"{BASE}/") and not path.startswith("/docs/")
        if scope["type"] == "http" and health.is_asked(path):
            await health.answer(path, send)
        elif scope["type"] != "http" or not (own or path == health.METRICS):
            await self._app(scope, receive, send)
        elif context.situation:
            await self._frame(send, context.situation)
        else:
            await self._serve(path, scope, receive, send)

    async def _serve(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        method = scope["method"].replace("HEAD", "GET")
        if _is_strange(headers, self._settings.allowed_hosts):
            await self._say(send, "stranger")
            return
        credential = headers.get("authorization", "").partition(" ")[2].strip()
        if not (_is_local(scope, headers) or self._is_token(credential)):
            await self._say(send, "token-wrong" if credential else "token-missing")
            return
        if method == "GET" and path in health.PAGES:
            await health.page(path, self.contract, self._namespaces, send)
            return
        match = self._router.match(method, path)
        if match is None or match.target is None:
            situation, methods = ("not-found", ()) if match is None else ("method-not-allowed", match.methods)
            await self._frame(send, situation, methods)
            return
        try:
            body = await read_body(receive, MAX_BODY)
        except TooLargeError:
            await self._frame(send, "body-too-large")
            return
        except DisconnectedError:
            return
        request = Request(method, path, headers, scope["query_string"].decode("latin-1"), body)
        await self._answer(match.target, match.parameters, request, (scope, receive, send))

    def _is_token(self, credential: str) -> bool:
        """Whether it is the server's token; without one, nothing is."""
        token = self._settings.control_token
        return bool(token) and hmac.compare_digest(credential.encode(), str(token).encode())

    async def _answer(
        self, operation: Operation, parameters: dict[str, str], request: Request, asgi: tuple[Scope, Receive, Send]
    ) -> None:
        scope, receive, send = asgi
        namespace = parameters.get("namespace", "")
        world = self._directory.world(namespace, _loaded(request.body))
        verdict = judge(operation, request, parameters, world, 0.0)
        if not verdict.accepted:
            await self._refuse(send, operation, verdict)
            return
        origin = scope[CONTEXT].root_url.partition("/~")[0]
        call = ControlCall(
            operation.id, verdict.view, self._namespaces, self._directory, self._settings, origin, self.server
        )
        if operation.id == _STREAM:
            await stream.follow(call, receive, send)
            return
        try:
            value = await handlers.handle(call)
        except RefusedError as refused:
            await self._say(send, refused.answer, **refused.more)
            return
        except Exception:
            log.exception("control: %s failed", operation.id)
            await self._frame(send, "internal-error")
            return
        note(call, request)
        await _send(send, operation.success.status, value)

    async def _refuse(self, send: Send, operation: Operation, verdict: Verdict) -> None:
        answer, body = refusal(operation, verdict)
        violation = verdict.violations[0]
        there_is = self._directory.there_is(answer.name, verdict.view)
        if there_is:
            body = {**body, "message": f"{body['message']} There is: {there_is}."}
        elif answer.name == "invalid-request":
            body = {**body, "message": f"{violation.path}: {_explained(violation)}.", "path": violation.path}
        await _send(send, answer.status, body)

    async def _say(self, send: Send, name: str, **more: Any) -> None:
        answer = self.contract.answers[name]
        await _send(send, answer.status, {**answer.value, **more})

    async def _frame(self, send: Send, situation: str, methods: tuple[str, ...] = ()) -> None:
        answer = self.contract.framing[situation]
        allow = raw({"Allow": ", ".join(methods)}) if methods else []
        await _send(send, answer.status, answer.body({}, None), allow)


async def _send(send: Send, status: int, value: Any, headers: RawHeaders | None = None) -> None:
    body = orjson.dumps(value, default=str)
    fixed: RawHeaders = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]
    await respond(send, status, "application/json", body, [*fixed, *(headers or [])])


def _explained(violation: Violation) -> str:
    """What is wrong, in words; of alternatives, what each asks for."""
    if violation.rule in ("anyOf", "oneOf") and isinstance(violation.limit, list):
        needed = [" and ".join(way["required"]) for way in violation.limit if "required" in way]
        if len(needed) == len(violation.limit):
            return f"give {' or '.join(needed)}"
    return violation.message


def _loaded(body: bytes) -> Any:
    """The body for a first look; whether it is JSON at all is the contract's to say."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _is_strange(headers: dict[str, str], allowed: tuple[str, ...]) -> bool:
    """Whether a page of another origin asks: browsers say so, in one header or the other."""
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "none") in ("cross-site", "same-site")
    host = urlsplit(origin).netloc.lower()
    return not host or not ({host, host.rpartition(":")[0]} & {name.lower() for name in allowed})


def _is_local(scope: Scope, headers: dict[str, str]) -> bool:
    """Whether the client is on this machine, as far as anybody can tell: what comes through a proxy is not."""
    client = scope.get("client")
    if "forwarded" in headers or "x-forwarded-for" in headers:
        return False
    if client is None:
        return True  # no socket at all: the app is called in its own process
    try:
        address = ip_address(client[0])
    except ValueError:
        return client[0] in ("testclient", "")
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback
