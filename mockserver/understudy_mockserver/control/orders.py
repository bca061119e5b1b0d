"""Forced answers and faults: asked for, listed, cleared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from understudy_mockserver import preferences
from understudy_mockserver.control import participants
from understudy_mockserver.control.call import ControlCall, RefusedError
from understudy_mockserver.control.event_faults import arrange, withdraw
from understudy_mockserver.control.schemas import fits
from understudy_mockserver.control.steering import Fault, Forcing, Order, Steering
from understudy_mockserver.preferences import Forced, Preference, UnknownPreferenceError
from understudy_mockserver.realtime.hub import user_room
from understudy_validators.answers import Answer

_OF_EVENTS = ("drop", "delay", "duplicate", "reorder", "disconnect")
#: What a fault does that is not said.
_DEFAULTS: Mapping[str, Any] = {"at": "start", "bytes": 16, "seconds": 0.1, "status": 503}


def list_forced(call: ControlCall) -> dict[str, Any]:
    """Forced answers; those that are used up come last."""
    return _orders(call, lambda steering: [*steering.forced, *(o for o in steering.spent if isinstance(o, Forcing))])


def list_faults(call: ControlCall) -> dict[str, Any]:
    """Faults; those that are used up come last."""
    return _orders(
        call,
        lambda steering: [
            *steering.faults,
            *steering.of_events,
            *(order for order in steering.spent if isinstance(order, Fault)),
        ],
    )


def _orders(call: ControlCall, choose: Callable[[Steering], list[Any]]) -> dict[str, Any]:
    states = call.namespace.states.values()
    return {"orders": [order.as_dict() for state in states for order in choose(state.steering)]}


def force(call: ControlCall) -> dict[str, Any]:
    """Forces an answer, from now on."""
    body, steering = call.body, call.state.steering
    operation = _operation(call)
    forcing = Forcing(
        id=_number(call),
        operation=operation,
        asked=body,
        left=body.get("times"),
        choice=_choice(call),
        meets=_meets(call),
    )
    steering.forced.append(forcing)
    return forcing.as_dict()


def add_fault(call: ControlCall) -> dict[str, Any]:
    """Makes something go wrong, from now on."""
    body, state = call.body, call.state
    of_event = body["fault"] in _OF_EVENTS
    fault = Fault(
        id=_number(call),
        operation=_operation(call),
        asked=body,
        left=body.get("times", 2 if body["fault"] == "reorder" else None),
        kind=body["fault"],
        probability=body.get("probability", 1.0),
        options={**_DEFAULTS, **body},
        event=body.get("event", "*") if of_event else "",
        meets=_meets(call),
    )
    if of_event:
        state.steering.of_events.append(fault)
        arrange(state, fault)
    else:
        state.steering.faults.append(fault)
    return fault.as_dict()


def clear_forced(call: ControlCall) -> dict[str, Any]:
    """Clears all forced answers."""
    return {"cleared": sum(_emptied(state.steering.forced) for state in call.namespace.states.values())}


def clear_one_forced(call: ControlCall) -> dict[str, Any]:
    """Clears one."""
    for state in call.namespace.states.values():
        state.steering.forced[:] = [order for order in state.steering.forced if order.id != call.path("order")]
    return {"cleared": 1}


def clear_faults(call: ControlCall) -> dict[str, Any]:
    """Clears all faults; events that were held back are sent."""
    cleared = 0
    for state in call.namespace.states.values():
        cleared += _emptied(state.steering.faults)
        for fault in list(state.steering.of_events):
            withdraw(state, fault)
            cleared += 1
    return {"cleared": cleared}


def clear_one_fault(call: ControlCall) -> dict[str, Any]:
    """Clears one."""
    wanted = call.path("order")
    for state in call.namespace.states.values():
        state.steering.faults[:] = [fault for fault in state.steering.faults if fault.id != wanted]
        for fault in [fault for fault in state.steering.of_events if fault.id == wanted]:
            withdraw(state, fault)
    return {"cleared": 1}


def disconnect(call: ControlCall) -> dict[str, Any]:
    """Cuts connections, now."""
    hub = call.state.hub
    caller = _participant(call)
    lost = list(hub.connections.values() if caller is None else hub.rooms.get(user_room(caller.id), {}).values())
    for connection in lost:
        connection.drop()
    return {"disconnected": len(lost)}


def _emptied(orders: list[Any]) -> int:
    count = len(orders)
    orders.clear()
    return count


def _number(call: ControlCall) -> int:
    """An id that no order of the namespace has."""
    steerings = [state.steering for state in call.namespace.states.values()]
    taken = [order.id for steering in steerings for order in _all(steering)]
    return max([0, *taken]) + 1


def _all(steering: Steering) -> list[Order]:
    return [*steering.forced, *steering.faults, *steering.of_events, *steering.spent]


def _operation(call: ControlCall) -> str:
    """The id of the operation, or of the event that clients emit under that name."""
    asked = str(call.body.get("operation", ""))
    if asked in call.contract.operations:
        return asked
    return next((event.id for event in call.contract.realtime if asked in (event.id, event.name)), "")


def _choice(call: ControlCall) -> Forced | Answer:
    """The answer that is asked for. Raises `RefusedError` where name and status belong to two."""
    body, contract = call.body, call.contract
    operation = contract.operations.get(body["operation"])
    if operation is None:
        event = next(event for event in contract.realtime if body["operation"] in (event.id, event.name))
        if "answer" not in body:
            raise RefusedError(
                "no-such-answer", f"{event.name} answers with events, not with statuses: name the answer."
            )
        return next(iter(contract.named(body["answer"], event.answers)))
    status = body.get("status")
    try:
        return preferences.choose(contract, operation, Preference(str(status or ""), body.get("answer", "")))
    except UnknownPreferenceError as error:
        raise RefusedError("no-such-answer", str(error)) from None


def _participant(call: ControlCall) -> participants.Participant | None:
    if "caller" not in call.body:
        return None
    return participants.find(call.contract, call.state.world, call.body["caller"])


def _meets(call: ControlCall) -> Callable[[Mapping[str, Any]], bool]:
    """Whether a view is by the caller, and as `where` says."""
    caller = _participant(call)
    where = fits(call.body["where"]) if "where" in call.body else None
    if caller is None and where is None:
        return lambda view: True
    return lambda view: (caller is None or caller.called(view)) and (where is None or where(view))
