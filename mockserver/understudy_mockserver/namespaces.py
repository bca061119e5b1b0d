"""Namespaces: worlds that do not see each other, so that tests can run side by side against one server."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from understudy_mockserver.blobs import Blobs
from understudy_mockserver.clock import Clock, SteppedClock, SystemClock
from understudy_mockserver.control.steering import Steering
from understudy_mockserver.ids import Ids
from understudy_mockserver.journal import Journal
from understudy_mockserver.lenient import Adoption
from understudy_mockserver.metrics import Counts
from understudy_mockserver.provider import Provider
from understudy_mockserver.quotas import SlidingQuotas
from understudy_mockserver.realtime.hub import Hub
from understudy_mockserver.sessions import Sessions
from understudy_mockserver.settings import Settings
from understudy_validators import times
from understudy_validators.contract import Contract
from understudy_validators.records import World
from understudy_validators.redaction import Redactor

DEFAULT = "default"
HEADER = "understudy-namespace"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class State:
    """One API's state in one namespace. `seed` is what its chance comes from."""

    world: World
    blobs: Blobs
    ids: Ids
    clock: Clock
    quotas: SlidingQuotas
    hub: Hub
    journal: Journal
    seed: int
    steering: Steering


@dataclass(slots=True)
class Namespace:
    """One world for each API that was used in it, and the journal of what happened.

    `used` is when somebody did so last, in seconds of the machine's monotonic clock; `snapshots` are states that were
    put aside, by name.
    """

    name: str
    journal: Journal
    states: dict[str, State] = field(default_factory=dict)
    used: float = 0.0
    snapshots: dict[str, Any] = field(default_factory=dict)

    @property
    def is_listened_to(self) -> bool:
        """Whether anybody is connected to it."""
        return any(state.hub.connections for state in self.states.values())


class Namespaces:
    """All states, made on first use; the namespace that was used longest ago makes room for a new one."""

    def __init__(self, served: Mapping[str, tuple[Contract, Provider]], settings: Settings) -> None:
        self._served = served
        self._settings = settings
        self.limits = settings.limits
        self.redactor = Redactor(self.contracts)
        #: Seeds of states still to be made, by contract, in place of chance.
        self.seeds: dict[str, int] = {}
        self.counts: Counts = {}
        #: Entries that had to make room in journals of namespaces that are gone.
        self.evicted = 0
        self._namespaces: dict[str, Namespace] = {}

    def open(self, name: str) -> Namespace:
        """The namespace of that name; it is now the one that was used last."""
        namespace = self._namespaces.pop(name, None) or self._make(name)
        namespace.used = time.monotonic()
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
            self.adopting(namespace, contract, found.world)
        else:
            found.world.trim(self.limits.messages)
        return found

    def _make(self, name: str) -> Namespace:
        if len(self._namespaces) >= self.limits.namespaces:
            self.delete(next(iter(self._namespaces)))
        return Namespace(name, Journal(self.limits.journal, self.limits.journal_body, self.redactor))

    def delete(self, name: str) -> bool:
        """Ends a namespace, and cuts its connections; whether there was one. When it is used again, it is fresh."""
        namespace = self._namespaces.pop(name, None)
        if namespace is None:
            return False
        self.evicted += namespace.journal.evicted
        _end(namespace)
        namespace.journal.end()
        return True

    def reset(self, name: str) -> Namespace:
        """Makes a namespace as it was at first, its journal included, and cuts its connections."""
        namespace = self.open(name)
        _end(namespace)
        namespace.states.clear()
        namespace.snapshots.clear()
        namespace.journal.begin()
        return namespace

    def find(self, name: str) -> Namespace | None:
        """The namespace of that name, if there is one; it counts as no use of it."""
        return self._namespaces.get(name)

    def __iter__(self) -> Iterator[Namespace]:
        return iter(list(self._namespaces.values()))

    def forget_idle(self) -> None:
        """Ends the namespaces that nobody has used for long, except the default one and those that are listened to."""
        latest = time.monotonic() - self.limits.idle
        for name, namespace in list(self._namespaces.items()):
            if namespace.used >= latest:
                return  # they stand in the order of their last use
            if name != DEFAULT and not namespace.is_listened_to:
                self.delete(name)

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
            namespace.journal.end()

    def existing(self, namespace: str, contract: str) -> State | None:
        """The state of a contract in a namespace, if there is one; it counts as no use of it."""
        found = self._namespaces.get(namespace)
        return found.states.get(contract) if found else None

    def _fresh(self, name: str, journal: Journal) -> State:
        contract, provider = self._served[name]
        world, blobs = contract.world.copy(), Blobs(self.limits.blobs)
        provider.prepare(world, blobs)
        seed = self.seeds.get(name, self._settings.seed)
        seed = secrets.randbits(64) if seed is None else seed
        clock = self._clock(contract)
        hub = Hub(journal.observer(name, clock))
        return State(world, blobs, Ids(seed), clock, SlidingQuotas(), hub, journal, seed, Steering(seed))

    def adopting(self, namespace: Namespace, contract: str, world: World) -> None:
        """Says what becomes of credentials that the world of a namespace does not know."""
        world.adopt = Adoption(world) if self._settings.lenient else None
        if namespace.name == DEFAULT:
            start = self._served[contract][0].world
            world.adopt = Sessions(start, partial(self._others, contract), world.adopt)

    def _others(self, contract: str) -> Iterator[tuple[str, World]]:
        """The worlds of a contract in all namespaces but the default one."""
        for namespace in self:
            state = namespace.states.get(contract)
            if state is not None and namespace.name != DEFAULT:
                yield namespace.name, state.world

    def _clock(self, contract: Contract) -> Clock:
        if self._settings.seed is None:
            return SystemClock()
        return SteppedClock(times.to_seconds(contract.now))


def _end(namespace: Namespace) -> None:
    """Cuts the connections of a namespace that is no more."""
    for state in namespace.states.values():
        state.hub.close()
