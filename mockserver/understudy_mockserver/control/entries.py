"""Entries of the journal as JSON: what is asked for, followed, verified, and put into bundles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import orjson

from understudy_mockserver.asgi import RawHeaders
from understudy_mockserver.control import participants
from understudy_mockserver.journal import ControlEntry, Entry, EventEntry, HttpEntry
from understudy_mockserver.namespaces import Namespace
from understudy_validators import multipart, times
from understudy_validators.contract import Contract
from understudy_validators.redaction import Redactor, marker
from understudy_validators.violation import Violation

HTTP, EVENT, CONTROL = KINDS = ("http", "event", "control")
_FORM = "multipart/form-data"


def kind_of(entry: Entry) -> str:
    """What kind of entry it is."""
    return HTTP if isinstance(entry, HttpEntry) else EVENT if isinstance(entry, EventEntry) else CONTROL


class Shower:
    """Shows the entries of one namespace."""

    def __init__(self, contracts: Mapping[str, Contract], namespace: Namespace, redactor: Redactor) -> None:
        self._contracts = contracts
        self._namespace = namespace
        self._redactor = redactor

    def shown(self, entry: Entry) -> dict[str, Any]:
        """The entry as JSON values; bodies of JSON as what they say, credentials as markers."""
        return {**_shared(entry, self._redactor), "caller": self.person(entry), **_own(entry)}

    def person(self, entry: Entry) -> dict[str, Any] | None:
        """Who asked: their id, and their name where the world has one."""
        if entry.user is None:
            return None
        state = self._namespace.states.get(entry.contract)
        contract = self._contracts[entry.contract]
        name = participants.name_of(contract, state.world, entry.user) if state else None
        return {"id": entry.user, "name": name}

    def is_by(self, entry: Entry, name: str) -> bool:
        """Whether somebody of that id, name or token asked."""
        state = self._namespace.states.get(entry.contract)
        if state is None or entry.user is None:
            return False
        found = participants.find(self._contracts[entry.contract], state.world, name, state.clock.now)
        return found is not None and bool(found.id == entry.user)


def _shared(entry: Entry, redactor: Redactor) -> dict[str, Any]:
    return {
        "number": entry.number,
        "kind": kind_of(entry),
        "contract": entry.contract,
        "operation": entry.operation,
        "time": times.iso(entry.time),
        "verdict": entry.verdict,
        "answer": entry.answer,
        "rule": entry.rule,
        "violations": [_violation(violation, entry.operation, redactor) for violation in entry.violations],
        "fault": entry.fault,
    }


def _own(entry: Entry) -> dict[str, Any]:
    if isinstance(entry, HttpEntry):
        return _http(entry)
    if isinstance(entry, EventEntry):
        return {
            "direction": entry.direction,
            "event": entry.event,
            "payload": entry.payload,
            "connection": entry.connection,
            "reached": list(entry.reached),
        }
    if isinstance(entry, ControlEntry):
        return {"method": entry.method, "path": entry.path, "body": value_of(entry.body, "application/json")}
    return {}


def _http(entry: HttpEntry) -> dict[str, Any]:
    request, response = headers_of(entry.request_headers), headers_of(entry.response_headers)
    # The answer's media type is no header of the journal: it is told from the body where it is JSON.
    return {
        "milliseconds": round(entry.seconds * 1000, 3),
        "method": entry.method,
        "path": entry.path,
        "query": {name: values[-1] for name, values in parse_qs(entry.query, keep_blank_values=True).items()},
        "status": entry.status,
        "request": {"headers": request, "body": value_of(entry.request_body, request.get("content-type", ""))},
        "response": {"headers": response, "body": value_of(entry.response_body, "application/json")},
        "cut": entry.cut,
    }


def headers_of(headers: RawHeaders) -> dict[str, str]:
    """Headers by lower-case name."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}


def value_of(body: bytes, media_type: str) -> Any:
    """A body as JSON can show it: what it says, its fields, its text, or how large it is; `None` for an empty one."""
    if not body:
        return None
    if media_type.startswith(_FORM):
        return _fields(body, media_type)
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        return body.decode()
    except UnicodeDecodeError:
        return {"bytes": len(body)}


def _fields(body: bytes, media_type: str) -> Any:
    """A form's fields: values, JSON as what it says, files as what describes them."""
    try:
        parts = list(multipart.parse(media_type, body))
    except ValueError:
        return {"bytes": len(body)}
    found: dict[str, Any] = {}
    for part in parts:
        if part.filename is not None:
            value: Any = {"filename": part.filename, "contentType": part.content_type, "size": len(part.content)}
        else:
            value = value_of(part.content, "")
        found[part.name] = [*_listed(found[part.name]), value] if part.name in found else value
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _violation(violation: Violation, operation: str, redactor: Redactor) -> dict[str, Any]:
    facts = {**violation.as_dict(), "message": violation.message}
    if redactor.is_secret(operation, violation.path):
        facts |= {"actual": marker(str(violation.actual)), "message": "is not what is expected"}
    return facts
