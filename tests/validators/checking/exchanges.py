"""Exchanges with the tiny contract, as tests need them: what they are about stands in the test."""

from __future__ import annotations

from typing import Any

import orjson

from understudy_validators.exchange import Exchange, Headers

ROOT = "http://127.0.0.1:8000/api/tiny"
#: 2026-01-01T00:00:00Z.
STARTED = 1767225600.0
JSON = ("Content-Type", "application/json")
SENT: Headers = (JSON, ("Authorization", "Bearer alice-token"))


def exchange(
    body: Any = None,
    status: int = 201,
    answer: Any = None,
    *,
    url: str = f"{ROOT}/things/t1",
    method: str = "POST",
    **more: Any,
) -> Exchange:
    """A thing that is added, with a good body and the answer of a good server, unless said."""
    facts: dict[str, Any] = {
        "method": method,
        "url": url,
        "request_headers": SENT,
        "request_body": orjson.dumps({"text": "hello"} if body is None else body),
        "status": status,
        "response_headers": (JSON,),
        "response_body": orjson.dumps({"id": "t9"} if answer is None else answer),
        "started": STARTED,
        "seconds": 0.25,
    }
    return Exchange(**{**facts, **more})
