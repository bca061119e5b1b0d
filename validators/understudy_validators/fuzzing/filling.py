"""Fills what is free in a request by chance: all that no rule looks at, and what rules still accept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from understudy_validators.answers import as_text
from understudy_validators.fuzzing import fresh
from understudy_validators.fuzzing.drafts import Draft, Tokens
from understudy_validators.fuzzing.moves import Reading
from understudy_validators.fuzzing.sources import Source
from understudy_validators.fuzzing.values import Make, UnfitError, Values
from understudy_validators.parameters import Parameter
from understudy_validators.places import EACH, edit_at
from understudy_validators.wire import NOTHING

_ROOTS = {"path": "path", "query": "query", "header": "headers"}


class Filler:
    """Draws what is free in drafts of one operation.

    `good` holds, for places in each item of an array, the values that the world accepts there.
    """

    def __init__(
        self,
        values: Values,
        bodies: Mapping[str, Any],
        parameters: Sequence[Parameter],
        reading: Reading,
        good: Mapping[Tokens, Sequence[Any]],
    ) -> None:
        self._make_body: dict[str, Make] = {name: values.of(schema) for name, schema in bodies.items()}
        self._good = good
        self._new = {tokens: new for tokens, new in reading.new.items() if EACH not in tokens}
        carried = {tokens for move in reading.credentials for tokens, _ in move}
        read = {*reading.identifying, *carried}
        self._fixed = _outermost([*reading.identifying, *(tokens for tokens in carried if tokens[0] == "body")])
        self._all = _outermost([*self._fixed, *reading.conditional])
        self._parameters = [
            (_ROOTS[p.location], p, values.of(p.schema))
            for p in parameters
            if (_ROOTS[p.location], p.key) not in {tokens[:2] for tokens in read}
        ]

    def drawn(self, source: Source, base: Draft) -> Iterator[Draft]:
        """The draft with all that is free drawn anew: at first boldly, then with all that rules look at as it was."""
        filled = self._parameters_filled(source, self._body_filled(source, base))
        yield self.renewed(self._kept(source, filled, base, self._fixed))
        if self._all != self._fixed:
            yield self.renewed(self._kept(source, filled, base, self._all))
        yield self.renewed(base)
        yield base

    def renewed(self, draft: Draft) -> Draft:
        """The draft with each id that must be new replaced by one that was never used."""
        for tokens, (form, known) in self._new.items():
            value = draft.get(tokens)
            if value is not NOTHING and value is not None and as_text(value) not in known:
                identifier = form(fresh.number())
                draft = _overlaid_draft(
                    draft, tokens, as_text(identifier) if tokens[0] in ("path", "headers") else identifier
                )
        return draft

    def _body_filled(self, source: Source, base: Draft) -> Draft:
        make = self._make_body.get(base.media_type)
        if make is None or base.body is NOTHING:
            return base
        try:
            return replace(base, body=make(source, 0))
        except UnfitError:
            return base

    def _parameters_filled(self, source: Source, draft: Draft) -> Draft:
        for root, parameter, make in self._parameters:
            there = getattr(draft, root)
            kind = source.integer(0, 2)
            if kind == 0 or (kind == 1 and parameter.required):
                continue
            value = _parameter(source, make) if kind == 2 else NOTHING
            if root == "path" and (value is NOTHING or not str(value)):
                continue
            text = root == "query" or value is NOTHING
            draft = draft.having(root, _with(there, parameter.key, value if text else as_text(value)))
        return draft

    def _kept(self, source: Source, draft: Draft, base: Draft, places: Iterable[Tokens]) -> Draft:
        for tokens in places:
            if EACH in tokens:
                draft = self._each_kept(source, draft, base, tokens)
            else:
                draft = _overlaid_draft(draft, tokens, base.get(tokens), base)
        return draft

    def _each_kept(self, source: Source, draft: Draft, base: Draft, tokens: Tokens) -> Draft:
        """The draft whose arrays hold nothing but values that the world accepts there."""
        good = self._good.get(tokens)
        if tokens[0] != "body" or draft.body is NOTHING:
            return draft
        if not good:
            stem = tokens[: tokens.index(EACH)]
            return _overlaid_draft(draft, stem, base.get(stem), base)
        return replace(draft, body=edit_at(draft.body, tokens[1:], lambda _: source.pick(good)))


def _parameter(source: Source, make: Make) -> Any:
    try:
        return make(source, 0)
    except UnfitError:
        return NOTHING


def _with(values: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    kept = {key: inner for key, inner in values.items() if key != name}
    return kept if value is NOTHING or value == "" else {**kept, name: value}


def _outermost(places: Iterable[Tokens]) -> tuple[Tokens, ...]:
    """The places, without those that stand within another."""
    known = sorted(set(places), key=lambda tokens: (len(tokens), tokens))
    return tuple(t for i, t in enumerate(known) if not any(t[: len(other)] == other for other in known[:i]))


def _overlaid_draft(draft: Draft, tokens: Tokens, value: Any, base: Draft | None = None) -> Draft:
    root, rest = tokens[0], tokens[1:]
    inner = _overlaid(getattr(draft, root), rest, value, getattr(base or draft, root))
    return draft.having(root, inner)


def _overlaid(there: Any, tokens: Tokens, value: Any, base: Any) -> Any:
    """What is there with the value at the end of the way; a parent that is missing is that of the base."""
    if not tokens:
        return value
    first, rest = tokens[0], tokens[1:]
    if not isinstance(there, Mapping):
        return base if isinstance(base, Mapping) else there
    inner = base.get(first, NOTHING) if isinstance(base, Mapping) else NOTHING
    if not rest:
        new = value
    elif first in there:
        new = _overlaid(there[first], rest, value, inner)
    else:
        new = NOTHING if value is NOTHING else inner
    if new is NOTHING:
        return {name: one for name, one in there.items() if name != first}
    return {**there, first: new}
