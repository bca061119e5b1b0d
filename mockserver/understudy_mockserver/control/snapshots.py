"""Snapshots: what a namespace holds, put aside under a name and taken back."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import Any

from understudy_mockserver.clock import Clock
from understudy_mockserver.control.call import ControlCall
from understudy_mockserver.namespaces import State
from understudy_validators.records import World

#: Snapshots of a namespace; the oldest goes.
MOST = 100
_LIVE = "connections"


@dataclass(frozen=True, slots=True)
class _Kept:
    """One API's state, as it was."""

    state: State
    clock: Clock


def listed(call: ControlCall) -> dict[str, Any]:
    """The snapshots' names, oldest first."""
    return {"snapshots": list(call.namespace.snapshots)}


def take(call: ControlCall) -> dict[str, Any]:
    """Puts the namespace's states aside, in the place of any that had the name."""
    snapshots, states = call.namespace.snapshots, call.namespace.states
    for name in call.directory.contracts:
        call.namespaces.state(call.name, name)
    snapshots.pop(call.path("snapshot"), None)
    snapshots[call.path("snapshot")] = {name: _Kept(_copied(s), s.clock.copy()) for name, s in states.items()}
    while len(snapshots) > MOST:
        del snapshots[next(iter(snapshots))]
    return listed(call)


def drop(call: ControlCall) -> dict[str, Any]:
    """Forgets a snapshot."""
    del call.namespace.snapshots[call.path("snapshot")]
    return listed(call)


def restore(call: ControlCall) -> dict[str, Any]:
    """Makes the states what they were."""
    namespace = call.namespace
    kept: dict[str, _Kept] = namespace.snapshots[call.path("snapshot")]
    for name, one in kept.items():
        now = namespace.states[name]
        state = replace(_copied(one.state), clock=now.clock, hub=now.hub, steering=now.steering)
        call.namespaces.adopting(namespace, name, state.world)
        _reconnect(state.world, now.world)
        state.clock.follow(one.clock)
        namespace.states[name] = state
    return listed(call)


def _copied(state: State) -> State:
    """A state of its own with the same records, files, ids to come and quotas."""
    return replace(
        state,
        world=state.world.copy(),
        blobs=copy.deepcopy(state.blobs),
        ids=copy.deepcopy(state.ids),
        quotas=copy.deepcopy(state.quotas),
    )


def _reconnect(world: World, present: World) -> None:
    """Connections are what they are: no snapshot brings one back, or ends one."""
    if _LIVE not in world:
        return
    for record in list(world[_LIVE]):
        world[_LIVE].remove(record)
    for record in present[_LIVE]:
        world[_LIVE].insert(record)
