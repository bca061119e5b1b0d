"""Verifying what was called: how often, with what, and what came nearest where it was not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from understudy_mockserver.control import participants, queries
from understudy_mockserver.control.call import ControlCall
from understudy_mockserver.control.schemas import validator
from understudy_mockserver.journal import Entry, EventEntry
from understudy_validators.viewpaths import MISSING, getter
from understudy_validators.violation import shorten

#: Near misses and refusals that a text tells of.
MOST = 5

#: What differs in an entry from what is expected: texts, none where it fits.
Differences = Callable[[Mapping[str, Any]], Iterator[str]]


@dataclass(frozen=True, slots=True)
class _Count:
    """How often something should have happened."""

    times: int | None
    at_least: int | None
    at_most: int | None

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> _Count:
        asked = [body.get("times"), body.get("at_least"), body.get("at_most")]
        return cls(*asked) if any(number is not None for number in asked) else cls(None, 1, None)

    def holds(self, count: int) -> bool:
        """Whether it did."""
        low = max(number for number in (self.times, self.at_least, 0) if number is not None)
        high = min(number for number in (self.times, self.at_most, count) if number is not None)
        return low <= count <= high

    def __str__(self) -> str:
        if self.times is not None:
            return f"exactly {_times(self.times)}" if self.times else "never"
        bounds = [f"at least {_times(self.at_least)}"] if self.at_least is not None else []
        bounds += [f"at most {_times(self.at_most)}"] if self.at_most is not None else []
        return " and ".join(bounds)


def verify(call: ControlCall) -> dict[str, Any]:
    """Whether what is expected holds; where it does not, a text that says why."""
    body, journal = call.body, call.namespace.journal
    contract = call.contract.name
    own = [entry for entry in journal if entry.contract == contract]
    called = [entry for entry in own if queries.is_of(entry, body["operation"])]
    tests = list(_tests(call))
    misses: list[str] = []
    count = 0
    shower = call.shower
    for entry in called:
        shown = shower.shown(entry)
        differences = [text for test in tests for text in test({**shown, "view": _view(shown)})]
        count += not differences
        misses += [f"{_named(entry)}: {'; '.join(differences)}"] if differences else []
    expected = _Count.of(body)
    lines = [] if expected.holds(count) else _why(call, expected, count, misses)
    if body.get("nothing_refused"):
        lines += _refusals(contract, own)
    return {"ok": not lines, "count": count, "message": "\n".join(lines)}


def _why(call: ControlCall, expected: _Count, count: int, misses: list[str]) -> list[str]:
    was = f"was called {_times(count)}" if count else "was never called so" if misses else "was never called"
    lines = [f"{_what(call)} should have been called {expected}, and {was}."]
    if misses and count < max(expected.times or 0, expected.at_least or 0):
        lines += ["Nearest misses:", *(f"  {miss}" for miss in misses[-MOST:])]
    return lines


def _what(call: ControlCall) -> str:
    """What was expected, in words."""
    body = call.body
    parts = [f"{body['operation']} of {call.contract.name}"]
    parts += [f"by {body['caller']}"] if "caller" in body else []
    parts += [f"({body['verdict']})"] if "verdict" in body else []
    values = [f"{path} = {_json(value)}" for path, value in body.get("with", {}).items()]
    parts += [f"with {' and '.join(values)}"] if values else []
    parts += [f"where {_json(body['where'])}"] if "where" in body else []
    return " ".join(parts)


def _tests(call: ControlCall) -> Iterator[Differences]:
    body = call.body
    if "caller" in body:
        yield _by(call, body["caller"])
    if "verdict" in body:
        yield lambda shown: _unless(shown["verdict"] == body["verdict"], f"it was {_ended(shown)}")
    for path, value in body.get("with", {}).items():
        yield _with(path, value)
    if "where" in body:
        yield _where(body["where"])


def _by(call: ControlCall, name: str) -> Differences:
    state = call.state
    wanted = participants.find(call.contract, state.world, name, state.clock.now)

    def test(shown: Mapping[str, Any]) -> Iterator[str]:
        caller = shown["caller"]
        same = caller is not None and wanted is not None and caller["id"] == wanted.id
        who = "nobody known" if caller is None else caller["name"] or caller["id"]
        yield from _unless(same, f"it was by {who}")

    return test


def _with(path: str, value: Any) -> Differences:
    get = getter(path)

    def test(shown: Mapping[str, Any]) -> Iterator[str]:
        found = get(shown["view"])
        if found is MISSING:
            yield f"{path} is missing"
        else:
            yield from _unless(_json(found) == _json(value), f"{path} is {_json(shorten(found))}")

    return test


def _where(schema: Mapping[str, Any]) -> Differences:
    compiled = validator(schema)

    def test(shown: Mapping[str, Any]) -> Iterator[str]:
        entry = {name: value for name, value in shown.items() if name != "view"}
        for finding in compiled.findings(entry):
            yield f"{finding.pointer or '/'}: {finding.message}"

    return test


def _unless(holds: bool, text: str) -> Iterator[str]:
    if not holds:
        yield text


def _view(shown: Mapping[str, Any]) -> dict[str, Any]:
    """What paths of `with` start in."""
    if "payload" in shown:
        return {"body": shown["payload"]}
    request = shown.get("request", {})
    return {"body": request.get("body"), "headers": request.get("headers"), "query": shown.get("query")}


def _refusals(contract: str, entries: list[Entry]) -> list[str]:
    refused = [entry for entry in entries if entry.verdict == "refused"]
    if not refused:
        return []
    shown = [f"  {_named(entry)} ({entry.rule})" for entry in refused[-MOST:]]
    return [f"Nothing of {contract} should have been refused, and {_times(len(refused))} something was:", *shown]


def _named(entry: Entry) -> str:
    """An entry in a few words."""
    if isinstance(entry, EventEntry):
        what = f"{entry.direction} {entry.event}"
        return f"#{entry.number} {what} {entry.verdict}{f' {entry.answer}' if entry.answer else ''}"
    what = f"{getattr(entry, 'method', '')} {getattr(entry, 'path', '')}".strip()
    status = f" {getattr(entry, 'status', '')} {entry.answer}".rstrip()
    return f"#{entry.number} {what}{status}"


def _ended(shown: Mapping[str, Any]) -> str:
    return f"{shown['verdict']} ({shown['answer']})" if shown["answer"] else str(shown["verdict"])


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS, default=str).decode()
