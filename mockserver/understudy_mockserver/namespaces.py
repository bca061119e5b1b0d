"""Namespaces: worlds that do not see each other, so that tests can run side by side against one server."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from understudy_mockserver.blobs import Blobs
from understudy_mockserver.clock import Clock, SteppedClock, SystemClock
from understudy_mockserver.ids import Ids
from understudy_mockserver.lenient import Adoption
from understudy_mockserver.provider import Provider
from understudy_mockserver.quotas import SlidingQuotas
from understudy_mockserver.realtime.hub import Hub
from understudy_mockserver.settings import Settings
from understudy_validators import times
from understudy_validators.contract import Contract
from understudy_validators.records import World

DEFAULT = "default"
HEADER = "understudy-namespace"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class State:
    """One API's state in one namespace."""

    world: World
    blobs: Blobs
    ids: Ids
    clock: Clock
    quotas: SlidingQuotas
    hub: Hub


class Namespaces:
    """All states, made on first use; the namespace that was used longest ago makes room for a new one."""

    def __init__(self, served: Mapping[str, tuple[Contract, Provider]], settings: Settings) -> None:
        self._served = served
        self._settings = settings
        self._states: dict[str, dict[str, State]] = {}

    def state(self, namespace: str, contract: str) -> State:
        """The state of a contract in a namespace."""
        states = self._states.pop(namespace, None)
        if states is None:
            states = {}
            if len(self._states) >= self._settings.max_namespaces:
                _end(self._states.pop(next(iter(self._states))))
        self._states[namespace] = states
        found = states.get(contract)
        if found is None:
            found = states[contract] = self._fresh(contract)
        return found

    @property
    def contracts(self) -> tuple[Contract, ...]:
        """The contracts that are served."""
        return tuple(contract for contract, _ in self._served.values())

    def close(self) -> None:
        """Ends what goes on in every namespace."""
        for states in self._states.values():
            _end(states)

    def existing(self, namespace: str, contract: str) -> State | None:
        """The state of a contract in a namespace, if there is one; it counts as no use of it."""
        return self._states.get(namespace, {}).get(contract)

    def _fresh(self, name: str) -> State:
        contract, provider = self._served[name]
        world, blobs = contract.world.copy(), Blobs(self._settings.max_blobs)
        provider.prepare(world, blobs)
        if self._settings.lenient:
            world.adopt = Adoption(world)
        seed = secrets.randbits(64) if self._settings.seed is None else self._settings.seed
        return State(world, blobs, Ids(seed), self._clock(contract), SlidingQuotas(), Hub())

    def _clock(self, contract: Contract) -> Clock:
        if self._settings.seed is None:
            return SystemClock()
        return SteppedClock(times.to_seconds(contract.now))


def _end(states: Mapping[str, State]) -> None:
    """Cuts the connections of a namespace that is no more."""
    for state in states.values():
        state.hub.close()
