"""Namespaces: worlds that do not see each other, so that tests can run side by side against one server."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from understudy_mockserver.blobs import Blobs
from understudy_mockserver.clock import Clock, SteppedClock, SystemClock
from understudy_mockserver.ids import Ids
from understudy_mockserver.journal import Journal
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
    journal: Journal


@dataclass(frozen=True, slots=True)
class Namespace:
    """One world for each API that was used in it, and the journal of what happened."""

    name: str
    journal: Journal
    states: dict[str, State] = field(default_factory=dict)


class Namespaces:
    """All states, made on first use; the namespace that was used longest ago makes room for a new one."""

    def __init__(self, served: Mapping[str, tuple[Contract, Provider]], settings: Settings) -> None:
        self._served = served
        self._settings = settings
        self._namespaces: dict[str, Namespace] = {}

    def open(self, name: str) -> Namespace:
        """The namespace of that name; it is now the one that was used last."""
        namespace = self._namespaces.pop(name, None) or self._make(name)
        self._namespaces[name] = namespace
        return namespace

    def state(self, namespace: str, contract: str) -> State:
        """The state of a contract in a namespace."""
        return self.state_in(self.open(namespace), contract)

    def state_in(self, namespace: Namespace, contract: str) -> State:
        """The state of a contract in an open namespace."""
        found = namespace.states.get(contract)
        if found is None:
            found = namespace.states[contract] = self._fresh(contract, namespace.journal)
        return found

    def _make(self, name: str) -> Namespace:
        if len(self._namespaces) >= self._settings.max_namespaces:
            _end(self._namespaces.pop(next(iter(self._namespaces))))
        return Namespace(name, Journal(self._settings.max_journal, self._settings.max_journal_body))

    @property
    def contracts(self) -> tuple[Contract, ...]:
        """The contracts that are served."""
        return tuple(contract for contract, _ in self._served.values())

    def __len__(self) -> int:
        return len(self._namespaces)

    def close(self) -> None:
        """Ends what goes on in every namespace."""
        for namespace in self._namespaces.values():
            _end(namespace)

    def existing(self, namespace: str, contract: str) -> State | None:
        """The state of a contract in a namespace, if there is one; it counts as no use of it."""
        found = self._namespaces.get(namespace)
        return found.states.get(contract) if found else None

    def _fresh(self, name: str, journal: Journal) -> State:
        contract, provider = self._served[name]
        world, blobs = contract.world.copy(), Blobs(self._settings.max_blobs)
        provider.prepare(world, blobs)
        if self._settings.lenient:
            world.adopt = Adoption(world)
        seed = secrets.randbits(64) if self._settings.seed is None else self._settings.seed
        clock = self._clock(contract)
        hub = Hub(journal.observer(name, clock))
        return State(world, blobs, Ids(seed), clock, SlidingQuotas(), hub, journal)

    def _clock(self, contract: Contract) -> Clock:
        if self._settings.seed is None:
            return SystemClock()
        return SteppedClock(times.to_seconds(contract.now))


def _end(namespace: Namespace) -> None:
    """Cuts the connections of a namespace that is no more."""
    for state in namespace.states.values():
        state.hub.close()
