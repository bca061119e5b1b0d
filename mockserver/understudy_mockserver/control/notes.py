"""Calls that changed a namespace stand in its journal, in their place among the requests: a replay repeats them."""

from __future__ import annotations

from typing import Any

import orjson

from understudy_mockserver.clock import REAL
from understudy_mockserver.control import participants
from understudy_mockserver.control.call import ControlCall
from understudy_mockserver.journal import ControlEntry
from understudy_validators import times
from understudy_validators.case import Request
from understudy_validators.redaction import marker

#: Operations that change what the mock will answer.
CHANGING = frozenset(
    {
        "forceAnswer",
        "clearForced",
        "clearOneForced",
        "addFault",
        "clearFaults",
        "clearOneFault",
        "disconnect",
        "setClock",
        "replaceRecords",
        "addRecords",
        "changeRecords",
        "takeSnapshot",
        "dropSnapshot",
        "restoreSnapshot",
    }
)


def note(call: ControlCall, request: Request) -> None:
    """Writes the call into the namespace's journal, credentials left out, if it changed something."""
    if call.operation not in CHANGING:
        return
    if call.operation == "setClock" and call.body.get("mode", REAL) != REAL:
        _note_clocks(call)
        return
    path = request.path.partition(f"/namespaces/{call.name}")[2] or request.path
    contract = call.view["path"].get("contract") or call.body.get("contract", "")
    _add(call, contract, request.method, path, _redacted(call) if request.body else None)


def _note_clocks(call: ControlCall) -> None:
    """A clock that was stopped where it was: that is written down, for each."""
    for name in call.contract_names():
        clock = call.namespaces.state(call.name, name).clock
        step = {"step": clock.step_ms / 1000}
        _add(call, name, "PUT", "/clock", {"contract": name, "mode": clock.mode, "at": times.iso(clock.now), **step})


def _add(call: ControlCall, contract: str, method: str, path: str, body: Any) -> None:
    namespace = call.namespace
    state = namespace.states.get(contract)
    namespace.journal.add(
        ControlEntry(
            contract=contract,
            operation=call.operation,
            time=state.clock.now if state else 0.0,
            method=method,
            path=path,
            body=b"" if body is None else orjson.dumps(body),
        )
    )


def _redacted(call: ControlCall) -> dict[str, Any]:
    """The body with markers where it names credentials, or brings records that hold some."""
    body = dict(call.body)
    caller = body.get("caller")
    if caller and caller in set(participants.credentials(call.contract, call.state.world)):
        body["caller"] = marker(caller)
    if "collection" in call.view["path"]:
        fields = {
            name for where, name in participants.credential_fields(call.contract) if where == call.path("collection")
        }
        body = {**body, **{word: _marked(body[word], fields) for word in ("where", "set") if word in body}}
        if "records" in body:
            body["records"] = [_marked(record, fields) for record in body["records"]]
    return body


def _marked(record: dict[str, Any], fields: set[str]) -> dict[str, Any]:
    return {name: marker(str(value)) if name in fields and value else value for name, value in record.items()}
