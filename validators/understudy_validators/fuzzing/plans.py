"""All that is prepared for an operation, once: what the world accepts, what breaks each rule, how to fill the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from understudy_validators import times
from understudy_validators.contract import Contract, Operation
from understudy_validators.fuzzing.credentials import credential_moves
from understudy_validators.fuzzing.drafts import Draft, Tokens
from understudy_validators.fuzzing.events import EventSubject
from understudy_validators.fuzzing.filling import Filler
from understudy_validators.fuzzing.kits import Kit
from understudy_validators.fuzzing.model import Example
from understudy_validators.fuzzing.moves import Reading, read
from understudy_validators.fuzzing.search import Found, Search
from understudy_validators.fuzzing.sources import Dice, Source
from understudy_validators.fuzzing.subjects import RestSubject, Subject
from understudy_validators.fuzzing.ways import Ways
from understudy_validators.judging import Verdict
from understudy_validators.parameters import Parameter
from understudy_validators.places import EACH
from understudy_validators.realtime import Event
from understudy_validators.records import World
from understudy_validators.wire import NOTHING

#: Accepted drafts that are filled by chance, to have one with whatever a constraint is about.
_ROLLS = 40
#: Accepted drafts that are kept whole, the contract's examples first.
_WHOLE = 12


class Plan:
    """What is known of an operation or event in a world."""

    def __init__(self, subject: Subject, kit: Kit, reading: Reading, parameters: Sequence[Parameter] = ()) -> None:
        self.subject, self.kit, self.reading, self.parameters = subject, kit, reading, parameters
        self.ways = Ways(subject, kit, reading.rules)
        self.found: Found = Search(subject, reading, self.ways).run()
        self.arrangements = self._arrangements()
        self.filler = Filler(kit.values, subject.bodies, parameters, reading, dict(self._good()))

    def _arrangements(self) -> list[Draft]:
        """Accepted drafts, the plainest first: the first example without all that can be left out; then short ones."""
        accepted = self.found.accepted
        reduced = [self._reduced(draft) for draft in _one_of_each_media_type(accepted)]
        trimmed = sorted((self._trimmed(draft) for draft in accepted), key=_size)
        return list({draft.key: draft for draft in [*reduced, *trimmed, *accepted[:_WHOLE]]}.values())

    def _trimmed(self, draft: Draft) -> Draft:
        """The draft without the parts of its body that can be left out and name no record."""
        named = {tokens[1] for tokens in self.reading.identifying if tokens[0] == "body"}
        for name in draft.body if isinstance(draft.body, dict) else ():
            if name not in named:
                smaller = replace(draft, body={key: value for key, value in draft.body.items() if key != name})
                verdict = self.subject.judge(smaller)
                draft = smaller if verdict and verdict.accepted else draft
        return draft

    def _reduced(self, draft: Draft) -> Draft:
        changed = True
        while changed:
            changed = False
            for smaller in smaller_drafts(draft):
                verdict = self.subject.judge(smaller)
                if verdict and verdict.accepted:
                    draft, changed = smaller, True
                    break
        return draft

    def _good(self) -> Iterator[tuple[Tokens, list[Any]]]:
        for tokens in (*self.reading.identifying, *self.reading.conditional):
            if EACH in tokens:
                values = [draft.get(tokens) for draft in self.found.accepted]
                yield tokens, list({repr(value): value for value in values if value is not NOTHING}.values())

    @cached_property
    def rolled(self) -> list[Draft]:
        """Accepted drafts by chance, the same ones each time."""
        found = []
        for roll in range(_ROLLS if self.arrangements else 0):
            source = Dice(roll)
            found.append(self.accepted(source, source.pick(self.arrangements)))
        return found

    def accepted(self, source: Source, base: Draft) -> Draft:
        """An accepted draft, with all that is free drawn from the source."""
        return self.first(source, base, lambda verdict: verdict.accepted)

    def first(self, source: Source, base: Draft, fits: Callable[[Verdict], bool]) -> Draft:
        """The boldest draft that is judged as wanted, else the base itself."""
        for draft in self.filler.drawn(source, base):
            verdict = self.subject.judge(draft)
            if verdict is not None and fits(verdict):
                return draft
        return base

    def example(self, draft: Draft) -> Example:
        """The draft as it is sent, with the steps that come before."""
        return Example(self.subject.step(draft), self.subject.before(draft))


def _one_of_each_media_type(drafts: Iterable[Draft]) -> list[Draft]:
    first: dict[str, Draft] = {}
    for draft in drafts:
        first.setdefault(draft.media_type, draft)
    return list(first.values())


def _size(draft: Draft) -> int:
    return len(draft.key)


def smaller_drafts(draft: Draft) -> Iterator[Draft]:
    """The draft with one thing left out, larger things first."""
    for root in ("query", "headers"):
        values = getattr(draft, root)
        for name in values:
            yield draft.having(root, {key: value for key, value in values.items() if key != name})
    if draft.body is not NOTHING:
        yield replace(draft, body=NOTHING, media_type="")
        for body in _smaller(draft.body):
            yield replace(draft, body=body)


def _smaller(value: Any) -> Iterator[Any]:
    if isinstance(value, dict) and "content_type" not in value:
        for name in value:
            yield {key: inner for key, inner in value.items() if key != name}
        for name, inner in value.items():
            yield from ({**value, name: smaller} for smaller in _smaller(inner))
    elif isinstance(value, list):
        for index in range(len(value)):
            yield value[:index] + value[index + 1 :]
        for index, inner in enumerate(value):
            yield from ([*value[:index], smaller, *value[index + 1 :]] for smaller in _smaller(inner))


@dataclass(frozen=True, slots=True, eq=False)
class _Itself:
    """Something that is equal to nothing but itself."""

    value: Any

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and other.value is self.value


def plan_of(
    contract: Contract, operation: Operation | Event, world: World | None = None, now: float | None = None
) -> Plan:
    """The plan for an operation; made once for each world, as that is at first."""
    moment = times.to_seconds(contract.now) if now is None else now
    return _plan(
        _Itself(contract), operation.id, isinstance(operation, Event), _Itself(world or contract.world), moment
    )


@lru_cache(maxsize=512)
def _kit(contract: _Itself, rest: bool) -> Kit:
    one: Contract = contract.value
    realtime = one.realtime.document
    return Kit(one, one.document.data if rest or realtime is None else realtime.data)


@lru_cache(maxsize=1024)
def _plan(contract: _Itself, operation_id: str, is_event: bool, world: _Itself, now: float) -> Plan:
    one: Contract = contract.value
    kit = _kit(contract, rest=not is_event)
    if is_event:
        event = next(event for event in one.realtime if event.id == operation_id)
        on_socket = EventSubject(one, event, world.value, now)
        return Plan(on_socket, kit, read(on_socket, kit, credential_moves(on_socket)))
    operation = one.operation(operation_id)
    subject = RestSubject(one, operation, world.value, now)
    return Plan(subject, kit, read(subject, kit, credential_moves(subject)), operation.parameters)
