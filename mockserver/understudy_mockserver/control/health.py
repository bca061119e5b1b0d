"""Whether the server lives and is ready, the control API's own description, and its metrics."""

from __future__ import annotations

import orjson

from understudy_mockserver import markup
from understudy_mockserver.asgi import RawHeaders, Send, respond
from understudy_mockserver.metrics import NOT_INSTALLED, render
from understudy_mockserver.namespaces import Namespaces
from understudy_mockserver.pages import HTML
from understudy_validators.contract import Contract

_ASKED = {"/healthz": b'{"status":"ok"}', "/readyz": b'{"status":"ready"}'}
_FIXED: RawHeaders = [(b"cache-control", b"no-cache"), (b"x-content-type-options", b"nosniff")]
METRICS = "/metrics"
#: Pages that are no operation of the control API.
PAGES = ("/openapi.json", "/docs", METRICS)


def is_asked(path: str) -> bool:
    """Whether somebody wants to know whether the server lives. Anyone may: probes come from other machines."""
    return path in _ASKED


async def answer(path: str, send: Send) -> None:
    """That it does: whoever gets here meets a server whose contracts are compiled."""
    await respond(send, 200, "application/json", _ASKED[path], [(b"cache-control", b"no-store")])


async def page(path: str, contract: Contract, namespaces: Namespaces, send: Send) -> None:
    """One of `PAGES`."""
    if path == METRICS:
        await _metrics(namespaces, send)
    elif path == "/docs":
        await respond(send, 200, "text/html; charset=utf-8", markup.documentation(contract).encode(), [*_FIXED, *HTML])
    else:
        await respond(send, 200, "application/json", orjson.dumps(contract.document.data), _FIXED)


async def _metrics(namespaces: Namespaces, send: Send) -> None:
    text = render(namespaces)
    if text is None:
        body = orjson.dumps({"code": "not-installed", "message": NOT_INSTALLED})
        await respond(send, 501, "application/json", body, _FIXED)
    else:
        await respond(send, 200, "text/plain; version=0.0.4; charset=utf-8", text, _FIXED)
