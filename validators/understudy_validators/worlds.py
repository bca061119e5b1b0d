"""A team's own world: people and rooms that extend a contract's world, or replace it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from understudy_validators import documents
from understudy_validators.documents import Document
from understudy_validators.errors import ContractError, Mistake
from understudy_validators.lint import lint_world
from understudy_validators.viewpaths import getter
from understudy_validators.world import WorldFile, load_world, world_of

#: What a world of one's own may say besides: whether it adds to the contract's world, or stands in its place.
EXTEND, REPLACE = "extend", "replace"
_KEYS = ("now", "collections", "mode")

Records = dict[str, list[dict[str, Any]]]
Place = tuple[str, int]


def load_own_world(folder: Path, path: Path) -> WorldFile:
    """The world in the file at `path`, for the contract in `folder`.

    In the file's `mode: extend` (the default) its records join those of the contract's world; one that is the same by
    the contract's `unique` fields takes the other's place. In `mode: replace` it has no others. Raises `ContractError`
    with every mistake: a record that breaks the contract's schema, a collection that the contract doesn't know.
    """
    base, own = load_world(folder / "world.yaml"), documents.load(path)
    mistakes = list(_strange(base, own))
    if mistakes:
        raise ContractError(mistakes)
    document = _merged(base.document, own)
    mistakes = lint_world(folder, document)
    if mistakes:
        raise ContractError(mistakes)
    return WorldFile(document, world_of(document), document.data["now"])


def _strange(base: WorldFile, own: Document) -> Iterable[Mistake]:
    data = own.data if isinstance(own.data, dict) else {}
    if not isinstance(data.get("collections"), dict):
        yield own.mistake("", "the world has no collections", "Write `collections:` with lists of records.")
        return
    for key in data:
        if key not in _KEYS:
            yield own.mistake(f"/{key}", f"unknown key {key!r}", f"A world of your own has {', '.join(_KEYS)}.")
    if data.get("mode", EXTEND) not in (EXTEND, REPLACE):
        yield own.mistake("/mode", f"there is no mode {data['mode']!r}", f"Write {EXTEND} or {REPLACE}.")
    for name, records in data["collections"].items():
        if name not in base.collections:
            known = ", ".join(base.collections)
            yield own.mistake(f"/collections/{name}", f"the contract has no collection {name!r}", f"It has: {known}.")
        elif not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            yield own.mistake(f"/collections/{name}", "is not a list of records", "A collection is a list of objects.")


def _merged(base: Document, own: Document) -> Document:
    """One document with the lines of both."""
    extends = own.data.get("mode", EXTEND) == EXTEND
    merged: Records = {}
    lines = dict(own.lines) | {at: line for at, line in base.lines.items() if not at.startswith("/collections/")}
    for name, before in base.data["collections"].items():
        after = own.data["collections"].get(name, [])
        keys = [_fields(key) for key in base.data.get("unique", {}).get(name, ())]
        kept = [i for i, record in enumerate(before) if extends and not _is_replaced(record, after, keys)]
        merged[name] = [*(before[i] for i in kept), *after]
        at = f"/collections/{name}"
        known, added = _by_record(base.lines, at), _by_record(own.lines, at)
        places = [known[str(i)] for i in kept] + [added[str(i)] for i in range(len(after))]
        lines = {key: line for key, line in lines.items() if not key.startswith(f"{at}/")}
        for index, place in enumerate(places):
            lines |= {f"{at}/{index}{inside}": line for inside, line in place}
    data = {**base.data, "collections": merged, "now": own.data.get("now", base.data["now"])}
    return Document(own.path, data, lines)


def _fields(key: Any) -> list[str]:
    return [key] if isinstance(key, str) else list(key)


def _is_replaced(record: Mapping[str, Any], others: list[dict[str, Any]], keys: list[list[str]]) -> bool:
    return any(_values(record, key) == _values(other, key) for key in keys for other in others)


def _values(record: Mapping[str, Any], fields: list[str]) -> list[Any]:
    return [getter(field)(record) for field in fields]


def _by_record(lines: Mapping[str, Place], at: str) -> dict[str, list[tuple[str, Place]]]:
    """By index in the collection at that pointer: the pointers into the record, and the line of each.

    One pass: a world for a load test has thousands of records.
    """
    found: dict[str, list[tuple[str, Place]]] = defaultdict(list)
    for pointer, line in lines.items():
        if pointer.startswith(f"{at}/"):
            index, slash, inside = pointer[len(at) + 1 :].partition("/")
            found[index].append((slash + inside, line))
    return found
