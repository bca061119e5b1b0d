"""world.yaml: collections of records that fit their schemas and differ where they must."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from understudy_validators import pointers, times, viewpaths
from understudy_validators.documents import Document
from understudy_validators.errors import Mistake
from understudy_validators.lint.records import has_field, no_collection, no_field
from understudy_validators.lint.survey import Survey
from understudy_validators.lint.wording import a, nearest, quoted
from understudy_validators.schemas import type_name
from understudy_validators.viewpaths import MISSING

_KEYS = ("now", "collections", "schemas", "unique", "bounded", "dependents")
_COMBINATIONS = "Write a list of fields; a list among them is a combination that must differ."
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def _fields(world: Document, key: str) -> dict[str, Any]:
    data = world.data if isinstance(world.data, dict) else {}
    held = data.get(key)
    return held if isinstance(held, dict) else {}


def unknown_keys(survey: Survey, world: Document) -> Iterator[Mistake]:
    """What worlds do not have."""
    for key in world.data if isinstance(world.data, dict) else ():
        if key not in _KEYS:
            yield world.mistake(pointers.join(key), f"unknown key {key!r}", nearest(key, _KEYS))


def without_collections(survey: Survey, world: Document) -> Iterator[Mistake]:
    """Worlds without collections, and collections that are none."""
    if not _fields(world, "collections"):
        yield world.mistake(
            "/collections", "the world has no collections", "Write `collections:` with lists of records."
        )
    for name, records in _fields(world, "collections").items():
        at = pointers.join("collections", name)
        if not _NAME.fullmatch(name):
            yield world.mistake(at, f"{name!r} is no name for a collection", "Write letters and digits.")
        if not isinstance(records, list):
            problem = f"the collection {name!r} is {a(type_name(records))}, not a list of records"
            yield world.mistake(at, problem, "Write a list of objects, or [].")
            continue
        for index, record in enumerate(records):
            if not isinstance(record, dict):
                problem = f"a record of {name!r} is {a(type_name(record))}, not an object"
                yield world.mistake(f"{at}/{index}", problem, "Write an object.")


def without_now(survey: Survey, world: Document) -> Iterator[Mistake]:
    """Worlds that do not say when they begin."""
    now = world.data.get("now") if isinstance(world.data, dict) else None
    advice = "Write a time such as 2026-01-01T00:00:00.000Z."
    if now is None:
        yield world.mistake("", "the world has no 'now', at which a seeded clock starts", advice)
    elif not isinstance(now, str) or not _is_time(now):
        yield world.mistake("/now", f"{quoted(now)} is no time", advice)


def _is_time(value: Any) -> bool:
    try:
        times.to_seconds(value)
    except ValueError:
        return False
    return True


def of_no_collection(survey: Survey, world: Document) -> Iterator[Mistake]:
    """Schemas and combinations for collections that are not there."""
    for key in ("schemas", "unique"):
        for name in _fields(world, key):
            if name not in survey.collections:
                yield world.mistake(pointers.join(key, name), *no_collection(survey, name))


def of_no_schema(survey: Survey, world: Document) -> Iterator[Mistake]:
    """Schemas of records that the contract does not have."""
    for name, reference in _fields(world, "schemas").items():
        if not _is_schema(survey, reference):
            at = pointers.join("schemas", name)
            known = [f"#{n.pointer}" for n in survey.of("schema") if n.inside == "components"]
            problem = f"{quoted(reference)} names no schema of openapi.yaml"
            yield world.mistake(at, problem, nearest(str(reference), known, "Write one as '#/components/schemas/…'."))


def _is_schema(survey: Survey, reference: Any) -> bool:
    node = survey.node(reference.removeprefix("#")) if isinstance(reference, str) else None
    return node is not None and node.kind == "schema" and reference.startswith("#/")


def unfit_records(survey: Survey, world: Document) -> Iterator[Mistake]:
    """Records that break their schemas."""
    for name, reference in _fields(world, "schemas").items():
        validator = survey.validator(reference.removeprefix("#")) if _is_schema(survey, reference) else None
        for index, record in enumerate(survey.collections.get(name, ())):
            for finding in validator.findings(record) if validator else ():
                at = pointers.join("collections", name, index, *finding.path)
                problem = f"the record breaks its schema: {finding.message}"
                yield world.mistake(at, problem, f"Mend it, or the schema (at {finding.schema} in openapi.yaml).")


def alike(survey: Survey, world: Document) -> Iterator[Mistake]:
    """Records that do not differ where they must."""
    for name, combinations in _fields(world, "unique").items():
        if not isinstance(combinations, list):
            yield world.mistake(pointers.join("unique", name), f"{quoted(combinations)} is no list", _COMBINATIONS)
            continue
        for index, combination in enumerate(combinations):
            fields = combination if isinstance(combination, list) else [combination]
            if all(isinstance(field, str) for field in fields):
                yield from _alike(survey, world, name, fields, index)
            else:
                yield world.mistake(
                    pointers.join("unique", name, index), f"{quoted(combination)} is no field", _COMBINATIONS
                )


def _alike(survey: Survey, world: Document, name: str, fields: list[str], at: int) -> Iterator[Mistake]:
    records = survey.collections.get(name, [])
    for field in fields:
        if records and not has_field(records, field.split(".")):
            yield world.mistake(pointers.join("unique", name, at), *no_field(name, field.split("."), records))
    seen: dict[str, int] = {}
    for index, record in enumerate(records):
        values = [viewpaths.getter(field)(record) for field in fields]
        first = seen.setdefault(repr(values), index) if MISSING not in values else index
        if first != index:
            _, line = world.locate(pointers.join("collections", name, first))
            problem = f"the record has the same {' and '.join(fields)} as the one in line {line}"
            yield world.mistake(pointers.join("collections", name, index), problem, "One of them must differ.")


def without_end(survey: Survey, world: Document) -> Iterator[Mistake]:
    """Fields that say until when a record counts, and hold no time."""
    named = {(str(rule.get("lookup", rule.get("unique"))), rule.get("live")) for rule in survey.of("rule")}
    schemes = [node.get("x-credentials") or {} for node in survey.of("securityScheme")]
    named |= {(str(words.get("lookup")), words.get("live")) for words in schemes}
    for collection, field in sorted(pair for pair in named if isinstance(pair[1], str)):
        for index, record in enumerate(survey.collections.get(collection, ())):
            value = viewpaths.getter(field)(record)
            if value is not None and value is not MISSING and not _is_time(value):
                at = pointers.join("collections", collection, index, *field.split("."))
                advice = "Write an ISO 8601 time, Unix seconds, or null."
                yield world.mistake(at, f"{quoted(value)} is no time, and a check reads it as one", advice)
