"""What rules look at: each place of the view or of a record that a rule names, and where the rule names it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from understudy_validators import pointers
from understudy_validators.lint.structure import Node

Wrong = tuple[str, str]
_PATH = re.compile(r"[\w-]+(\.[\w-]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Read:
    """The steps to what is looked at, and the pointer to where the contract says so."""

    steps: tuple[str, ...]
    pointer: str


def of_schema(schema: Any, pointer: str, at: tuple[str, ...] = ()) -> Iterator[Read]:
    """Every place of a value that a schema looks at, from the outside in."""
    if not isinstance(schema, dict):
        return
    for index, name in enumerate(schema.get("required") or ()):
        yield Read((*at, name), f"{pointer}/required/{index}")
    for name, inner in (schema.get("properties") or {}).items():
        below = f"{pointer}/properties" + pointers.join(name)
        yield Read((*at, name), below)
        yield from of_schema(inner, below, (*at, name))
    for word in ("allOf", "anyOf", "oneOf"):
        for index, inner in enumerate(schema.get(word) or ()):
            yield from of_schema(inner, f"{pointer}/{word}/{index}", at)
    for word in ("not", "if", "then", "else"):
        yield from of_schema(schema.get(word), f"{pointer}/{word}", at)


def of_path(path: Any, pointer: str) -> Iterator[Read]:
    """Every place on the way of a dotted path, from the outside in; a constant, or what is no path, has none."""
    whole = path.partition("[]")[0] if isinstance(path, str) else ""
    steps = whole.split(".") if _PATH.fullmatch(whole) else []
    for length in range(1, len(steps) + 1):
        yield Read(tuple(steps[:length]), pointer)


def of_view(rule: Node) -> Iterator[Read]:
    """Every place of the view that a rule looks at."""
    yield from of_path(rule.get("each"), f"{rule.pointer}/each")
    for word in ("when", "require"):
        yield from of_schema(rule.get(word), f"{rule.pointer}/{word}")
    for word in ("where", "where_not"):
        for field, path in (rule.get(word) or {}).items():
            yield from of_path(path, f"{rule.pointer}/{word}" + pointers.join(field))
    quota = rule.get("quota") or {}
    for word in ("limit", "window"):
        yield from of_path(quota.get(word), f"{rule.pointer}/quota/{word}")
    for index, path in enumerate(quota.get("key") or ()):
        yield from of_path(path, f"{rule.pointer}/quota/key/{index}")


def of_records(rule: Node) -> Iterator[Read]:
    """Every field of the collection's records that a rule looks at."""
    for word in ("where", "where_not"):
        for field in rule.get(word) or ():
            yield Read(tuple(field.split(".")), f"{rule.pointer}/{word}" + pointers.join(field))
    live = rule.get("live")
    if isinstance(live, str):
        yield Read(tuple(live.split(".")), f"{rule.pointer}/live")
    yield from of_schema(rule.get("must"), f"{rule.pointer}/must")


def outermost(reads: Iterator[Read], wrong: Callable[[Sequence[str]], Wrong | None]) -> Iterator[tuple[Read, Wrong]]:
    """Each read with problem and advice, if there is any; once for each place, and not for what is inside of it."""
    bad: set[tuple[str, ...]] = set()
    for read in reads:
        if not any(read.steps[:length] in bad for length in range(1, len(read.steps) + 1)):
            problem = wrong(read.steps)
            if problem:
                bad.add(read.steps)
                yield read, problem
