"""Faults of events that were asked for through the control API: put into the hub, counted, withdrawn."""

from __future__ import annotations

from functools import partial

from understudy_mockserver.control.delivery import LONGEST, seconds
from understudy_mockserver.control.steering import Fault
from understudy_mockserver.namespaces import State
from understudy_mockserver.realtime.faults import DISCONNECT, EventFault
from understudy_mockserver.realtime.hub import Emission, Hub

ANY = "*"


def arrange(state: State, fault: Fault) -> None:
    """Makes the fault happen to events from now on."""
    steering, hub = state.steering, state.hub

    def meets(emission: Emission) -> bool:
        return fault.event in (ANY, emission.event) and fault.is_due(steering.chance)

    def happens(emission: Emission) -> None:
        if fault.kind == DISCONNECT:
            _cut(hub, emission)
        if fault.take():
            steering.retire(fault)

    def late() -> float:
        return min(seconds(fault.options["seconds"], steering.chance), LONGEST) if fault.kind == "delay" else 0.0

    placed: EventFault[Emission] = EventFault(fault.kind, fault.left, late, meets, happens)
    fault.withdraw = partial(_withdraw, hub, placed)
    hub.faults.add(placed)


def withdraw(state: State, fault: Fault) -> None:
    """Ends the fault; events that it held back are sent now."""
    state.steering.of_events.remove(fault)
    fault.withdraw()


def _withdraw(hub: Hub, placed: EventFault[Emission]) -> None:
    held = hub.faults.withdraw(placed)
    hub.publish(held)


def _cut(hub: Hub, emission: Emission) -> None:
    """Cuts off whoever should have got the event."""
    reached = {key: found for room in emission.to for key, found in hub.rooms.get(room, {}).items()}
    if emission.others:
        reached.pop(emission.source, None)
    for connection in reached.values():
        connection.drop()
