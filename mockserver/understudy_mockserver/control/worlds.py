"""Records of a world: read, added, changed, removed, as long as the world stays one that its contract could have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from understudy_mockserver.control.call import ControlCall, RefusedError
from understudy_validators import documents, pointers
from understudy_validators.contract import Contract
from understudy_validators.records import Collection, Record, same
from understudy_validators.schemas import Schemas
from understudy_validators.viewpaths import MISSING, getter

#: Mistakes that one answer names.
MOST = 20

Records = list[dict[str, Any]]
Mistakes = Iterator[dict[str, str]]


def collections(call: ControlCall) -> dict[str, Any]:
    """How many records each collection has."""
    world = call.state.world
    return {"collections": {name: len(world[name]) for name in world}}


def records(call: ControlCall) -> dict[str, Any]:
    """A collection's records, oldest first."""
    return {"records": list(_collection(call))}


def replace(call: ControlCall) -> dict[str, Any]:
    """Puts other records in the place of all."""
    collection, wanted = _collection(call), call.body["records"]
    _check(call, wanted, wanted)
    for record in collection:
        collection.remove(record)
    for record in wanted:
        collection.insert(record)
    return {"changed": len(wanted)}


def add(call: ControlCall) -> dict[str, Any]:
    """Adds records behind those that are there."""
    collection, new = _collection(call), call.body["records"]
    _check(call, [*collection, *new], new)
    for record in new:
        collection.insert(record)
    return {"changed": len(new)}


def change(call: ControlCall) -> dict[str, Any]:
    """Changes, or removes, the records that have certain values."""
    collection, body = _collection(call), call.body
    meant = [record for record in collection if _has(record, body["where"])]
    if "remove" in body:
        for record in meant:
            collection.remove(record)
        return {"changed": len(meant)}
    changed = {id(record): {**record, **body["set"]} for record in meant}
    _check(call, [changed.get(id(record), record) for record in collection], changed.values())
    for record in meant:
        collection.replace(record, **body["set"])
    return {"changed": len(meant)}


def _collection(call: ControlCall) -> Collection:
    return call.state.world[call.path("collection")]


def _has(record: Record, where: Mapping[str, Any]) -> bool:
    return all(same(getter(name)(record), value) for name, value in where.items())


def _check(call: ControlCall, after: Any, new: Any) -> None:
    """Raises `RefusedError` with every mistake of the new records, and of all of them together."""
    name, contract = call.path("collection"), call.contract
    mistakes = [*_unfit(contract, name, list(new)), *_alike(contract, name, list(after))]
    if mistakes:
        first = mistakes[0]
        message = f"The world would break its contract: {first['place']}: {first['problem']}."
        raise RefusedError("unfit-records", message, mistakes=mistakes[:MOST])


def _unfit(contract: Contract, name: str, new: Records) -> Mistakes:
    """Records that break the schema which the contract's world has for them."""
    reference = schemas_of(contract.document.path).get(name)
    validator = Schemas(contract.document.data).at(reference.removeprefix("#")) if reference else None
    for index, record in enumerate(new):
        findings = list(validator.findings(record)) if validator else []
        # Next to anything else that is wrong, this only says that something is.
        for finding in [one for one in findings if one.keyword != "unevaluatedProperties"] or findings:
            place = pointers.join("collections", name, index, *finding.path)
            yield {"place": place, "rule": finding.keyword, "problem": finding.message}


def _alike(contract: Contract, name: str, after: Records) -> Mistakes:
    """Records that do not differ where they must."""
    for combination in contract.unique.get(name, ()):
        fields = [combination] if isinstance(combination, str) else list(combination)
        seen: dict[str, int] = {}
        for index, record in enumerate(after):
            values = [getter(field)(record) for field in fields]
            first = seen.setdefault(repr(values), index) if MISSING not in values else index
            if first != index:
                problem = f"the record has the same {' and '.join(fields)} as the one at /collections/{name}/{first}"
                yield {"place": pointers.join("collections", name, index), "rule": "unique", "problem": problem}


@lru_cache(maxsize=64)
def schemas_of(openapi: Path) -> Mapping[str, str]:
    """By collection, the schema of its records, as the `world.yaml` beside a contract names it."""
    data = documents.load(openapi.parent / "world.yaml").data
    found: Mapping[str, str] = data.get("schemas") or {}
    return found
