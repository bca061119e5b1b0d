"""Exchanges as HAR 1.2, the format in which browsers and proxies keep traffic. What is ours alone starts with `_`."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import parse_qsl

from understudy_validators.exchange import Exchange, Headers

# A size that nobody knows (HAR 1.2, `headersSize`).
_UNKNOWN = -1


def to_har(exchanges: Iterable[Exchange], comment: str = "") -> dict[str, Any]:
    """A HAR 1.2 log, ready to be written as JSON. Credentials are the caller's to leave out (see `redaction`)."""
    creator = {"name": "understudy", "version": product_version()}
    log: dict[str, Any] = {"version": "1.2", "creator": creator, "entries": [_entry(one) for one in exchanges]}
    return {"log": {**log, "comment": comment} if comment else log}


def product_version() -> str:
    """The version of this distribution; `0` where it is not installed."""
    try:
        return version("understudy")
    except PackageNotFoundError:
        return "0"


def timestamp(seconds: float) -> str:
    """A time in ISO 8601, with milliseconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _entry(exchange: Exchange) -> dict[str, Any]:
    milliseconds = round(exchange.seconds * 1000, 3)
    named = {"_contract": exchange.contract, "_operation": exchange.operation, "comment": exchange.comment}
    return {
        "startedDateTime": timestamp(exchange.started),
        "time": milliseconds,
        "request": _request(exchange),
        "response": _response(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        **{name: value for name, value in named.items() if value},
    }


def _request(exchange: Exchange) -> dict[str, Any]:
    query = exchange.url.partition("?")[2]
    request = {
        "method": exchange.method,
        "url": exchange.url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(exchange.request_headers),
        "queryString": [_pair(name, value) for name, value in parse_qsl(query, keep_blank_values=True)],
        "headersSize": _UNKNOWN,
        "bodySize": len(exchange.request_body),
    }
    if exchange.request_body:
        media_type = exchange.request_header("content-type") or "application/octet-stream"
        text, encoded = _text(exchange.request_body)
        # HAR has no encoding for what is sent; proxies say it with a member of this name.
        request["postData"] = {"mimeType": media_type, "text": text, **({"_encoding": "base64"} if encoded else {})}
    return request


def _response(exchange: Exchange) -> dict[str, Any]:
    content: dict[str, Any] = {
        "size": len(exchange.response_body),
        "mimeType": exchange.header("content-type") or "x-unknown",
    }
    if exchange.response_body:
        text, encoded = _text(exchange.response_body)
        content |= {"text": text, **({"encoding": "base64"} if encoded else {})}
    return {
        "status": exchange.status,
        "statusText": _phrase(exchange.status),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(exchange.response_headers),
        "content": content,
        "redirectURL": exchange.header("location"),
        "headersSize": _UNKNOWN,
        "bodySize": len(exchange.response_body),
    }


def _headers(headers: Headers) -> list[dict[str, str]]:
    return [_pair(name, value) for name, value in headers]


def _pair(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value}


def _text(content: bytes) -> tuple[str, bool]:
    """A body as text, in base64 where it is not UTF-8; and whether it is."""
    try:
        return content.decode(), False
    except UnicodeDecodeError:
        return b64encode(content).decode(), True


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""
