"""What of a contract was exercised in a namespace, as far as its journal goes back."""

from __future__ import annotations

from typing import Any

from understudy_mockserver.control.call import ControlCall
from understudy_mockserver.journal import Entry, EventEntry, HttpEntry
from understudy_validators.checking.coverage import Coverage
from understudy_validators.contract import Contract


def show(call: ControlCall) -> dict[str, Any]:
    """The contract's coverage: of each kind, how much was seen, and what was not."""
    coverage = Coverage(call.contract)
    for entry in call.namespace.journal:
        if entry.contract == call.contract.name and entry.operation:
            _record(coverage, call.contract, entry)
    return coverage.as_dict()


def _record(coverage: Coverage, contract: Contract, entry: Entry) -> None:
    refused = entry.answer if entry.verdict == "refused" else ""
    operation = contract.operations.get(entry.operation)
    if entry.verdict == "forced":  # nothing was judged, and nothing broken
        return
    if isinstance(entry, HttpEntry) and operation is not None:
        coverage.record(operation, entry.exchange, violations=entry.violations, answer=refused)
    elif isinstance(entry, EventEntry):
        event = next((event for event in contract.realtime if event.id == entry.operation), None)
        if event is not None:
            coverage.record_event(event, entry.payload, violations=entry.violations, answer=refused)
