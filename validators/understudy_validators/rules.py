"""The four kinds of rules, each compiled once to a function over a `Case`.

`lookup`: a record must exist, and fit. `require`: the view must satisfy a schema. `unique`: no such record may exist.
`quota`: at most so many calls in a window. specs/README.md has the words.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from understudy_validators import pointers, times, viewpaths
from understudy_validators.case import Case
from understudy_validators.lanes import Lane, lane_of
from understudy_validators.records import Record, same
from understudy_validators.schemas import Schemas
from understudy_validators.viewpaths import MISSING, Getter
from understudy_validators.violation import Violation, shorten

Judge = Callable[[Case], None]
KINDS = ("lookup", "require", "unique", "quota")
# Roots of the view that say more about a refusal than who asked.
_TELLING = ("item", "body", "path", "query", "headers")


@dataclass(frozen=True, slots=True)
class Check:
    """One step of judging: a built-in check or a rule, with the answers it can give and what it reads and binds."""

    id: str
    kind: str
    judge: Judge = field(compare=False, repr=False)
    answers: tuple[str, ...] = ()
    reads: frozenset[str] = frozenset()
    binds: str = ""
    pointer: str = ""
    # A quick way to tell that it holds, where there is one.
    lane: Lane | None = field(default=None, compare=False, repr=False)

    # The members of the view that it reads.
    roots: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "roots", frozenset(pointer.split("/", 2)[1] for pointer in self.reads))

    def blocked(self, case: Case) -> bool:
        """Whether an earlier finding took away something that this check reads."""
        return not self.is_grounded(case.view) or self.reads_any(case.broken)

    def is_grounded(self, view: Mapping[str, Any]) -> bool:
        """Whether all that it reads is there."""
        return self.roots <= view.keys()

    def reads_any(self, broken: Iterable[str]) -> bool:
        """Whether it reads at, above or below any of the pointers."""
        return any(_overlap(pointer, other) for other in broken for pointer in self.reads)


def _overlap(one: str, other: str) -> bool:
    """Whether one pointer stands at the other, below it or above it."""
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")


def compile_rule(rule: Mapping[str, Any], pointer: str, schemas: Schemas) -> Check:
    """The check that a rule of the contract asks for; `pointer` is where it stands."""
    kind = next(kind for kind in KINDS if kind in rule)
    judge = _COMPILERS[kind](rule, pointer, schemas)
    picky = "live" in rule or "where_not" in rule
    lane = lane_of(rule, pointer, schemas, _finder(rule, kind, pointer, schemas).counts if picky else None)
    return Check(rule["id"], kind, judge, (rule["answer"],), reads(rule), rule.get("as", ""), pointer, lane)


def _fits(rule: Mapping[str, Any], word: str, pointer: str, schemas: Schemas) -> Callable[[Any], bool]:
    if word not in rule:
        return _always
    validator = schemas.at(f"{pointer}/{word}")

    def fits(value: Any) -> bool:
        return validator.fits_surely(value)  # not the method that it is now: it is another one from the first call on

    return fits


def _always(value: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Where:
    """The fields of a record and how to get the values they must have."""

    fields: tuple[str, ...]
    paths: tuple[str, ...]
    getters: tuple[Getter, ...]

    @classmethod
    def of(cls, where: Mapping[str, Any]) -> Where:
        constants = [path if isinstance(path, dict) else None for path in where.values()]
        paths = tuple(path if isinstance(path, str) else "" for path in where.values())
        getters = [_constant(c["const"]) if c else viewpaths.getter(p) for c, p in zip(constants, paths, strict=True)]
        return cls(tuple(where), paths, tuple(getters))

    def values(self, view: Mapping[str, Any]) -> tuple[Any, ...]:
        getters = self.getters
        return (getters[0](view),) if len(getters) == 1 else tuple([get(view) for get in getters])

    def told(self, view: Mapping[str, Any], element: str) -> tuple[str, Any]:
        """Pointer and value of the path that tells most about a refusal."""
        roots = [path.split(".")[0] for path in self.paths]
        best = next((i for root in _TELLING for i, r in enumerate(roots) if r == root), 0)
        pointer = viewpaths.pointer(self.paths[best]) if self.paths[best] else ""
        value = self.getters[best](view)
        if roots[best] == "item":
            pointer = element + pointer.removeprefix("/item")
        return pointer, None if value is MISSING else shorten(value)


def _constant(value: Any) -> Getter:
    return lambda view: value


@dataclass(frozen=True, slots=True)
class _Finder:
    """Finds the records that a `lookup` or `unique` rule speaks of."""

    collection: str
    where: Where
    where_not: Where
    live: Getter | None
    must: Callable[[Any], bool]
    picky: bool

    def find(self, case: Case) -> tuple[Record | None, bool]:
        """A record that fits, if any; and whether there was any record at all."""
        seen = False
        for record in self._candidates(case):
            seen = True
            if self.must(record):
                return record, True
        return None, seen

    def fitting(self, case: Case) -> Iterator[Record]:
        """All records that fit."""
        return (record for record in self._candidates(case) if self.must(record))

    def _candidates(self, case: Case) -> Sequence[Record]:
        values = self.where.values(case.view)
        if MISSING in values:
            return ()
        records = case.world[self.collection].matching(self.where.fields, values)
        return [record for record in records if self.counts(record, case)] if self.picky else records

    def counts(self, record: Record, case: Case) -> bool:
        """Whether the record counts, by `live` and `where_not`."""
        if self.live and not times.is_live(self.live(record), case.now):
            return False
        if not self.where_not.fields:
            return True
        pairs = zip(self.where_not.fields, self.where_not.values(case.view), strict=True)
        return all(value is MISSING or not same(viewpaths.getter(name)(record), value) for name, value in pairs)


def _finder(rule: Mapping[str, Any], word: str, pointer: str, schemas: Schemas) -> _Finder:
    live = viewpaths.getter(rule["live"]) if "live" in rule else None
    must = _fits(rule, "must", pointer, schemas)
    picky = "live" in rule or "where_not" in rule
    return _Finder(rule[word], Where.of(rule["where"]), Where.of(rule.get("where_not", {})), live, must, picky)


def _judged(rule: Mapping[str, Any], pointer: str, schemas: Schemas, one: Callable[[Case, str], Any]) -> Judge:
    """Applies `one` to the case, or to each element, where `when` fits; binds what it returns."""
    applies = _fits(rule, "when", pointer, schemas)
    name = rule.get("as", "")
    if "each" not in rule:

        def judge(case: Case) -> None:
            if applies(case.view) and (found := one(case, "")) is not None and name:
                case.view[name] = found

        return judge
    elements = viewpaths.elements(rule["each"])

    def judge_each(case: Case) -> None:
        found = [_with_item(case, at, item, applies, one) for at, item in list(elements(case.view))]
        if name:
            case.view[name] = [record for record in found if record is not None]

    return judge_each


def _with_item(case: Case, at: str, item: Any, applies: Callable[[Any], bool], one: Callable[[Case, str], Any]) -> Any:
    case.view["item"] = item
    try:
        return one(case, at) if applies(case.view) else None
    finally:
        del case.view["item"]


def _lookup(rule: Mapping[str, Any], pointer: str, schemas: Schemas) -> Judge:
    finder = _finder(rule, "lookup", pointer, schemas)
    must = rule.get("must")

    def one(case: Case, element: str) -> Record | None:
        record, seen = finder.find(case)
        if record is None:
            limit, reason = (must, "does not fit") if seen else (None, "does not exist")
            at, actual = finder.where.told(case.view, element)
            message = f"the record of {finder.collection} {reason}"
            case.add(_violation(rule, at, limit or finder.collection, actual, message))
        return record

    return _judged(rule, pointer, schemas, one)


def _unique(rule: Mapping[str, Any], pointer: str, schemas: Schemas) -> Judge:
    finder = _finder(rule, "unique", pointer, schemas)
    limit = rule.get("limit", 1)

    def one(case: Case, element: str) -> Record | None:
        in_the_way = list(islice(finder.fitting(case), limit))
        if len(in_the_way) < limit:
            return None
        at, actual = finder.where.told(case.view, element)
        message = f"there is such a record of {finder.collection} already"
        case.add(_violation(rule, at, rule.get("limit", finder.collection), actual, message))
        return in_the_way[0]

    return _judged(rule, pointer, schemas, one)


def _require(rule: Mapping[str, Any], pointer: str, schemas: Schemas) -> Judge:
    fits = _fits(rule, "require", pointer, schemas)
    reads = sorted(schema_reads(rule["require"]))
    told = reads[0] if len(reads) == 1 else _common(reads)

    def one(case: Case, element: str) -> None:
        if not fits(case.view):
            message = "the request does not fit what the rule requires"
            at = element or told
            case.add(_violation(rule, at, rule["require"], shorten(_at(case.view, at)), message))

    return _judged(rule, pointer, schemas, one)


def _quota(rule: Mapping[str, Any], pointer: str, schemas: Schemas) -> Judge:
    quota = rule["quota"]
    applies = _fits(rule, "when", pointer, schemas)
    limit_of, window_of = _number(quota["limit"]), _number(quota["window"])
    keys = [viewpaths.getter(path) for path in quota["key"]]
    names = {"retry-after": "Retry-After", **quota.get("headers", {})}

    def judge(case: Case) -> None:
        if case.violations or not applies(case.view):
            return
        limit, window = limit_of(case.view), window_of(case.view)
        if limit is None or window is None:
            return
        key = tuple([get(case.view) for get in keys])
        left, wait = case.quotas.hit(rule["id"], key, limit, window, case.now)
        _announce(case, names, limit, left, wait)
        if left < 0:
            message = f"more than {limit} calls in {window} seconds"
            case.add(_violation(rule, viewpaths.pointer(quota["key"][0]), limit, limit + 1, message))

    return judge


def _number(value: Any) -> Callable[[Mapping[str, Any]], Any]:
    if not isinstance(value, str):
        return lambda view: value
    get = viewpaths.getter(value)
    return lambda view: None if (found := get(view)) is MISSING else found


def _announce(case: Case, names: Mapping[str, str], limit: int, left: int, wait: float) -> None:
    seconds = str(max(1, math.ceil(wait)))
    facts = {"limit": str(limit), "remaining": str(max(0, left))}
    if left < 0:
        facts |= {"retry-after": seconds, "reset": str(math.ceil(case.now + wait))}
    case.headers.update({names[fact]: value for fact, value in facts.items() if fact in names})


def _violation(rule: Mapping[str, Any], path: str, limit: Any, actual: Any, message: str) -> Violation:
    return Violation(path=path, rule=rule["id"], limit=limit, actual=actual, answer=rule["answer"], message=message)


_COMPILERS: Mapping[str, Callable[[Mapping[str, Any], str, Schemas], Judge]] = {
    "lookup": _lookup,
    "unique": _unique,
    "require": _require,
    "quota": _quota,
}


def _reads(rule: Mapping[str, Any]) -> Iterator[str]:
    for word in ("where", "where_not"):
        yield from (viewpaths.pointer(path) for path in rule.get(word, {}).values() if isinstance(path, str))
    for word in ("when", "require"):
        yield from schema_reads(rule.get(word, True))
    quota = rule.get("quota", {})
    paths = [*quota.get("key", ()), quota.get("limit"), quota.get("window")]
    yield from (viewpaths.pointer(path) for path in paths if isinstance(path, str))
    if "each" in rule:
        yield viewpaths.pointer(rule["each"].partition("[]")[0])


def reads(rule: Mapping[str, Any]) -> frozenset[str]:
    """JSON pointers into the view of all that the rule looks at, but for the `item` it is given itself."""
    return frozenset(pointer for pointer in _reads(rule) if not pointer.startswith("/item"))


def schema_reads(schema: Any, at: str = "") -> set[str]:
    """JSON pointers of the places of a view that a schema looks at."""
    if not isinstance(schema, dict):
        return set()
    below = {pointers.child(at, name) for name in schema.get("required", ())}
    for name, inner in schema.get("properties", {}).items():
        below |= schema_reads(inner, pointers.child(at, name)) or {pointers.child(at, name)}
    for inner in _branches(schema):
        below |= schema_reads(inner, at)
    return below or ({at} if at else set())


def _branches(schema: Mapping[str, Any]) -> Iterator[Any]:
    for word in ("allOf", "anyOf", "oneOf"):
        yield from schema.get(word, ())
    for word in ("not", "if", "then", "else"):
        if word in schema:
            yield schema[word]


def _common(places: Iterable[str]) -> str:
    split = [pointer.split("/") for pointer in places]
    shared: list[str] = []
    for tokens in zip(*split, strict=False):
        if len(set(tokens)) > 1:
            break
        shared.append(tokens[0])
    return "/".join(shared)


def _at(view: Mapping[str, Any], pointer: str) -> Any:
    try:
        return pointers.follow(view, pointers.split(pointer))
    except KeyError:
        return None
