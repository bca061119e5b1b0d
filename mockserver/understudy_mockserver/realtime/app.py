"""Socket.IO at `/<contract>/socket.io/`, and at `/socket.io/` where a contract is served alone."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import orjson

from understudy_mockserver.asgi import App, Receive, Scope, Send, respond
from understudy_mockserver.context import CONTEXT, Context
from understudy_mockserver.namespaces import Namespaces
from understudy_mockserver.provider import Provider
from understudy_mockserver.realtime import engineio3
from understudy_mockserver.realtime.gateway import Gateway
from understudy_validators.contract import Contract

if TYPE_CHECKING:
    from understudy_mockserver.realtime.engineio4 import EngineIO4

PATH = "socket.io"
_ENGINE_4 = "understudy_mockserver.realtime.engineio4"


class Realtime:
    """ASGI middleware: takes what is for Socket.IO, and passes on the rest."""

    def __init__(self, app: App, served: Mapping[str, tuple[Contract, Provider]], namespaces: Namespaces) -> None:
        self._app = app
        with_events = {name: pair for name, pair in served.items() if pair[0].realtime.channels}
        self._gateways = {
            name: Gateway(contract, provider, namespaces) for name, (contract, provider) in with_events.items()
        }
        self._protocol4: dict[str, EngineIO4] = {}
        self._alone = next(iter(self._gateways), "") if len(served) == 1 else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = self._name(scope) if scope["type"] in ("http", "websocket") else ""
        if name:
            await self._serve(name, scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._app(scope, receive, send)

    def gateway(self, contract: str) -> Gateway:
        """The realtime side of a contract. Raises `KeyError` where it has none."""
        return self._gateways[contract]

    async def close(self) -> None:
        """Ends all connections."""
        for protocol in self._protocol4.values():
            await protocol.close()

    async def _engine4(self, name: str) -> EngineIO4:
        """Made when it is first asked for: python-socketio takes as long to import as half a start, and much memory."""
        if name not in self._protocol4:
            module: Any = await asyncio.to_thread(importlib.import_module, _ENGINE_4)
            if name not in self._protocol4:  # nobody else has waited, and come first
                self._protocol4[name] = module.EngineIO4(self._gateways[name])
        return self._protocol4[name]

    def _name(self, scope: Scope) -> str:
        """The contract whose Socket.IO the path is; empty where it is none."""
        context: Context = scope[CONTEXT]
        if context.situation or PATH not in context.path:
            return ""
        path = context.path.strip("/")
        if path == PATH:
            return self._alone
        name, _, rest = path.partition("/")
        return name if rest == PATH and name in self._gateways else ""

    async def _serve(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        protocol = parse_qs(scope["query_string"].decode("latin-1")).get("EIO", [""])[0]
        if protocol == "4":
            protocol4 = await self._engine4(name)
            await protocol4.serve(scope, receive, send)
        elif scope["type"] == "websocket":
            await engineio3.serve(self._gateways[name], scope, receive, send)
        else:
            await respond(send, 400, "application/json", _TRANSPORT_UNKNOWN, [])


# What the vendors' servers answer to a client of protocol 3 that polls: they are set to websockets only.
_TRANSPORT_UNKNOWN = orjson.dumps({"code": 0, "message": "Transport unknown"})
