"""Causing an error of the catalogue, step by step, against a server or a fresh mock of our own."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from understudy_mockserver.app import create_app
from understudy_mockserver.namespaces import HEADER
from understudy_mockserver.verdicts import VERDICT
from understudy_validators import wire
from understudy_validators.catalogue import Entry
from understudy_validators.contract import Contract
from understudy_validators.wire import WireRequest


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, the answer it got, and how often it was sent."""

    request: WireRequest
    times: int
    status: int
    body: Any
    verdict: str


@dataclass(frozen=True, slots=True)
class Reproduction:
    """What came of an entry: each exchange, and whether the last answer is the one that the catalogue has."""

    entry: Entry
    exchanges: Sequence[Exchange]

    @property
    def last(self) -> Exchange:
        """The exchange that should have caused the error."""
        return self.exchanges[-1]

    @property
    def matches(self) -> bool:
        """Whether status and body are exactly those of the catalogue."""
        return (self.last.status, self.last.body) == (self.entry.answer.status, self.entry.body)


def client(contract: Contract, base_url: str | None) -> AbstractAsyncContextManager[httpx.AsyncClient]:
    """A client of the contract's root on the server at `base_url`, or of a fresh mock in this process."""
    if base_url is not None:
        return httpx.AsyncClient(base_url=base_url.rstrip("/"), timeout=30, trust_env=False)
    transport = httpx.ASGITransport(app=create_app([contract.name]))
    return httpx.AsyncClient(transport=transport, base_url=f"http://localhost/{contract.name}")


async def reproduce(contract: Contract, entry: Entry, session: httpx.AsyncClient) -> Reproduction:
    """Sends the entry's trigger in a namespace of its own; a forced one is asked for. Raises `httpx.HTTPError`."""
    namespace = {HEADER: f"reproduce-{secrets.token_hex(6)}"}
    steps = entry.trigger or ((1, forcing(contract, entry)),)
    return Reproduction(entry, [await _send(session, request, times, namespace) for times, request in steps])


def forcing(contract: Contract, entry: Entry) -> WireRequest:
    """A request that asks for the entry's answer with `Prefer`."""
    operation = entry.operation or next(iter(contract.operations))
    step = {"send": operation, "headers": {"Prefer": f"example={entry.answer.name}"}}
    return wire.build(contract, step)


async def _send(session: httpx.AsyncClient, request: WireRequest, times: int, extra: dict[str, str]) -> Exchange:
    url = request.path + (f"?{request.query}" if request.query else "")
    for _ in range(times):
        headers, content = request.encode()
        response = await session.request(request.method, url, headers={**extra, **headers}, content=content)
    return Exchange(request, times, response.status_code, _body(response), response.headers.get(VERDICT, ""))


def _body(response: httpx.Response) -> Any:
    try:
        return orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return response.text
