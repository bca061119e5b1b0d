"""What happens when a client connects, emits or leaves, whatever protocol carries it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from understudy_mockserver import calls
from understudy_mockserver.context import Context
from understudy_mockserver.journal import EventEntry
from understudy_mockserver.namespaces import NAME, Namespaces, State
from understudy_mockserver.provider import Call, Provider
from understudy_mockserver.realtime.hub import Connection, Emission, own_room
from understudy_mockserver.sessions import ElsewhereError, staying
from understudy_validators import judging
from understudy_validators.answers import Answer
from understudy_validators.contract import Contract
from understudy_validators.judging import Verdict
from understudy_validators.realtime import Channel, Event

log = logging.getLogger("understudy")

#: Reserved keys of a handshake's query: our own words, for clients that can set no header.
NAMESPACE_KEY = "understudy-namespace"
PREFER_KEY = "understudy-prefer"
#: What Socket.IO servers answer to a namespace that they don't know.
UNKNOWN = "Invalid namespace"


class RefusedError(Exception):
    """A connection that is not let in; `payload` is what its client gets."""

    def __init__(self, payload: Any) -> None:
        super().__init__(payload)
        self.payload = payload


class Gateway:
    """One contract's realtime side."""

    def __init__(self, contract: Contract, provider: Provider, namespaces: Namespaces) -> None:
        self.contract = contract
        self._channels: Mapping[str, Channel] = contract.realtime.channels
        self._handlers = provider.events
        self._namespaces = namespaces
        self._redactor = namespaces.redactor

    @property
    def max_depth(self) -> int:
        """How deep JSON may nest."""
        return self._namespaces.limits.nesting

    def judges(self, namespace: str) -> bool:
        """Whether the contract has something to say of a Socket.IO namespace; the default one exists anyway."""
        return namespace in self._channels

    def connect(
        self,
        context: Context,
        namespace: str,
        handshake: Mapping[str, Any],
        connection_id: str,
        drop: Callable[[], None],
    ) -> Connection:
        """Lets a client in. Raises `RefusedError` with the payload that the contract has for it."""
        channel = self._channels.get(namespace)
        if channel is None:
            raise RefusedError(UNKNOWN)
        query = {key: value for key, value in handshake.items() if key not in (NAMESPACE_KEY, PREFER_KEY)}
        context, state, verdict = self._judge(channel.connect, query, _context(context, handshake))
        now = state.clock.ticked
        preferred = _name(handshake.get(PREFER_KEY, ""))
        forced = _forced(channel.connect, preferred, state, verdict.view)
        entry = EventEntry(
            contract=self.contract.name,
            operation=channel.connect.id,
            time=now,
            caller=verdict.view.get("caller"),
            user=_user(verdict.view),
            direction="connected",
            event=namespace,
            payload=self._redactor.fields(query),
            connection=connection_id,
            root_url=context.root_url,
            preferred=preferred,
        )
        state.journal.add(entry)
        self._admit(channel.connect, verdict, query, forced, entry)
        connection = Connection(connection_id, namespace, context, state.hub, drop, preferred=preferred)
        user_id = _user(verdict.view)
        state.world["connections"].insert({"id": connection_id, "userId": user_id, "namespace": namespace})
        connection.view = {key: verdict.view[key] for key in ("query", "token", "caller") if key in verdict.view}
        state.hub.add(connection, user_id)
        self._handle(channel.connect, connection, state, verdict, now)
        return connection

    def _judge(self, event: Event, query: Mapping[str, Any], context: Context) -> tuple[Context, State, Verdict]:
        """What is found of a connection, in the namespace that it is for: its token may belong to another one."""
        state = self._state(context)
        now = state.clock.tick()
        try:
            verdict = judging.judge_connect(event, query, state.world, now, state.quotas)
        except ElsewhereError as elsewhere:
            if not context.is_named:
                state.clock.untick()
                return self._judge(event, query, context.within(elsewhere.namespace))
            with staying(state.world):
                verdict = judging.judge_connect(event, query, state.world, now, state.quotas)
        return context, state, verdict

    def receive(self, connection: Connection, name: str, payload: Any) -> None:
        """Judges an event, and lets the provider act on it or refuses it.

        Unknown events are ignored, as Socket.IO does.
        """
        event = self._channels[connection.namespace].events.get(name)
        if event is None or connection.id not in connection.hub.connections:
            return
        state = self._state(connection.context)
        now = state.clock.tick()
        view = {**connection.view, "connection": state.world["connections"].find(id=connection.id)}
        forced = _answer(event, connection.preferred)
        if forced is None and state.steering.forced:
            seen = judging.judge_event(event, payload, view, state.world, now).view
            forced = _forced(event, "", state, seen)
        quotas = judging.NO_QUOTAS if forced else state.quotas
        verdict = judging.judge_event(event, payload, view, state.world, now, quotas)
        entry = EventEntry(
            contract=self.contract.name,
            operation=event.id,
            time=now,
            caller=verdict.view.get("caller"),
            user=_user(verdict.view),
            direction="received",
            event=name,
            payload=self._redactor.value(event.id, payload),
            connection=connection.id,
        )
        state.journal.add(entry)
        if forced:
            entry.is_forced(forced.name)
            self._refuse(connection, forced, judging.event_body(forced, verdict.view, payload))
        elif verdict.accepted:
            self._handle(event, connection, state, verdict, now)
        else:
            answer, body = judging.refusal_of_event(event, verdict, payload)
            entry.is_refused(answer.name, verdict.violations)
            self._refuse(connection, answer, body)

    def disconnect(self, connection: Connection) -> None:
        """Forgets a client that has left."""
        connection.hub.remove(connection)
        state = self._namespaces.existing(connection.context.namespace, self.contract.name)
        record = state.world["connections"].find(id=connection.id) if state else None
        if state is None or record is None:  # its namespace has made room for others, or began anew
            return
        state.world["connections"].remove(record)
        state.journal.add(
            EventEntry(
                contract=self.contract.name,
                operation="disconnect",
                time=state.clock.now,
                caller=connection.view.get("caller"),
                user=_user(connection.view),
                direction="disconnected",
                event=connection.namespace,
                payload=None,
                connection=connection.id,
            )
        )
        handler = self._handlers.get("disconnect")
        if handler:
            view = {**connection.view, "connection": record, "body": None}
            self._run(handler, self._call(None, connection, state, view, state.clock.tick()))

    def _state(self, context: Context) -> State:
        return self._namespaces.state(context.namespace, self.contract.name)

    def _admit(
        self, event: Event, verdict: Verdict, sent: Mapping[str, Any], forced: Answer | None, entry: EventEntry
    ) -> None:
        if forced:
            entry.is_forced(forced.name)
            raise RefusedError(judging.event_body(forced, verdict.view, sent))
        if not verdict.accepted:
            answer, body = judging.refusal_of_event(event, verdict, sent)
            entry.is_refused(answer.name, verdict.violations)
            raise RefusedError(body)

    def _refuse(self, connection: Connection, answer: Answer, payload: Any) -> None:
        connection.preferred = ""
        emission = Emission(answer.event, payload, (own_room(connection.id),))
        calls.publish(self.contract, connection.hub, [emission])

    def _handle(self, event: Event, connection: Connection, state: State, verdict: Verdict, now: float) -> None:
        handler = self._handlers.get(event.id)
        if handler:
            self._run(handler, self._call(event, connection, state, verdict.view, now))

    def _call(
        self, event: Event | None, connection: Connection, state: State, view: Mapping[str, Any], now: float
    ) -> Call:
        base_url = f"{connection.context.root_url}/{self.contract.name}"
        return calls.call(event, view, (), state, now=now, base_url=base_url, connection=connection)

    def _run(self, handler: Callable[[Call], None], call: Call) -> None:
        try:
            handler(call)
        except Exception:
            log.exception("%s: the handler of an event failed", self.contract.name)
            return
        calls.publish(self.contract, call.hub, call.emissions)


def _context(context: Context, handshake: Mapping[str, Any]) -> Context:
    """The context in the namespace that the handshake asks for, if it does."""
    asked = handshake.get(NAMESPACE_KEY, "")
    return context.within(asked) if isinstance(asked, str) and NAME.fullmatch(asked) else context


def _user(view: Mapping[str, Any]) -> Any:
    """The id of the user whose token it is."""
    return view.get("token", {}).get("userId")


def _name(preference: Any) -> str:
    """The answer that `example=NAME` (or NAME alone) asks for."""
    return preference.removeprefix("example=") if isinstance(preference, str) else ""


def _forced(event: Event, preferred: str, state: State, view: Mapping[str, Any]) -> Answer | None:
    """The answer that the client prefers, else the one that is forced through the control API."""
    answer = _answer(event, preferred)
    if answer is None and state.steering.forced:
        forcing = state.steering.force(event.id, view)
        answer = forcing.choice if forcing and isinstance(forcing.choice, Answer) else None
    return answer


def _answer(event: Event, name: str) -> Answer | None:
    return event.answers.get(name) if name else None
