"""Repro bundles: one file that holds what a namespace began with, and everything that happened in it."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from typing import Any

import orjson

from understudy_mockserver.asgi import RawHeaders
from understudy_mockserver.control.call import ControlCall
from understudy_mockserver.control.clocks import shown
from understudy_mockserver.control.entries import kind_of
from understudy_mockserver.journal import ControlEntry, Entry, EventEntry, HttpEntry
from understudy_mockserver.limits import Limits
from understudy_validators.checking.har import product_version
from understudy_validators.contract import Contract

FORMAT = "understudy-bundle/1"


def make(call: ControlCall) -> dict[str, Any]:
    """The bundle of a namespace."""
    namespace, settings, contracts = call.namespace, call.settings, call.directory.contracts
    states = namespace.states
    return {
        "format": FORMAT,
        "product": product_version(),
        "namespace": namespace.name,
        "served": list(contracts),
        "contracts": {name: {"hash": digest(contracts[name]), "seed": str(s.seed)} for name, s in states.items()},
        "worlds": {name: _world(contracts[name]) for name in states if name in settings.worlds},
        "settings": _settings(call),
        "clocks": {name: shown(state.clock) for name, state in states.items()},
        "forced": [order.as_dict() for state in states.values() for order in state.steering.forced],
        "faults": [
            order.as_dict()
            for state in states.values()
            for order in (*state.steering.faults, *state.steering.of_events)
        ],
        "forgotten": namespace.journal.forgotten,
        "entries": [written(entry) for entry in namespace.journal],
    }


def _settings(call: ControlCall) -> dict[str, Any]:
    settings = call.settings
    changed = {name: value for name, value in asdict(settings.limits).items() if value != getattr(Limits(), name)}
    seed = None if settings.seed is None else str(settings.seed)
    return {"seed": seed, "lenient": settings.lenient, "hosts": list(settings.allowed_hosts), "limits": changed}


def digest(contract: Contract) -> str:
    """What tells one version of a contract, with its world, from another."""
    documents = [contract.document, contract.realtime.document]
    data = [document.data for document in documents if document is not None]
    return sha256(orjson.dumps([*data, _world(contract)], option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()


def _world(contract: Contract) -> dict[str, Any]:
    return {"now": contract.now, "collections": {name: list(contract.world[name]) for name in contract.world}}


def written(entry: Entry) -> dict[str, Any]:
    """An entry with all that it takes to repeat it, and to tell whether the same came of it."""
    shared = {
        "number": entry.number,
        "kind": kind_of(entry),
        "contract": entry.contract,
        "operation": entry.operation,
        "time": entry.time,
        "verdict": entry.verdict,
        "answer": entry.answer,
        "rule": entry.rule,
        "fault": entry.fault,
    }
    if isinstance(entry, HttpEntry):
        return {**shared, **_exchange(entry)}
    if isinstance(entry, EventEntry):
        return {
            **shared,
            "direction": entry.direction,
            "event": entry.event,
            "payload": entry.payload,
            "connection": entry.connection,
            "reached": list(entry.reached),
            "root_url": entry.root_url,
            "preferred": entry.preferred,
        }
    if isinstance(entry, ControlEntry):
        return {**shared, "method": entry.method, "path": entry.path, "body": content(entry.body)}
    return shared


def _exchange(entry: HttpEntry) -> dict[str, Any]:
    return {
        "method": entry.method,
        "root_url": entry.root_url,
        "path": entry.path,
        "query": entry.query,
        "request_headers": _pairs(entry.request_headers),
        "request_body": content(entry.request_body),
        "status": entry.status,
        "response_headers": _pairs(entry.response_headers),
        "response_body": content(entry.response_body),
        "cut": entry.cut,
    }


def _pairs(headers: RawHeaders) -> list[list[str]]:
    return [[name.decode("latin-1"), value.decode("latin-1")] for name, value in headers]


def content(body: bytes) -> dict[str, str]:
    """Bytes as JSON: text where they are UTF-8, else base64."""
    try:
        return {"text": body.decode()}
    except UnicodeDecodeError:
        return {"base64": b64encode(body).decode()}


def bytes_of(written: Mapping[str, str]) -> bytes:
    """Undoes `content`."""
    return b64decode(written["base64"]) if "base64" in written else written["text"].encode()
