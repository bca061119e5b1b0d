"""Whole requests written as JSON: `{method, path, headers, body}`, or `multipart` instead of `body`."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from understudy_validators.case import Request
from understudy_validators.contract import Contract, Operation
from understudy_validators.errors import UsageError
from understudy_validators.routing import Router
from understudy_validators.wire import NOTHING, WireRequest

_KEYS = {"method", "path", "headers", "body", "multipart"}


def is_whole(value: Any) -> bool:
    """Whether the JSON value is a whole request rather than a body: it says where it goes, and nothing unknown."""
    return isinstance(value, dict) and isinstance(value.get("path"), str) and set(value) <= _KEYS


def from_json(contract: Contract, operation: Operation, value: dict[str, Any]) -> tuple[Request, dict[str, str]]:
    """The request and its path parameters' texts. Raises `UsageError` where it does not go to the operation."""
    headers, parts = value.get("headers", {}), value.get("multipart")
    if not isinstance(headers, dict) or not isinstance(parts, list | None):
        raise UsageError("`headers` is an object of texts, `multipart` a list of parts.")
    url = urlsplit(value["path"])
    path = url.path.removeprefix(f"/{contract.name}") if url.path.startswith(f"/{contract.name}/") else url.path
    method = str(value.get("method", operation.method)).upper()
    parameters = _parameters(contract, operation, method, path)
    body = value.get("body", NOTHING)
    texts = {str(name): str(text) for name, text in headers.items()}
    if body is not NOTHING and "content-type" not in {name.lower() for name in texts}:
        texts["Content-Type"] = "application/json"
    wire = WireRequest(method, unquote(path), texts, body, parts, parameters, url.query)
    return wire.to_request(), parameters


def _parameters(contract: Contract, operation: Operation, method: str, path: str) -> dict[str, str]:
    router: Router[Operation] = Router()
    for template in (operation.path, *operation.aliases):
        router.add(operation.method, template, operation)
    match = router.match(method, path)
    if match is None or match.target is None:
        raise UsageError(f"{method} {path} does not go to {operation.id}: that is {operation.method} {operation.path}.")
    return match.parameters
