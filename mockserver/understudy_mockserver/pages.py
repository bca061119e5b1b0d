"""Pages of our own: the list of contracts, each contract as JSON, and its documentation, all of which work offline.

Their links are relative, so that they stay in a namespace's prefix.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson

from understudy_mockserver import markup
from understudy_mockserver.asgi import Message, RawHeaders, Receive, Scope, Send, respond
from understudy_mockserver.assets import asset
from understudy_mockserver.context import CONTEXT, Context
from understudy_mockserver.guard import refuse, refuse_situation
from understudy_validators.contract import Contract

# The assets are the same for every contract: one place, which no vendor's path can be.
_ASSETS = "/_understudy/docs/"
_NOSNIFF = (b"x-content-type-options", b"nosniff")
# Kept by browsers, and asked for again each time: a newer understudy may serve at the same address.
_REVALIDATED = (b"cache-control", b"no-cache")
# `data:` and `blob:` are pictures of Swagger UI's style sheet and in the mock's replies.
_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:;"
    b" media-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
#: What goes with every page of ours: no script but our own, and no way out.
HTML: RawHeaders = [(b"content-security-policy", _POLICY), (b"referrer-policy", b"no-referrer")]


@dataclass(frozen=True, slots=True)
class _Page:
    """What a GET gives."""

    media_type: str
    body: bytes
    headers: RawHeaders
    status: int = 200
    etag: bytes = b""


class Pages:
    """ASGI app for what is no contract's own path. Nothing is read or rendered before it is asked for."""

    def __init__(self, contracts: Mapping[str, Contract]) -> None:
        self._contracts = contracts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1000})
            return
        context: Context = scope[CONTEXT]
        if scope["method"] == "HEAD":
            send = _without_body(send)
        page = None if context.situation else self._page(context, scope["raw_path"])
        if context.situation:
            await refuse_situation(send, context.situation)
        elif page is None:
            await refuse(send, 404, f"No contract is served here. There is: {', '.join(self._roots(context))}.")
        elif scope["method"] not in ("GET", "HEAD"):
            await refuse(send, 405, "This page can only be read.", [(b"allow", b"GET, HEAD")])
        elif page.etag and page.etag in dict(scope["headers"]).get(b"if-none-match", b""):
            await respond(send, 304, "", b"", [(b"etag", page.etag), *page.headers])
        else:
            etag = [(b"etag", page.etag)] if page.etag else []
            await respond(send, page.status, page.media_type, page.body, [*etag, *page.headers])

    def _roots(self, context: Context) -> list[str]:
        return [f"{_root(context, contract)}/" for contract in self._contracts.values()]

    def _page(self, context: Context, raw_path: bytes) -> _Page | None:
        path = context.path
        if path == "/":
            # From `/~name`, relative links would leave the namespace.
            return self._index(context) if raw_path.endswith(b"/") else _redirect(raw_path.rpartition(b"/")[2] + b"/")
        if path.startswith(_ASSETS):
            return _asset(path.removeprefix(_ASSETS))
        name, slash, rest = path[1:].partition("/")
        if name in self._contracts:
            contract = self._contracts[name]
            return _of_contract(contract, rest, context) if slash else _redirect(f"{name}/docs".encode())
        return self._at_root(path, context) if len(self._contracts) == 1 else None

    def _at_root(self, path: str, context: Context) -> _Page | None:
        """What a single contract has at `/` as well."""
        (contract,) = self._contracts.values()
        if path == "/docs":
            return _redirect(f"{contract.name}/docs".encode())
        return _document(contract, context) if path == "/openapi.json" else None

    def _index(self, context: Context) -> _Page:
        return _html(markup.index(self._contracts.values(), context))


def _of_contract(contract: Contract, rest: str, context: Context) -> _Page | None:
    if rest == "openapi.json":
        return _document(contract, context)
    if rest == "docs":
        return _html(markup.documentation(contract))
    return _redirect(b"docs") if not rest else None


def _document(contract: Contract, context: Context) -> _Page:
    """The contract as it is, except that its server is this one."""
    document = contract.document.data
    server: dict[str, Any] = next(iter(document.get("servers", ())), {})
    body = orjson.dumps({**document, "servers": [{**server, "url": _root(context, contract)}]})
    return _Page("application/json", body, [_NOSNIFF, _REVALIDATED])


def _root(context: Context, contract: Contract) -> str:
    """The contract's path on this server, with the namespace's prefix."""
    return f"{urlsplit(context.root_url).path}/{contract.name}"


def _asset(name: str) -> _Page | None:
    found = asset(name)
    return _Page(found.media_type, found.body, [_NOSNIFF, _REVALIDATED], etag=found.etag) if found else None


def _html(text: str) -> _Page:
    return _Page("text/html; charset=utf-8", text.encode(), [_NOSNIFF, _REVALIDATED, *HTML])


def _redirect(location: bytes) -> _Page:
    return _Page("", b"", [(b"location", location)], status=307)


def _without_body(send: Send) -> Send:
    """Sends the head of a response alone."""

    async def send_head(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return send_head
