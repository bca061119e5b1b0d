"""Causing an error of the catalogue, step by step, against a server or a fresh mock of our own."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from understudy_mockserver.app import create_app
from understudy_mockserver.namespaces import HEADER
from understudy_mockserver.realtime.gateway import NAMESPACE_KEY, PREFER_KEY
from understudy_mockserver.server import serving
from understudy_mockserver.verdicts import VERDICT
from understudy_validators import sockets, wire
from understudy_validators.catalogue import Entry, Step
from understudy_validators.contract import Contract
from understudy_validators.realtime import CONNECT, CONNECT_ERROR
from understudy_validators.socket_client import RefusedError, SocketClient
from understudy_validators.sockets import SocketStep
from understudy_validators.wire import WireRequest


@dataclass(frozen=True, slots=True)
class Exchange:
    """A step, how often it was taken, and what came of it: a status and a body, or an event and its payload."""

    step: WireRequest | SocketStep
    times: int
    status: int | None
    body: Any
    verdict: str = ""
    event: str = ""


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
        """Whether status or event, and body, are exactly those of the catalogue."""
        expected = self.entry.answer
        answered = (self.last.status or 0, self.last.event, self.last.body)
        return answered == (expected.status, expected.event, self.entry.body)


async def reproduce(contract: Contract, entry: Entry, base_url: str) -> Reproduction:
    """Takes the steps of the entry's trigger in a namespace of their own; a forced error is asked for.

    `base_url` is the contract's root. Raises `OSError` or `httpx.HTTPError` where nobody answers there.
    """
    async with _Session(base_url.rstrip("/"), f"reproduce-{secrets.token_hex(6)}") as session:
        steps = entry.trigger or forcing(contract, entry)
        before = [await session.take(count, step, "") for count, step in steps[:-1]]
        count, step = steps[-1]
        return Reproduction(entry, [*before, await session.take(count, step, entry.answer.event)])


def forcing(contract: Contract, entry: Entry) -> tuple[Step, ...]:
    """Steps that ask for the entry's answer: with `Prefer`, or its like in a handshake's query."""
    if entry.answer.event:
        event = next(event for event in contract.realtime if event.id == entry.operation)
        query = {PREFER_KEY: f"example={entry.answer.name}"}
        connect = sockets.build(contract, {"connect": event.namespace, "query": query})
        return (
            ((1, connect),)
            if event.name == CONNECT
            else ((1, connect), (1, sockets.build(contract, {"emit": event.name})))
        )
    operation = entry.operation or next(iter(contract.operations))
    step = {"send": operation, "headers": {"Prefer": f"example={entry.answer.name}"}}
    return ((1, wire.build(contract, step)),)


class _Session:
    """The client's side: one HTTP client, and the sockets that a trigger opens."""

    def __init__(self, base_url: str, namespace: str) -> None:
        self._base_url = base_url
        self._namespace = namespace
        self._http = httpx.AsyncClient(headers={HEADER: namespace}, timeout=30, trust_env=False)
        self._sockets: dict[str, SocketClient] = {}

    async def __aenter__(self) -> _Session:
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in self._sockets.values():
            await client.close()
        await self._http.aclose()

    async def take(self, count: int, step: WireRequest | SocketStep, event: str) -> Exchange:
        """Takes a step so many times; of an emission, waits for the event that should answer."""
        if isinstance(step, WireRequest):
            return await self._send(count, step)
        if step.kind == "connect":
            return await self._connect(count, step)
        client = self._sockets[step.name]
        if step.kind == "disconnect":
            await client.close()
            return Exchange(step, count, None, None)
        for _ in range(count):
            await client.emit(step.event, step.payload)
        body = await client.receive(event) if event else None
        return Exchange(step, count, None, body, event=event)

    async def _connect(self, count: int, step: SocketStep) -> Exchange:
        query = {**step.query, NAMESPACE_KEY: self._namespace}
        for number in range(count):
            try:
                client = await SocketClient.open(self._base_url, step.namespace, query)
            except RefusedError as refused:
                return Exchange(step, count, None, refused.payload, event=CONNECT_ERROR)
            self._sockets[step.name if number == 0 else f"{step.name}#{number}"] = client
        return Exchange(step, count, None, None, event=CONNECT)

    async def _send(self, count: int, request: WireRequest) -> Exchange:
        url = self._base_url + request.path + (f"?{request.query}" if request.query else "")
        for _ in range(count):
            headers, content = request.encode()
            response = await self._http.request(request.method, url, headers=headers, content=content)
        return Exchange(request, count, response.status_code, _body(response), response.headers.get(VERDICT, ""))


def _body(response: httpx.Response) -> Any:
    try:
        return orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return response.text


@asynccontextmanager
async def root_of(contract: Contract, base_url: str | None) -> AsyncIterator[str]:
    """The contract's root: the one that was given, or that of a fresh mock which answers until the block ends."""
    if base_url is not None:
        yield base_url
        return
    async with serving(create_app([contract.name])) as url:
        yield f"{url}/{contract.name}"
