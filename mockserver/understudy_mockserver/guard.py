"""What stands before everything else: Host allow-list, sizes, CORS for browsers, and the namespace in the path."""

from __future__ import annotations

from functools import lru_cache

import orjson

from understudy_mockserver import namespaces, verdicts
from understudy_mockserver.asgi import App, Message, RawHeaders, Receive, Scope, Send, respond
from understudy_mockserver.context import CONTEXT, SITUATION, Context
from understudy_mockserver.settings import Settings

_NO_NAMESPACE = (
    "A namespace's name is 1 to 64 ASCII letters, digits, dots, dashes and underscores; "
    "it starts with a letter or digit."
)
# What is said where no contract has a word for it.
_PLAIN = {
    "misdirected": (421, "This Host is not served here; start with --allow-host to serve it."),
    "bad-request": (400, "This is no HTTP request."),
    "timeout": (408, "The request did not come in time."),
    "uri-too-long": (414, "The address is too long."),
    "headers-too-large": (431, "The headers are too many, or too long."),
}


class Guard:
    """ASGI middleware around the whole server."""

    def __init__(self, app: App, settings: Settings) -> None:
        self._app = app
        self._limits = settings.limits
        self._hosts = frozenset(host.lower() for host in settings.allowed_hosts)
        self._is_allowed = lru_cache(maxsize=64)(self._allows)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send, headers)
            return
        origin = headers.get(b"origin")
        if origin is not None:
            send = _with_cors(send, origin)
        try:
            scope[CONTEXT] = context = self._context(scope, headers)
        except ValueError as error:
            await refuse(send, 400, str(error))
            return
        is_preflight = origin is not None and scope["method"] == "OPTIONS"
        if is_preflight and b"access-control-request-method" in headers and not context.situation:
            await respond(send, 204, "", b"", _preflight(headers))
            return
        await self._app(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send, headers: dict[bytes, bytes]) -> None:
        try:
            scope[CONTEXT] = context = self._context(scope, headers)
        except ValueError:
            context = None
        if context is None or context.situation:
            await send({"type": "websocket.close", "code": 1008})  # before it is accepted: the client sees a 403
        else:
            await self._app(scope, receive, send)

    def _context(self, scope: Scope, headers: dict[bytes, bytes]) -> Context:
        host = headers.get(b"host", b"").decode("latin-1")
        path = scope["raw_path"].decode("latin-1")
        namespace = headers.get(namespaces.HEADER.encode(), b"").decode("latin-1")
        if path.startswith("/~"):
            namespace, _, rest = path[2:].partition("/")
            path = f"/{rest}"
        if namespace and not namespaces.NAME.fullmatch(namespace):
            raise ValueError(_NO_NAMESPACE)
        scheme = scope.get("scheme", "http").replace("ws", "http")
        context = Context(
            namespaces.DEFAULT,
            f"{scheme}://{host}",
            path,
            self._situation(scope, host, len(headers) < len(scope["headers"])),
        )
        return context.within(namespace) if namespace else context

    def _situation(self, scope: Scope, host: str, repeated: bool) -> str:
        """What is wrong with a request before its body is read; nothing, as a rule. `repeated`: some header is."""
        limits, headers = self._limits, scope["headers"]
        if SITUATION in scope:
            situation: str = scope[SITUATION]
            return situation
        if not self._is_allowed(host):
            return "misdirected"
        if len(scope["raw_path"]) + len(scope["query_string"]) > limits.url:
            return "uri-too-long"
        if len(headers) > limits.headers or sum([len(n) + len(v) for n, v in headers]) > limits.header_bytes:
            return "headers-too-large"
        # Two Hosts are two requests to whoever reads the other one (RFC 9112, section 3.2).
        return "bad-request" if repeated and [name for name, _ in headers].count(b"host") > 1 else ""

    def _allows(self, host: str) -> bool:
        # DNS rebinding: a page of a stranger's name that resolves to this machine still sends the stranger's Host.
        whole = host.lower()
        if whole in self._hosts:
            return True
        name, _, port = whole.rpartition(":")
        return name in self._hosts and port.isascii() and (port.isdecimal() or not port)


async def refuse(send: Send, status: int, detail: str, headers: RawHeaders | None = None) -> None:
    """An answer of our own, where no vendor has a say: a problem document (RFC 9457)."""
    body = orjson.dumps({"type": "about:blank", "status": status, "detail": detail})
    await respond(send, status, "application/problem+json", body, headers or [])


async def refuse_situation(send: Send, situation: str) -> None:
    """The same for a request with which something is wrong before anyone looks at it."""
    await refuse(send, *_PLAIN[situation])


def _with_cors(send: Send, origin: bytes) -> Send:
    extra = [*_allow(origin), (b"access-control-expose-headers", ", ".join(verdicts.EXPOSED).encode())]

    async def send_with_cors(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *extra]
        await send(message)

    return send_with_cors


def _allow(origin: bytes) -> RawHeaders:
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
    ]


def _preflight(headers: dict[bytes, bytes]) -> RawHeaders:
    wanted = headers.get(b"access-control-request-headers", b"authorization, content-type")
    return [
        (b"access-control-allow-methods", b"GET, POST, PUT, PATCH, DELETE, OPTIONS"),
        (b"access-control-allow-headers", wanted),
        (b"access-control-max-age", b"600"),
    ]
