"""What is sent: for each API one request that its contract accepts, and one that it refuses, made from the contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import orjson

import understudy_specs
from understudy_mockserver import namespaces
from understudy_validators import Contract, compile_folder, wire

# The API that is measured where one is enough.
CONTRACT = "replyke"
# By API: the operation, and the refusal that is measured. A text is longer than its schema allows: every server that
# knows schemas can refuse that, and comes equally far.
OPERATIONS = {"amity": ("createMessage", "tag-too-long"), "replyke": ("sendMessage", "content-too-long")}


@dataclass(frozen=True, slots=True)
class Traffic:
    """One request, as often as wanted, and the status that answers it. `path` includes the contract's base path."""

    name: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    status: int

    def wire(self, url: str) -> bytes:
        """The request's bytes for the server at the URL."""
        lines = [f"POST {self.path} HTTP/1.1", f"Host: {urlsplit(url).netloc}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body

    def inside(self, namespace: str) -> Traffic:
        """The same request to a namespace."""
        return replace(self, headers={**self.headers, namespaces.HEADER: namespace})

    def scope(self) -> dict[str, Any]:
        """The request as uvicorn hands it to an ASGI app."""
        headers = {"Host": "127.0.0.1:4010", **self.headers}
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "server": ("127.0.0.1", 4010),
            "client": ("127.0.0.1", 50000),
            "scheme": "http",
            "method": "POST",
            "root_path": "",
            "path": self.path,
            "raw_path": self.path.encode(),
            "query_string": b"",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "state": {},
        }


def traffic(name: str = CONTRACT) -> list[Traffic]:
    """The valid request and the refused one of the API of that name."""
    contract = compile_folder(understudy_specs.folders()[name])
    operation, refused = OPERATIONS[name]
    created, refusal = contract.operation(operation).success, contract.answers[refused]
    return [
        _traffic("valid", contract, {"send": operation}, created.status),
        _traffic("refused", contract, refusal.trigger[0], refusal.status),
    ]


def _traffic(name: str, contract: Contract, step: Mapping[str, Any], status: int) -> Traffic:
    request = wire.build(contract, step)
    headers, body = request.encode()
    headers = {"User-Agent": "benchmark", "Accept": "*/*", **headers, "Content-Length": str(len(body))}
    return Traffic(name, f"/{contract.name}{request.path}", headers, body, status)


def shape(body: bytes) -> Any:
    """What two answers have in common that say the same: the names and types of all values of the JSON body."""
    return _shape(orjson.loads(body))


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_shape(item) for item in value]
    return type(value).__name__
