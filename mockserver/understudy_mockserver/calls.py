"""Making calls for handlers, and judging what they emit."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from understudy_mockserver.namespaces import State
from understudy_mockserver.provider import Call
from understudy_mockserver.realtime.hub import Connection, Emission, Hub
from understudy_validators.case import Upload
from understudy_validators.contract import Contract, Operation
from understudy_validators.realtime import Event
from understudy_validators.schemas import SchemaValidator

log = logging.getLogger("understudy")


def call(
    operation: Operation | Event | None,
    view: Mapping[str, Any],
    uploads: Sequence[Upload],
    state: State,
    *,
    now: float,
    base_url: str,
    connection: Connection | None = None,
) -> Call:
    """A call in the state of one API in one namespace."""
    hub = state.hub
    heard = bool(hub.connections)
    return Call(
        operation, view, uploads, state.world, state.blobs, state.ids, now, base_url, hub, connection, heard=heard
    )


def publish(contract: Contract, hub: Hub, emissions: Sequence[Emission]) -> None:
    """Judges events and sends them, where anybody is connected."""
    if emissions and hub.connections:
        check_emissions(contract, emissions)
        hub.publish(emissions)


def check_emissions(contract: Contract, emissions: Iterable[Emission]) -> None:
    """Logs each event that breaks the contract's own schema of it: the mock's fault, said loudly."""
    for emission in emissions:
        validator = _validator(contract, emission.event)
        if validator is None:
            log.error("%s: the mock breaks the contract: no event %s in it", contract.name, emission.event)
        elif not validator.fits(emission.payload):
            for finding in validator.findings(emission.payload):
                log.error("%s: %s breaks the contract at %s", contract.name, emission.event, finding)


def _validator(contract: Contract, event: str) -> SchemaValidator | None:
    channels = contract.realtime.channels.values()
    return next((channel.emissions[event] for channel in channels if event in channel.emissions), None)
