"""A mock in the test's own process, and the control API to steer it with: no socket."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

from understudy_mockserver.app import create_app
from understudy_mockserver.contracts import load_contract
from understudy_mockserver.settings import Settings
from understudy_validators import wire

ORIGIN = "http://localhost"
REPLYKE = load_contract("replyke")


class Steered:
    """An app of Replyke's contract; calls are awaited one by one."""

    def __init__(self, settings: Settings | None = None, names: tuple[str, ...] = ("replyke",)) -> None:
        self.app = create_app(names, settings or Settings(seed=7))

    def request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Any request."""

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
                return await client.request(method, path, **arguments)

        return asyncio.run(ask())

    def call(self, method: str, path: str, body: Any = None, namespace: str = "t", **query: Any) -> httpx.Response:
        """A call of the control API, below the namespace."""
        return self.request(method, f"/_understudy/namespaces/{namespace}{path}", json=body, params=query)

    def ok(self, method: str, path: str, body: Any = None, namespace: str = "t", **query: Any) -> Any:
        """The same; what it answers, which must be a success."""
        response = self.call(method, path, body, namespace, **query)
        assert response.is_success, response.text
        return response.json()

    def send(self, step: Mapping[str, Any] | None = None, namespace: str = "t") -> httpx.Response:
        """The request that a trigger's step stands for: Alice's message, unless said."""
        return self.request(**wire_of({"send": "sendMessage", **(step or {})}, namespace))


def wire_of(step: Mapping[str, Any], namespace: str) -> dict[str, Any]:
    """The arguments of a client for a step."""
    request = wire.build(REPLYKE, step)
    headers, body = request.encode()
    query = f"?{request.query}" if request.query else ""
    path = f"/~{namespace}/replyke{request.path}{query}"
    return {"method": request.method, "path": path, "headers": headers, "content": body}
