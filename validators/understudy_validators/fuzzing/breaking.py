"""Values that break one constraint, and as little else as can be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

from understudy_validators.fuzzing.checks import is_type
from understudy_validators.fuzzing.constraints import STRANGER, Constraint
from understudy_validators.fuzzing.formats import BUILDS, WRONG
from understudy_validators.fuzzing.regexes import matching
from understudy_validators.fuzzing.shapes import flat, types_of
from understudy_validators.fuzzing.sources import Dice, Plainest, Source
from understudy_validators.fuzzing.text import PIECES, PLAIN, fitted
from understudy_validators.fuzzing.values import UnfitError, Values
from understudy_validators.schemas import compact_size
from understudy_validators.wire import NOTHING

Node = Mapping[str, Any]
_PLAINEST = Plainest()
_OTHERS: tuple[Any, ...] = ("x", 5, 1.5, True, None, [], {}, ["x"], {"x": "x"}, -987654321, "understudy", "")
_ROLLS = 12
#: What fills texts to a limit: one byte of a code point, two, or four.
_FILLERS = (PLAIN, "é", "👍")


def plain(constraint: Constraint, values: Values, now: Any = NOTHING) -> list[Any]:
    """Values to put where the constraint is, the plainest first; `NOTHING` where something must go.

    `now` is what stands there. Whether one breaks the constraint, and nothing else, is for a judge to say.
    """
    make = _MAKERS.get(constraint.keyword)
    if make is None:
        return list(_by_chance(constraint, values))
    return list(make(constraint, values, None if now is NOTHING else now))


def _types(constraint: Constraint, values: Values, now: Any) -> Iterable[Any]:
    names = types_of(constraint.limit)
    return [value for value in _OTHERS if not any(is_type(value, name) for name in names)]


def _choices(constraint: Constraint, values: Values, now: Any) -> Iterable[Any]:
    listed = constraint.limit if constraint.keyword == "enum" else [constraint.limit]
    kinds = types_of(constraint.schema.get("type"))
    near = [text.swapcase() for text in listed if isinstance(text, str)][:2]
    free = [value for value in (*near, *_OTHERS) if not kinds or any(is_type(value, kind) for kind in kinds)]
    return [value for value in free if not any(value == one and type(value) is type(one) for one in listed)]


def _lengths(constraint: Constraint, values: Values, now: Any) -> Iterable[Any]:
    size = constraint.limit + (1 if constraint.keyword == "maxLength" else -1)
    if size < 0:
        return []
    text = now if isinstance(now, str) else ""
    made = [PLAIN * size, (text + PLAIN * size)[:size], *((piece * size)[:size] for piece in _FILLERS[1:])]
    pattern = constraint.schema.get("pattern")
    return [*(_stretched(pattern, size) if pattern else ()), *made]


def _stretched(pattern: str, size: int) -> Iterable[str]:
    """Texts that match the pattern and are so long: one of their letters is repeated, or the last ones are cut off."""
    build = matching(pattern)
    for roll in range(_ROLLS if build else 0):
        text = build(Dice(roll)) if build else ""
        more = size - len(text)
        longer = [text[:i] + text[i] * more + text[i:] for i in range(len(text))] if more > 0 else [text[:size]]
        with suppress(re.error):
            yield from [one for one in longer if re.search(pattern, one)][:2]


def _counts(constraint: Constraint, values: Values, now: Any) -> Iterable[Any]:
    """Arrays that are too long or too short: of what stands there, of one item, of different ones."""
    size = constraint.limit + (1 if constraint.keyword == "maxItems" else -1)
    if size < 0:
        return []
    items = values.of(constraint.schema.get("items", True))
    made = [_tried(items, roll) for roll in (None, *range(_ROLLS))]
    different = list({repr(item): item for item in made if item is not NOTHING}.values())
    now = now if isinstance(now, list) else []
    fillers = [source for source in (now, different[:1], different) if source]
    rest = {word: value for word, value in constraint.schema.items() if word != constraint.keyword}
    cut = [made[:size] for made in _rolled(rest, values) if isinstance(made, list) and len(made) >= size]
    return [*([*now, *(source * size)][:size] for source in fillers), *cut] if size else [[]]


def _tried(make: Callable[..., Any], roll: int | None) -> Any:
    with suppress(UnfitError):
        return make(_PLAINEST if roll is None else Dice(roll), 0)
    return NOTHING


def _limits(constraint: Constraint, values: Values, now: Any) -> Iterable[Any]:
    keyword, limit = constraint.keyword, constraint.limit
    step = -1 if "inimum" in keyword else 1
    multiple = constraint.schema.get("multipleOf", 1)
    edge = limit if keyword.startswith("exclusive") else limit + step
    edge = edge if multiple == 1 else (edge // multiple + (step > 0)) * multiple
    integer = "integer" in types_of(constraint.schema.get("type"))
    return [edge, limit + step * 1000, *([] if integer else [limit + step * 0.5])]


def _multiples(constraint: Constraint, values: Values, now: Any) -> Iterable[Any]:
    low = constraint.schema.get("minimum", 0)
    return [low + 1, low + constraint.limit + 1, constraint.limit * 1.5]


#: What builds texts that are right by the one of two words when the other is to be broken.
_OTHER_WORD: Mapping[str, Callable[[Node], Callable[[Source], str] | None]] = {
    "pattern": lambda schema: BUILDS.get(schema.get("format", "")),
    "format": lambda schema: matching(schema["pattern"]) if "pattern" in schema else None,
}


def _unmatched(constraint: Constraint, values: Values, now: Any) -> Iterable[Any]:
    """Texts that a pattern or a format may refuse, of the lengths that the schema wants."""
    least, most = constraint.schema.get("minLength", 0), constraint.schema.get("maxLength", 200)
    near = [now[1:]] if isinstance(now, str) else []
    build = _OTHER_WORD[constraint.keyword](constraint.schema)
    near += [build(Dice(roll)) for roll in range(_ROLLS)] if build else []
    texts = ("x", "!", "", " ", *WRONG, "a:b", "http://elsewhere.test/", "0", *PIECES, *near)
    return list(dict.fromkeys(fitted(text, least, most) for text in texts))


def _negated(constraint: Constraint, values: Values, now: Any) -> Iterable[Any]:
    """What fits the schema that must not fit."""
    inner = flat(constraint.limit, values.document)
    rest = {word: value for word, value in constraint.schema.items() if word != "not"}
    for schema in ({"allOf": [rest, inner]}, inner):
        yield from _rolled(schema, values)
    if isinstance(now, dict) and isinstance(inner, Mapping):
        yield {**now, **{name: now.get(name, PLAIN) for name in inner.get("required", ())}}


def _rolled(schema: Any, values: Values) -> Iterable[Any]:
    make = values.of(schema)
    found = [_tried(make, roll) for roll in (None, *range(_ROLLS))]
    return [value for value in found if value is not NOTHING]


def _missing(constraint: Constraint, values: Values, now: Any) -> Iterable[Any]:
    return [NOTHING]


def _strange(constraint: Constraint, values: Values, now: Any) -> Iterable[Any]:
    """An object with a property, or an array with an item, that must not be there."""
    if constraint.keyword in ("items", "unevaluatedItems"):
        made = [now, *_rolled(constraint.schema, values)]
        return [[*items, PLAIN] for items in made if isinstance(items, list)]
    before = now if isinstance(now, dict) else _tried(values.of(constraint.schema), None)
    return [{**(before if isinstance(before, dict) else {}), STRANGER: value} for value in (PLAIN, 1)]


def _weights(constraint: Constraint, values: Values, now: Any) -> Iterable[Any]:
    """Values of one byte more than may be: texts of one, two or four bytes a letter, objects, arrays."""
    size = constraint.limit + 1
    for filler in _FILLERS:
        wide = len(filler.encode())
        yield filler * ((size - 2) // wide) + PLAIN * ((size - 2) % wide)
    before = now if isinstance(now, dict) else _tried(values.of(constraint.schema), None)
    base = {**(before if isinstance(before, dict) else {}), "filler": ""}
    yield {**base, "filler": PLAIN * max(0, size - compact_size(base))}
    for name, inner in base.items():
        if isinstance(inner, str) and name != "filler":
            known = {**base, name: ""}
            known.pop("filler")
            yield {**known, name: PLAIN * max(0, size - compact_size(known))}
    yield [PLAIN * max(0, size - 4)]


@lru_cache(maxsize=4)
def _content(size: int) -> str:
    return PLAIN * size


def _files(constraint: Constraint, values: Values, now: Any) -> Iterable[Any]:
    file = now if isinstance(now, dict) else {"filename": "file.bin", "content_type": "application/octet-stream"}
    return [{**file, "content": _content(constraint.limit + 1)}]


def _doubled(constraint: Constraint, values: Values, now: Any) -> Iterable[Any]:
    for items in (
        now,
        *_rolled({**constraint.schema, "minItems": max(1, constraint.schema.get("minItems", 1))}, values),
    ):
        if isinstance(items, list) and items:
            yield [*items[: max(1, constraint.schema.get("maxItems", len(items) + 1) - 1)], items[0]]


def _properties(constraint: Constraint, values: Values, now: Any) -> Iterable[Any]:
    before = now if isinstance(now, dict) else _tried(values.of(constraint.schema), None)
    before = before if isinstance(before, dict) else {}
    if constraint.keyword == "minProperties":
        return [dict(list(before.items())[: max(0, constraint.limit - 1)])]
    count = constraint.limit + 1
    return [dict([*before.items(), *((f"{STRANGER}{index}", PLAIN) for index in range(count))][:count])]


def _misnamed(constraint: Constraint, values: Values, now: Any) -> Iterable[Any]:
    before = now if isinstance(now, dict) else _tried(values.of(constraint.schema), None)
    return [{**(before if isinstance(before, dict) else {}), name: PLAIN} for name in ("!", "X", "", *WRONG, "x" * 300)]


def _by_chance(constraint: Constraint, values: Values) -> Iterable[Any]:
    """What fits the schema but for the one word."""
    rest = {word: value for word, value in constraint.schema.items() if word != constraint.keyword}
    yield from _OTHERS
    yield from _rolled(rest, values)
    if constraint.keyword in ("oneOf", "anyOf"):
        yield from _rolled({"allOf": [rest, *constraint.limit]}, values)


_MAKERS: Mapping[str, Callable[[Constraint, Values, Any], Iterable[Any]]] = {
    "type": _types,
    "enum": _choices,
    "const": _choices,
    "minLength": _lengths,
    "maxLength": _lengths,
    "minItems": _counts,
    "maxItems": _counts,
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _limits),
    "multipleOf": _multiples,
    "pattern": _unmatched,
    "format": _unmatched,
    "not": _negated,
    "required": _missing,
    "x-max-bytes": _weights,
    "x-max-file-bytes": _files,
    "uniqueItems": _doubled,
    "minProperties": _properties,
    "maxProperties": _properties,
    "propertyNames": _misnamed,
    **dict.fromkeys(("additionalProperties", "unevaluatedProperties", "items", "unevaluatedItems"), _strange),
    "false": lambda constraint, values, now: [PLAIN],
}
