"""What happened, to hand on: as HAR, as a shell script, as a test."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from understudy_mockserver.control import participants
from understudy_mockserver.control.call import ControlCall
from understudy_mockserver.control.entries import headers_of
from understudy_mockserver.control.queries import chosen
from understudy_mockserver.journal import HttpEntry
from understudy_validators import curl
from understudy_validators.checking.har import to_har
from understudy_validators.redaction import PREFIX, marker
from understudy_validators.wire import NOTHING, WireRequest

_MARKER = re.compile(f"{PREFIX}[0-9a-f]{{16}}")
# What every client of HTTP says by itself.
_OWN = frozenset({"host", "content-length", "connection", "accept-encoding", "user-agent", "transfer-encoding"})


def export(call: ControlCall) -> dict[str, str]:
    """The exchanges that the query asks for, in the form that it asks for."""
    found = [entry for entry in chosen(call.namespace.journal, call.query, call.shower) if isinstance(entry, HttpEntry)]
    return {"text": _FORMS[call.query["as"]](call, found)}


def _har(call: ControlCall, entries: Sequence[HttpEntry]) -> str:
    data = to_har([entry.exchange for entry in entries], f"namespace {call.name}")
    return orjson.dumps(data, option=orjson.OPT_INDENT_2).decode() + "\n"


def _curl(call: ControlCall, entries: Sequence[HttpEntry]) -> str:
    """A script for a POSIX shell; credentials are variables, those of the mock's own worlds have their values."""
    lines = [_line(entry) for entry in entries]
    known = {marker(text): text for text in _credentials(call)}
    variables = {text: f"CREDENTIAL_{number}" for number, text in enumerate(_markers(lines), 1)}
    head = [_assignment(name, known.get(text)) for text, name in variables.items()]
    filled = [_MARKER.sub(lambda found: f"'\"${variables[found[0]]}\"'", line) for line in lines]
    return "\n".join(["#!/bin/sh", f"# What happened in the namespace {call.name}.", *head, *filled]) + "\n"


def _assignment(name: str, value: str | None) -> str:
    if value is None:
        return f': "${{{name}:?set it to the credential that was used here}}"'
    return f"{name}=${{{name}:-{value}}}"


def _line(entry: HttpEntry) -> str:
    headers = {name: value for name, value in headers_of(entry.request_headers).items() if name not in _OWN}
    comment = f"# {entry.number}: {entry.operation or 'no operation'}, answered {entry.status} {entry.answer}".rstrip()
    try:
        body: Any = entry.request_body.decode() if entry.request_body else NOTHING
        piped = ""
    except UnicodeDecodeError:
        body, piped = NOTHING, f"printf %s '{b64encode(entry.request_body).decode()}' | base64 -d | "
    request = WireRequest(entry.method, entry.path, headers, body, query=entry.query)
    text = curl.line(request, entry.root_url)
    return f"{comment}\n{piped}{text}{' --data-binary @-' if piped else ''}"


def _pytest(call: ControlCall, entries: Sequence[HttpEntry]) -> str:
    """A test that sends the same and expects the same statuses, for `understudy`'s pytest plugin."""
    known = {marker(text): text for text in _credentials(call)}
    calls = [_call(entry, known) for entry in entries]
    needed = [text for text in _markers(calls) if text not in known]
    notes = [f"    # Put the credential that was used in the place of {text}." for text in needed]
    return "\n".join([_HEAD.format(name=call.name), *notes, *calls]) + "\n"


_HEAD = '''"""What happened in the namespace {name}."""

import httpx


def test_recorded(understudy):
    client = httpx.Client(trust_env=False)'''


def _call(entry: HttpEntry, known: Mapping[str, str]) -> str:
    headers = {name: value for name, value in headers_of(entry.request_headers).items() if name not in _OWN}
    contract, path = entry.contract, entry.path.removeprefix(f"/{entry.contract}")
    query = f"?{entry.query}" if entry.query else ""
    arguments = [repr(entry.method), f"understudy.url({contract!r}) + {path + query!r}", f"headers={headers!r}"]
    arguments += [f"content={entry.request_body!r}"] if entry.request_body else []
    text = f"    answer = client.request({', '.join(arguments)})\n    assert answer.status_code == {entry.status}"
    return _MARKER.sub(lambda found: known.get(found[0], found[0]), text)


def _markers(texts: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(found for text in texts for found in _MARKER.findall(text)))


def _credentials(call: ControlCall) -> list[str]:
    """Credentials that every fresh mock knows: they are public."""
    contracts = call.directory.contracts.values()
    return [text for contract in contracts for text in participants.credentials(contract, contract.world)]


_FORMS: Mapping[str, Callable[[ControlCall, Sequence[HttpEntry]], str]] = {
    "har": _har,
    "curl": _curl,
    "pytest": _pytest,
}
