"""Conversations by chance: people who write, answer, edit, delete, upload, join and leave, over REST and sockets.

A step is a request as `valid` makes it, aimed at what is there by now: at rooms and messages that steps before it have
made, or taken away. Some steps are refused therefore, which is as it should be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from understudy_validators.contract import Contract, Operation
from understudy_validators.exchange import Exchange
from understudy_validators.fuzzing.model import Example
from understudy_validators.fuzzing.requests import examples, valid
from understudy_validators.places import Place, edit_at, places_of
from understudy_validators.realtime import CONNECT, Event
from understudy_validators.records import World
from understudy_validators.sockets import SocketStep
from understudy_validators.wire import WireRequest, fill

#: How many of a collection's newest records a step is aimed at.
NEWEST = 6
# So many of the contract's own requests come to one by chance, and so many that are aimed to one that is not.
_OWN, _AIMED = 3, 1
# Requests between two events of a client.
_BETWEEN = 3


class System(Protocol):
    """What a conversation is held with; it raises whatever it finds wrong."""

    def begin(self) -> None:
        """Starts anew."""
        ...

    def world(self) -> World:
        """What there is by now."""
        ...

    def call(self, request: WireRequest) -> Exchange:
        """Sends a request."""
        ...

    def take(self, step: SocketStep) -> bool:
        """Takes a step over a socket; whether it was let in."""
        ...

    def end(self) -> None:
        """Ends the conversation."""
        ...


def conversations(contract: Contract, system: System) -> type[RuleBasedStateMachine]:
    """A state machine whose steps are requests and events of the contract, sent to the system."""
    calls = _favoured(contract)
    events = [event for event in contract.realtime if event.name != CONNECT]
    connects = [event for event in contract.realtime if event.name == CONNECT]
    places = places_of(contract)
    requests = _Requests(contract)

    class Conversation(RuleBasedStateMachine):
        """One conversation, from a fresh world on."""

        connected = False
        #: Requests since the last event: most of what people do is no event of its own.
        requests_since = 0

        @initialize()
        def begin(self) -> None:
            system.begin()

        @rule(data=st.data(), operation=st.sampled_from(calls))
        def call(self, data: st.DataObject, operation: Operation) -> None:
            example = requests.draw(data, operation)
            if isinstance(example.step, WireRequest) and not example.before:
                self.requests_since += 1
                system.call(_aimed(data, example.step, operation, places[operation.id], system.world()))

        def teardown(self) -> None:
            system.end()

    def connect(self: Conversation, data: st.DataObject) -> None:
        event = data.draw(st.sampled_from(connects))
        self.connected = system.take(_step(data, requests, event))

    def emit(self: Conversation, data: st.DataObject) -> None:
        self.requests_since = 0
        event = data.draw(st.sampled_from(events))
        step = _step(data, requests, event)
        system.take(replace(step, payload=_payload(data, step.payload, places[event.id], system.world())))

    if events:
        Conversation.connect = precondition(lambda self: not self.connected)(rule(data=st.data())(connect))
        Conversation.emit = precondition(lambda self: self.connected and self.requests_since >= _BETWEEN)(
            rule(data=st.data())(emit)
        )
    return Conversation


class _Requests:
    """What steps start from: the contract's own examples, or now and then any request that conforms."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._own: dict[str, list[Example]] = {}

    def draw(self, data: st.DataObject, operation: Operation | Event) -> Example:
        """A request or event of the operation."""
        if operation.id not in self._own:
            self._own[operation.id] = list(examples(self._contract, operation))
        own = self._own[operation.id]
        is_own: int = data.draw(st.integers(0, _OWN)) if own else 0
        return data.draw(st.sampled_from(own) if is_own else valid(self._contract, operation))


def _favoured(contract: Contract) -> list[Operation]:
    """All operations: as often as all others the main one, and those near it."""
    main = contract.main_operation
    near = [operation for operation in contract if operation.path.startswith(main.path.rstrip("/"))]
    others = [operation for operation in contract if operation not in near]
    return [*[main] * len(others), *near * max(1, len(others) // len(near)), *others]


def _aimed(
    data: st.DataObject, request: WireRequest, operation: Operation, places: tuple[Place, ...], world: World
) -> WireRequest:
    """The request, with one of its ids replaced, as a rule, by that of something that is there by now."""
    parameters, body = dict(request.parameters), request.body
    aims = [(place, known) for place in places if (known := _values(world, place))]
    if not aims or not data.draw(st.integers(0, _AIMED)):
        return request
    place, known = data.draw(st.sampled_from(aims))
    if place.tokens[0] == "path":
        parameters[place.tokens[1]] = str(data.draw(st.sampled_from(known)))
    elif isinstance(body, Mapping):
        body = edit_at(body, place.tokens[1:], _chosen(data, known))
    path = fill(operation.path, parameters) if parameters != request.parameters else request.path
    return replace(request, path=path, parameters=parameters, body=body)


def _step(data: st.DataObject, requests: _Requests, event: Event) -> SocketStep:
    """A step of the event, on the conversation's one connection."""
    step = requests.draw(data, event).step
    if not isinstance(step, SocketStep):
        raise TypeError(f"{event.id} is no event")
    return replace(step, name="a")


def _payload(data: st.DataObject, payload: Any, places: tuple[Place, ...], world: World) -> Any:
    for place in places:
        known = _values(world, place)
        if place.tokens[0] == "body" and known:
            payload = edit_at(payload, place.tokens[1:], _chosen(data, known))
    return payload


def _chosen(data: st.DataObject, known: list[Any]) -> Callable[[Any], Any]:
    """A function that keeps a value, or takes one of those that are known."""
    return lambda value: data.draw(st.sampled_from([value, *known]))


def _values(world: World, place: Place) -> list[Any]:
    """What the newest records hold in the place's field."""
    records = list(world[place.collection])[-NEWEST:]
    values = [record.get(place.field) for record in reversed(records)]
    return [value for value in dict.fromkeys(values) if isinstance(value, str | int)]
