"""The built-in `security` check: which credential a request carries, and whose it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from understudy_validators import times
from understudy_validators.case import Case
from understudy_validators.records import Record
from understudy_validators.rules import Check, Where
from understudy_validators.viewpaths import MISSING
from understudy_validators.violation import Violation

# How far an alternative got, worst last: what the answer tells is the furthest that any alternative got.
_MISSING, _INVALID, _EXPIRED = range(3)
_REASONS = ("missing", "invalid", "expired")
_MESSAGES = ("no credential was sent", "the credential is not valid", "the credential has expired")

# Of this length a header is not worth remembering.
_SHORT = 200

Carried = Callable[[Case], tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Scheme:
    """A security scheme: how a request carries its credential, and where the world knows it from."""

    name: str
    header: str
    words: Mapping[str, Any]
    carried: Carried
    token: _Finder
    caller: _Finder | None

    def admit(self, case: Case) -> int | dict[str, Record]:
        """The bindings (`token`, `caller`) for the view, or how far the credential got."""
        credential, fitting = self.carried(case)
        if not credential:
            return _INVALID if fitting is False else _MISSING
        token = self.token.first(case, self.token.where.values({"credential": credential}))
        if token is None and fitting and case.world.adopt:
            token = case.world.adopt(self.words, credential)
        if token is None or not fitting:
            return _INVALID
        live = self.words.get("live")
        if live and not times.is_live(token.get(live), case.now):
            return _EXPIRED
        return self._with_caller({"token": token}, case)

    def _with_caller(self, view: dict[str, Record], case: Case) -> int | dict[str, Record]:
        if self.caller is None:
            return view
        wanted = self.caller.where.values(view)
        if None in wanted or MISSING in wanted:
            return view
        caller = self.caller.first(case, wanted)
        return _INVALID if caller is None else {**view, "caller": caller}


@dataclass(frozen=True, slots=True)
class _Finder:
    """Finds the record of a credential, or of its user."""

    collection: str
    where: Where

    @classmethod
    def of(cls, words: Mapping[str, Any]) -> _Finder:
        return cls(words["lookup"], Where.of(words["where"]))

    def first(self, case: Case, values: tuple[Any, ...]) -> Record | None:
        """The first record with these values."""
        return case.world[self.collection].first(self.where.fields, values)


def compile_scheme(name: str, scheme: Mapping[str, Any]) -> Scheme:
    """A security scheme of the contract, ready to look for its credential."""
    words = scheme["x-credentials"]
    finders = _Finder.of(words), _Finder.of(words["caller"]) if "caller" in words else None
    if scheme["type"] in ("apiKey", "httpApiKey"):
        header = scheme["name"].lower() if scheme["in"] == "header" else ""
        return Scheme(name, header, words, _from_header(header) if header else _from_query(scheme["name"]), *finders)
    word = scheme.get("scheme", "bearer").lower()
    return Scheme(name, "authorization", words, _from_authorization(word, words.get("any-scheme", False)), *finders)


def _from_header(header: str) -> Carried:
    return lambda case: (case.request.headers.get(header, ""), True)


def _from_query(name: str) -> Carried:
    return lambda case: (_text(case.view["query"].get(name)), True)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _from_authorization(word: str, any_word: bool) -> Carried:
    def split(value: str) -> tuple[str, bool]:
        sent, _, credential = value.strip().partition(" ")
        return credential.strip(), not sent or any_word or sent.lower() == word

    known = lru_cache(maxsize=256)(split)

    def carried(case: Case) -> tuple[str, bool]:
        value = case.request.headers.get("authorization", "")
        return known(value) if len(value) < _SHORT else split(value)

    return carried


def compile_security(
    alternatives: Sequence[Mapping[str, Any]], schemes: Mapping[str, Scheme], answers: Mapping[str, str]
) -> Check:
    """The check of an operation's `security`: one alternative must admit the request."""
    ways = [[schemes[name] for name in alternative] for alternative in alternatives]
    optional = any(not way for way in ways)
    named = [way for way in ways if way]

    def judge(case: Case) -> None:
        furthest = _MISSING
        for way in named:
            reached = _admit_all(way, case)
            if reached is None:
                return
            furthest = max(furthest, reached)
        if furthest != _MISSING or not optional:
            case.broken += ["/token", "/caller"]
            case.add(_refusal(furthest, named[0][0], answers))

    return Check("security", "security", judge, tuple(dict.fromkeys(answers.values())))


def _admit_all(way: Sequence[Scheme], case: Case) -> int | None:
    bindings: dict[str, Record] = {}
    for scheme in way:
        admitted = scheme.admit(case)
        if isinstance(admitted, int):
            return admitted
        bindings |= admitted
    case.view.update(bindings)
    return None


def _refusal(reached: int, scheme: Scheme, answers: Mapping[str, str]) -> Violation:
    reason = _REASONS[reached]
    path = f"/headers/{scheme.header}" if scheme.header else "/query"
    # The credential itself is never repeated: findings are printed and kept.
    return Violation(
        path=path,
        rule="security",
        limit=scheme.name,
        actual=reason,
        answer=answers[reason],
        message=_MESSAGES[reached],
    )
