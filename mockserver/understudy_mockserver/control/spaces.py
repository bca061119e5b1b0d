"""Namespaces: listed, made, shown, begun anew, ended."""

from __future__ import annotations

import secrets
import time
from typing import Any

from understudy_mockserver.control.call import ControlCall
from understudy_mockserver.namespaces import Namespace, State
from understudy_validators import times


def listed(call: ControlCall) -> dict[str, Any]:
    """All namespaces, the one that was used longest ago first."""
    return {"namespaces": [_summary(call, namespace) for namespace in call.namespaces]}


def create(call: ControlCall) -> dict[str, Any]:
    """The namespace of that name, or one with a name of its own."""
    name = call.body.get("name") or f"n-{secrets.token_hex(6)}"
    return _summary(call, call.namespaces.open(name))


def show(call: ControlCall) -> dict[str, Any]:
    """One namespace."""
    return _summary(call, call.namespace)


def delete(call: ControlCall) -> dict[str, Any]:
    """Ends one."""
    return {"ended": call.namespaces.delete(call.name)}


def reset(call: ControlCall) -> dict[str, Any]:
    """Begins one anew."""
    return _summary(call, call.namespaces.reset(call.name))


def contracts(call: ControlCall) -> dict[str, Any]:
    """What is served."""
    return {
        "contracts": [
            {
                "name": contract.name,
                "operations": list(contract.operations),
                "events": [event.name for event in contract.realtime],
            }
            for contract in call.directory.contracts.values()
        ]
    }


def _summary(call: ControlCall, namespace: Namespace) -> dict[str, Any]:
    return {
        "name": namespace.name,
        "url": f"{call.root_url}/~{namespace.name}",
        "contracts": {name: _state(state) for name, state in namespace.states.items()},
        "entries": len(namespace.journal),
        "connections": sum(len(state.hub.connections) for state in namespace.states.values()),
        "idle": round(time.monotonic() - namespace.used, 3),
    }


def _state(state: State) -> dict[str, Any]:
    steering = state.steering
    return {
        "seed": str(state.seed),  # JavaScript's numbers hold no 64 bits
        "now": times.iso(state.clock.now),
        "forced": len(steering.forced),
        "faults": len(steering.faults) + len(steering.of_events),
    }
