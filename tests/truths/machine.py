"""The truths that hold across calls, whatever the API: one state machine, which talks to a real server over sockets."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import orjson
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.truths import walks
from tests.truths.api import NEW, Api, Change, Listing, Step
from tests.truths.walks import Walk
from understudy_mockserver.mock import Mock
from understudy_validators import judging, sockets, times, wire
from understudy_validators.exchange import Exchange
from understudy_validators.records import Record, World
from understudy_validators.wire import WireRequest

#: Seconds in which an event comes of which the server says that it was sent.
PATIENCE = 5.0
#: The first status of a refusal.
REFUSED = 400
#: Enough for all replies of a thread.
_WHOLE = 50
_OPEN_WALKS = 3

#: The records of each collection, as JSON: what a changed record looked like before is kept.
State = Mapping[str, bytes]


def state(world: World) -> State:
    """All that a world holds."""
    return {name: orjson.dumps(list(world[name]), default=str) for name in world}


def changed(before: State, after: State) -> list[str]:
    """The collections that differ."""
    return [name for name in before if before[name] != after[name]]


class Truths(RuleBasedStateMachine):
    """People who write, answer, change, delete, react, come and go, while others read page by page."""

    api: ClassVar[Api]
    mock: ClassVar[Mock]
    # Requests that the contract's own errors are caused by.
    refusals: ClassVar[Sequence[WireRequest]]
    # What was accepted and refused, how many walks ended, and how many threads were counted.
    tally: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.walks: list[Walk] = []
        self.texts = 0
        self.authors: dict[Any, str] = {}
        self.said: dict[Any, str] = {}

    @property
    def world(self) -> World:
        """What the server holds."""
        return self.mock.world()

    @initialize()
    def begin(self) -> None:
        self.mock.target.begin()
        for words, answers in self.api.connections:
            step = sockets.build(self.mock.contract, words)
            connection = self.mock.target.take(step)
            assert connection.refused is None
            assert len(self.mock.target.listen(step.name, answers, PATIENCE)) == answers

    # What people do.

    @rule(data=st.data(), again=st.booleans())
    def send(self, data: st.DataObject, again: bool) -> None:
        self._say(data, again, None)

    @rule(data=st.data())
    def reply(self, data: st.DataObject) -> None:
        self._say(data, False, self._pick(data))

    def _say(self, data: st.DataObject, again: bool, parent: Any) -> None:
        there = [message[self.api.id] for message in self.api.room(self.world)]
        kind = data.draw(st.sampled_from(self.api.kinds))
        who, text = self._who(data), self._text(again)
        answer = self._change(self.api.send(self.world, who, text, parent, kind))
        if answer is not None:
            self.authors[self.api.sent(answer)], self.said[self.api.sent(answer)] = who, text
            ids = [message[self.api.id] for message in self.api.room(self.world)]
            assert ids == [*there, self.api.sent(answer)], "a new message is the last, and the only one that is new"

    @rule(data=st.data(), again=st.booleans())
    def edit(self, data: st.DataObject, again: bool) -> None:
        message_id = self._pick(data)
        text = self.said.get(message_id, "again") if again else self._text(False)
        if self._change(self.api.edit(self.world, self._who(data, message_id), message_id, text)) is not None:
            self.said[message_id] = text

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        message_id = self._pick(data)
        self._change(self.api.delete(self.world, self._who(data, message_id), message_id))

    @precondition(lambda self: "react" in self.api.actions)
    @rule(data=st.data(), again=st.booleans())
    def react(self, data: st.DataObject, again: bool) -> None:
        self._change(self.api.react(self.world, self._who(data), self._pick(data), again))

    @rule(comes=st.booleans())
    def come_or_go(self, comes: bool) -> None:
        leaves = not comes and "leave" in self.api.actions
        self._change(self.api.leave(self.world) if leaves else self.api.enter(self.world))

    # What the contract refuses.

    @rule(data=st.data())
    def refuse(self, data: st.DataObject) -> None:
        request = data.draw(st.sampled_from(self.refusals))
        if self._is_refused(request):
            before, delivered = state(self.world), self.mock.delivered()
            exchange = self.mock.target.send(request)
            assert exchange.status >= REFUSED
            self._unchanged(exchange, before, delivered)
            self.tally["refuse: refused"] += 1

    def _is_refused(self, request: WireRequest) -> bool:
        """Whether the request is refused in the world as it is now; some errors need what went before."""
        if not request.operation:
            return True
        operation, now = self.mock.contract.operation(request.operation), times.to_seconds(self.mock.contract.now)
        if request.method != operation.method:
            return False
        found = judging.judge(operation, request.to_request(), request.parameters, self.world, now)
        return bool(found.violations)

    # What people read.

    @precondition(lambda self: len(self.walks) < _OPEN_WALKS)
    @rule(data=st.data(), size=st.integers(1, 5))
    def begin_walk(self, data: st.DataObject, size: int) -> None:
        listing = data.draw(st.sampled_from(self.api.listings(self.world)))
        reader = data.draw(st.sampled_from(self.api.people))
        walk = walks.begin(self.api, self.world, listing, reader, size)
        self.walks.append(walk)
        self._walk_on(walk)

    @precondition(lambda self: self.walks)
    @rule(data=st.data())
    def walk_on(self, data: st.DataObject) -> None:
        self._walk_on(data.draw(st.sampled_from(self.walks)))

    @precondition(lambda self: any(walk.edge is not None for walk in self.walks))
    @rule(data=st.data())
    def delete_at_the_edge(self, data: st.DataObject) -> None:
        edges = [walk.edge for walk in self.walks if walk.edge is not None]
        message_id = data.draw(st.sampled_from(edges))
        change = self.api.delete(self.world, self._who(data, message_id), message_id)
        self._change(replace(change, kind="delete at the edge"))

    def _walk_on(self, walk: Walk) -> None:
        if walk.query is not None:
            body = self._read(walk.listing.page(walk.reader, walk.query))
            most = len(self.api.room(self.world)) + 2
            walk.add(*self.api.read(walk.listing, walk.query, body), most)
        if walk.query is None:
            self.walks.remove(walk)
            walks.check(self.api, self.world, walk)
            self.tally[f"walk: {walk.listing.name}"] += 1
            self.tally["walk across arrivals"] += len(self.api.room(self.world)) > len(walk.before)

    @rule(data=st.data())
    def count_replies(self, data: st.DataObject) -> None:
        listings = [(message, self.api.thread(message)) for message in self.api.room(self.world)]
        known = [(message, listing) for message, listing in listings if listing]
        if known:
            self._count(*data.draw(st.sampled_from(known)), reader=data.draw(st.sampled_from(self.api.people)))

    def _count(self, message: Record, listing: Listing, reader: str) -> None:
        """The replies that the API lists are those that there are, and as many as it says that there are."""
        replies = [each for each in self.api.room(self.world) if self.api.parent(each) == message[self.api.id]]
        body = self._read(listing.page(reader, listing.first(_WHOLE)))
        found, _ = self.api.read(listing, listing.first(_WHOLE), body)
        assert sorted(found) == sorted(each[self.api.id] for each in replies if listing.lists(each))
        exchange = self._send(self.api.get(reader, message[self.api.id]))
        if exchange.status < REFUSED:
            counted = self.api.counted(json.loads(exchange.response_body))
            assert counted == len([each for each in replies if self.api.counts(each)])
            self.tally["threads" if replies else "no threads"] += 1

    def teardown(self) -> None:
        """What is begun is ended, and everything counted, unless something has gone wrong already."""
        if sys.exc_info()[0] is None:
            for walk in list(self.walks):
                while walk.query is not None:
                    self._walk_on(walk)
            self._count_all()
        self.mock.target.hang_up()

    def _count_all(self) -> None:
        parents = {self.api.parent(message) for message in self.api.room(self.world)}
        for index, message in enumerate(self.api.room(self.world)):
            listing = self.api.thread(message) if message[self.api.id] in parents else None
            if listing:
                self._count(message, listing, self.api.people[index % len(self.api.people)])

    # What always holds.

    @invariant()
    def no_orphans(self) -> None:
        messages = {message[self.api.id]: message for message in self.world["messages"]}
        assert len(messages) == len(self.world["messages"]), "two messages have the same id"
        for message in messages.values():
            parent_id = self.api.parent(message)
            if parent_id is not None:
                assert parent_id in messages, f"the parent of {message} is nowhere"
                parent = messages[parent_id]
                assert self.api.place(parent) == self.api.place(message), f"the parent of {message} is elsewhere"
                assert self.api.nested or self.api.parent(parent) is None, f"the parent of {message} is itself a reply"

    # How all of this is done.

    def _who(self, data: st.DataObject, message_id: Any = None) -> str:
        """Somebody; with a message, its author more often than not."""
        author, everyone = self.authors.get(message_id), [*self.api.people, self.api.guest]
        return data.draw(st.sampled_from([*[author] * 3, *everyone] if author else everyone))

    def _pick(self, data: st.DataObject) -> Any:
        """The id of a message of the room, or one that none has."""
        room = [message[self.api.id] for message in self.api.room(self.world)]
        ids = st.sampled_from(room) if room else st.nothing()
        return data.draw(st.one_of(ids, ids, ids, st.sampled_from(self.api.strangers)))

    def _text(self, again: bool) -> str:
        """A text that was there before, or one that was not."""
        self.texts += 1
        return "again" if again else f"text {self.texts}"

    def _send(self, words: Step) -> Exchange:
        return self.mock.target.send(wire.build(self.mock.contract, words))

    def _change(self, change: Change) -> Any:
        """The answer to a request, which every connection has heard of as documented; `None` where it was refused."""
        before, delivered = state(self.world), self.mock.delivered()
        exchange = self._send(change.step)
        if exchange.status >= REFUSED:
            self._unchanged(exchange, before, delivered)
            self.tally[f"{change.kind}: refused"] += 1
            return None
        self.tally[f"{change.kind}: accepted"] += 1
        answer = json.loads(exchange.response_body or b"null")
        self._heard(change, answer, self.mock.delivered() - delivered)
        return answer

    def _heard(self, change: Change, answer: Any, delivered: int) -> None:
        expected = sum(len(told) for told in change.heard.values())
        assert delivered == expected, f"{change.kind}: {delivered} events were sent instead of {expected}"
        for name, told in change.heard.items():
            came = self.mock.target.listen(name, len(told), PATIENCE)
            assert [event for event, _ in came] == [event for event, _ in told], f"{change.kind}: {name} heard {came}"
            for (_, payload), (event, about) in zip(came, told, strict=True):
                subject = self.api.sent(answer) if about == NEW else about
                assert json.dumps(subject) in json.dumps(payload), f"{event} says nothing of {subject}: {payload}"

    def _read(self, words: Step) -> Any:
        """The answer to a request that changes nothing."""
        before, delivered = state(self.world), self.mock.delivered()
        exchange = self._send(words)
        assert exchange.status < REFUSED, f"{words} was refused with {exchange.response_body.decode()}"
        self._unchanged(exchange, before, delivered)
        return json.loads(exchange.response_body)

    def _unchanged(self, exchange: Exchange, before: State, delivered: int) -> None:
        what = f"{exchange.method} {exchange.url}, answered with {exchange.status},"
        differing = changed(before, state(self.world))
        assert not differing, f"{what} changed {differing}"
        assert self.mock.delivered() == delivered, f"{what} raised an event"
