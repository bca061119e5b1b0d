"""Requests that break one constraint of a schema, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from understudy_validators import pointers
from understudy_validators.fuzzing import breaking
from understudy_validators.fuzzing.constraints import Constraint, constraints
from understudy_validators.fuzzing.drafts import Draft, Tokens
from understudy_validators.fuzzing.model import CONSTRAINT, Way
from understudy_validators.fuzzing.plans import Plan
from understudy_validators.fuzzing.shapes import types_of
from understudy_validators.judging import Verdict
from understudy_validators.parameters import Parameter
from understudy_validators.places import EACH
from understudy_validators.violation import Violation
from understudy_validators.wire import NOTHING

_ROOTS = {"path": "path", "query": "query", "header": "headers"}
#: Drafts that are kept for a constraint, and tried for it.
_KEPT, _TRIED = 6, 600
#: Sizes from which on a request is too costly to be tried often.
LARGE = 10_000_000


@dataclass(frozen=True, slots=True)
class Target:
    """A constraint of one media type of an operation; `media_type` is empty where it is one of a parameter."""

    way: Way
    constraint: Constraint
    media_type: str = ""

    @property
    def is_large(self) -> bool:
        """Whether what breaks it is too large to be made often."""
        limit = self.constraint.limit
        return (
            self.constraint.keyword != "const"
            and isinstance(limit, int)
            and "max" in self.constraint.keyword
            and (self.constraint.keyword not in ("maximum", "exclusiveMaximum") and limit >= LARGE)
        )


@dataclass(frozen=True, slots=True)
class Broken:
    """An accepted draft, and the value that breaks it."""

    base: Draft
    value: Any


def targets(plan: Plan) -> Iterator[Target]:
    """Every constraint of an operation's request."""
    subject = plan.subject
    for parameter in plan.parameters:
        yield from (Target(Way(subject.id, CONSTRAINT, c.pointer), c) for c in _of_parameter(plan, parameter))
    several = len(subject.bodies) > 1
    for media_type, schema in subject.bodies.items():
        for constraint in constraints(schema, subject.document, ("body",)):
            way = Way(subject.id, CONSTRAINT, constraint.pointer, media_type if several else "")
            yield Target(way, constraint, media_type)


def _of_parameter(plan: Plan, parameter: Parameter) -> Iterator[Constraint]:
    at: Tokens = (_ROOTS[parameter.location], parameter.key)
    if parameter.required and parameter.location != "path":
        yield Constraint(f"{parameter.pointer}/required", at, "required", parameter.name, parameter.schema)
    for constraint in constraints(parameter.schema, plan.subject.document, at):
        yield replace(constraint, pointer=parameter.pointer + constraint.pointer.removeprefix(pointers.join(*at)))


class ConstraintFaults:
    """Finds out, for one constraint, what breaks it alone; `reason` says why nothing does."""

    def __init__(self, plan: Plan, target: Target) -> None:
        self._plan, self.target = plan, target
        self.kept: list[Broken] = []
        self._seen: list[Verdict] = []
        self._look()

    def _look(self) -> None:
        if self._is_always_text:
            return
        tries = 0
        for base in self._bases():
            for value in self._values(base):
                tries += 1
                if tries > (4 if self.target.is_large else _TRIED):
                    return
                self._try(Broken(base, value))
                if self.kept and (self.target.is_large or len(self.kept) >= _KEPT):
                    return
            if self.kept:
                return

    @property
    def _is_always_text(self) -> bool:
        constraint = self.target.constraint
        if constraint.keyword != "type" or "string" not in types_of(constraint.limit):
            return False
        return not self.target.media_type or self._plan.subject.is_text(constraint.at)

    def _bases(self) -> Iterator[Draft]:
        """Accepted drafts, those that have something where the constraint is first."""
        plan, media_type = self._plan, self.target.media_type
        arranged = [draft for draft in plan.arrangements if not media_type or draft.media_type == media_type]
        at = self.target.constraint.at
        parent = at[:-1] if self.target.constraint.keyword == "required" else at
        there = [draft for draft in arranged if draft.get(parent) is not NOTHING]
        yield from there[:4]
        yield from [draft for draft in arranged if draft.get(parent) is NOTHING][:2]
        if not self.target.is_large:
            rolled = [draft for draft in plan.rolled if not media_type or draft.media_type == media_type]
            yield from sorted(rolled, key=lambda draft: draft.get(parent) is NOTHING)
            yield from there[4:]

    def _values(self, base: Draft) -> Iterator[Any]:
        constraint = self.target.constraint
        yield from breaking.plain(constraint, self._plan.kit.values, base.get(constraint.at))

    def _try(self, broken: Broken) -> None:
        draft = self.put(broken.base, broken.value)
        verdict = self._plan.subject.judge(draft) if draft is not None else None
        if verdict is None:
            return
        if self.is_it(verdict):
            self.kept.append(broken)
        elif len(self._seen) < 60:
            self._seen.append(verdict)

    def put(self, base: Draft, value: Any) -> Draft | None:
        """The base with the value that breaks the constraint; `None` where it cannot be there."""
        return placed(self._plan, self.target, base, value)

    def is_it(self, verdict: Verdict) -> bool:
        """Whether this constraint is broken, and nothing else."""
        return len(verdict.violations) == 1 and self._is_meant(verdict.violations[0])

    def _is_meant(self, violation: Violation) -> bool:
        at, keyword = self.target.constraint.broken
        return violation.path == _pointer(at) and keyword in (violation.rule, "false")

    @property
    def reason(self) -> str:
        """Why nothing breaks the constraint alone; empty if something does."""
        if self.kept:
            return ""
        if self._is_always_text:
            return "type: what is sent there always is a text."
        keyword, at = self.target.constraint.keyword, _pointer(self.target.constraint.at)
        if not self._plan.arrangements:
            return "Nothing that could be broken is accepted in the first place."
        with_others = [v.violations for v in self._seen if any(map(self._is_meant, v.violations))]
        if with_others:
            others = _told([v for v in _fewest(with_others) if not self._is_meant(v)])
            return f"{keyword}: whatever breaks it at {at} breaks {others} as well."
        refused = [v.violations for v in self._seen if v.violations]
        if refused:
            return f"{keyword}: {_told(_fewest(refused))} is reached before it at {at}."
        return f"{keyword}: whatever is sent at {at} arrives as a value that fits."


def _pointer(at: Tokens) -> str:
    """The pointer to a value, or to the first item of an array."""
    return pointers.join(*("0" if token == EACH else token for token in at))


def placed(plan: Plan, target: Target, base: Draft, value: Any) -> Draft | None:
    """The base with a value where the constraint is; `None` where it cannot be there."""
    subject, at = plan.subject, target.constraint.at
    if at[0] in ("path", "headers") and value is not NOTHING:
        value = _text(value)
    if value is None and at[0] != "body":
        return None
    if value is NOTHING and at[0] == "path":
        return None
    return base.put(at, value, subject.schema(base), subject.document)


def _fewest(found: Sequence[tuple[Violation, ...]]) -> tuple[Violation, ...]:
    return min(found, key=lambda violations: len(violations))  # noqa: PLW0108


def _told(violations: Sequence[Violation]) -> str:
    names = list(dict.fromkeys(f"`{violation.rule}` at {violation.path or '/'}" for violation in violations))
    return " and ".join(islice(names, 3))


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else None
