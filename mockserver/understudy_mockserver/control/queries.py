"""Asking the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from understudy_mockserver.control.call import ControlCall
from understudy_mockserver.control.entries import Shower, kind_of
from understudy_mockserver.journal import Entry, EventEntry, HttpEntry


def is_of(entry: Entry, operation: str) -> bool:
    """Whether the entry is of the operation, or of the event that clients emit under that name."""
    if entry.operation == operation:
        return True
    return isinstance(entry, EventEntry) and entry.event == operation and entry.direction in ("received", "connected")


Filter = Callable[[Entry, Any, Shower], bool]

#: Each filter: whether an entry is one that the text, or number, asks for.
_FILTERS: Mapping[str, Filter] = {
    "kind": lambda entry, wanted, shower: kind_of(entry) == wanted,
    "contract": lambda entry, wanted, shower: entry.contract == wanted,
    "operation": lambda entry, wanted, shower: is_of(entry, wanted),
    "caller": lambda entry, wanted, shower: shower.is_by(entry, wanted),
    "status": lambda entry, wanted, shower: isinstance(entry, HttpEntry) and entry.status == wanted,
    "verdict": lambda entry, wanted, shower: entry.verdict == wanted,
    "rule": lambda entry, wanted, shower: entry.rule == wanted or any(v.rule == wanted for v in entry.violations),
    "since": lambda entry, wanted, shower: entry.number > wanted,
}


def read(call: ControlCall) -> dict[str, Any]:
    """The entries that the query asks for, oldest first."""
    journal = call.namespace.journal
    shower = call.shower
    found = chosen(journal, call.query, shower)
    return {"entries": [shower.shown(entry) for entry in found], "forgotten": journal.forgotten}


def clear(call: ControlCall) -> dict[str, Any]:
    """Forgets what happened."""
    journal = call.namespace.journal
    count = len(journal)
    journal.clear()
    return {"cleared": count}


def chosen(entries: Iterable[Entry], query: Mapping[str, Any], shower: Shower) -> Iterator[Entry]:
    """Those entries that all filters of the query let through."""
    wanted = [(_FILTERS[name], value) for name, value in query.items() if name in _FILTERS]
    return (entry for entry in entries if all(fits(entry, value, shower) for fits, value in wanted))
