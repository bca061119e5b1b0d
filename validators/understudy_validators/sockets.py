"""Steps over Socket.IO, as triggers have them: connecting, emitting, leaving."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from understudy_validators import edges
from understudy_validators.contract import Contract
from understudy_validators.errors import UsageError
from understudy_validators.realtime import Event
from understudy_validators.wire import merge_patch

#: The words that tell a step over a socket from a request.
WORDS = ("connect", "emit", "disconnect")


@dataclass(frozen=True, slots=True)
class SocketStep:
    """One step on the connection `name`: `kind` is one of `WORDS`.

    A connection has a `namespace` and a `query`, an emission an `event` and a `payload`.
    """

    kind: str
    name: str = "a"
    namespace: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    event: str = ""
    payload: Any = None
    # The event's name in the contract.
    operation: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The step as JSON."""
        if self.kind == "connect":
            return {"connect": self.namespace, "query": dict(self.query), "name": self.name}
        if self.kind == "emit":
            return {"emit": self.event, "payload": self.payload, "on": self.name}
        return {"disconnect": self.name}


def is_socket_step(step: Mapping[str, Any]) -> bool:
    """Whether a trigger's step goes over a socket."""
    return any(word in step for word in WORDS)


def build(contract: Contract, step: Mapping[str, Any]) -> SocketStep:
    """The step that a trigger's words stand for (specs/README.md has them). Raises `UsageError` for a wrong one."""
    if "connect" in step:
        return _connect(contract, step)
    if "disconnect" in step:
        return SocketStep("disconnect", step["disconnect"])
    event = find_event(contract, step["emit"])
    payload = _payload(contract, event, step)
    return SocketStep("emit", step.get("on", "a"), event=event.name, payload=payload, operation=event.id)


def find_event(contract: Contract, name: str) -> Event:
    """The event that clients emit under the name. Raises `UsageError`, which lists what there is."""
    events = {event.name: event for event in contract.realtime}
    if name in events:
        return events[name]
    raise UsageError(f"{contract.name} takes no event {name!r}. It takes: {', '.join(events) or 'none'}.")


def _connect(contract: Contract, step: Mapping[str, Any]) -> SocketStep:
    channel = contract.realtime.channels.get(step["connect"])
    if channel is None:
        known = ", ".join(contract.realtime.channels) or "none"
        raise UsageError(f"{contract.name} has no namespace {step['connect']!r}. It has: {known}.")
    event = channel.connect
    example: Mapping[str, Any] = next(iter(event.examples.values()), {})
    query = {**example, **_credential(contract, event, step), **step.get("query", {})}
    texts = {key: str(value) for key, value in query.items() if value is not None}
    return SocketStep("connect", step.get("name", "a"), channel.namespace, texts, operation=event.id)


def _credential(contract: Contract, event: Event, step: Mapping[str, Any]) -> dict[str, Any]:
    document = contract.realtime.document
    if "as" not in step or document is None or not event.security:
        return {}
    scheme = document.data["components"]["securitySchemes"][event.security[0]]
    return {scheme["name"]: step["as"]}


def _payload(contract: Contract, event: Event, step: Mapping[str, Any]) -> Any:
    payload = step.get("payload", next(iter(event.examples.values()), None))
    if "patch" in step:
        payload = merge_patch(payload, step["patch"])
    if "past" not in step or contract.realtime.document is None:
        return payload
    document = contract.realtime.document.data
    constraint = edges.find(event.schema, document, step["past"])
    return edges.apply(payload, constraint, event.schema, document, past=True)
