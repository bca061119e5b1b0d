"""Pages of our own: the list of contracts, each contract as JSON, and its documentation, all of which work offline."""

from __future__ import annotations

import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from understudy_mockserver.asgi import Receive, Scope, Send, respond
from understudy_mockserver.guard import CONTEXT, Context, refuse
from understudy_validators.contract import Contract

_STATIC = Path(__file__).parent / "static"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".png": "image/png"}
_HTML = "text/html; charset=utf-8"
# The assets are the same for every contract: one place, which no vendor's path can be.
_ASSETS = "/_understudy/docs/"


class Pages:
    """ASGI app for what is no contract's own path."""

    def __init__(self, contracts: Mapping[str, Contract]) -> None:
        self._contracts = contracts
        self._documents = {name: orjson.dumps(_served(contract)) for name, contract in contracts.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        context: Context = scope[CONTEXT]
        if context.misdirected:
            await refuse(send, 421, "This Host is not served here; start with --allow-host to serve it.")
            return
        found = self._page(context.path) if scope["method"] in ("GET", "HEAD") else None
        if found is None:
            await refuse(send, 404, f"No contract is served here. There is: {', '.join(self._roots())}.")
        else:
            media_type, body = found
            await respond(send, 200, media_type, body, [(b"x-content-type-options", b"nosniff")])

    def _roots(self) -> list[str]:
        return [f"/{name}/" for name in self._contracts]

    def _page(self, path: str) -> tuple[str, bytes] | None:
        if path == "/":
            return _HTML, self._index()
        if path.startswith(_ASSETS):
            return _asset(path.removeprefix(_ASSETS))
        name, _, rest = path[1:].partition("/")
        if name not in self._contracts:
            return None
        if rest == "openapi.json":
            return "application/json", self._documents[name]
        return (_HTML, _documentation(self._contracts[name])) if rest in ("", "docs") else None

    def _index(self) -> bytes:
        rows = "".join(
            f'<li><a href="/{name}/docs">{html.escape(contract.title)}</a> at <code>/{name}</code>'
            f' (<a href="/{name}/openapi.json">contract</a>)</li>'
            for name, contract in self._contracts.items()
        )
        return _page("Understudy", f"<main><h1>Understudy</h1><p>Contracts served here:</p><ul>{rows}</ul></main>")


def _served(contract: Contract) -> dict[str, Any]:
    return {**contract.document.data, "servers": [{"url": f"/{contract.name}"}]}


def _asset(name: str) -> tuple[str, bytes] | None:
    path = _STATIC / Path(name).name
    return (_TYPES[path.suffix], path.read_bytes()) if path.suffix in _TYPES and path.is_file() else None


def _documentation(contract: Contract) -> bytes:
    script = (
        f'<link rel="stylesheet" href="{_ASSETS}swagger-ui.css"><div id="docs"></div>'
        f'<script src="{_ASSETS}swagger-ui-bundle.js"></script>'
        f'<script>SwaggerUIBundle({{url: "/{contract.name}/openapi.json", dom_id: "#docs", deepLinking: true,'
        " persistAuthorization: true, validatorUrl: null})</script>"
    )
    return _page(f"{contract.title}: Understudy", script)


def _page(title: str, content: str) -> bytes:
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{html.escape(title)}</title>'
    style = "<style>main{font:1rem/1.6 system-ui;max-width:40rem;margin:3rem auto}body{margin:0}</style>"
    return f'<!doctype html><html lang="en"><head>{head}{style}</head><body>{content}</body></html>'.encode()
