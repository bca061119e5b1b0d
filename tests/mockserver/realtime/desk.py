"""A contract's realtime side with no server between: what clients emit goes in, and what waits for them comes out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from understudy_mockserver.context import Context
from understudy_mockserver.contracts import load_contract, load_provider
from understudy_mockserver.namespaces import Namespaces, State
from understudy_mockserver.realtime.gateway import Gateway
from understudy_mockserver.realtime.hub import Connection
from understudy_mockserver.settings import Settings

SEED = 1
_contract = cache(load_contract)


class Desk:
    """One contract. `dropped` names the connections whose transport was cut."""

    def __init__(self, name: str, settings: Settings | None = None) -> None:
        self.contract, self.provider = _contract(name), load_provider(name)
        self.namespaces = Namespaces({name: (self.contract, self.provider)}, settings or Settings(seed=SEED))
        self.gateway = Gateway(self.contract, self.provider, self.namespaces)
        self.dropped: list[str] = []
        self._count = 0

    def state(self, namespace: str = "desk") -> State:
        return self.namespaces.state(namespace, self.contract.name)

    def connect(self, handshake: Mapping[str, Any], socket_namespace: str, namespace: str = "desk") -> Connection:
        """A connection that is let in."""
        self._count += 1
        name = f"c{self._count}"
        context = Context(namespace, "http://mock.test", "")
        return self.gateway.connect(context, socket_namespace, handshake, name, lambda: self.dropped.append(name))

    def say(self, connection: Connection, event: str, payload: Any) -> list[tuple[str, Any]]:
        """Emits an event; what waits for the connection then."""
        self.gateway.receive(connection, event, payload)
        return waiting(connection)


def waiting(connection: Connection) -> list[tuple[str, Any]]:
    """What waits for a client to read it, which then waits no more."""
    return [connection.waiting.get_nowait() for _ in range(connection.waiting.qsize())]
