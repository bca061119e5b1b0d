"""The form of a contract: OpenAPI's keys where structure.yaml has them, x- words as the vocabulary defines them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import jsonschema_rs

import understudy_specs
from understudy_validators import documents, pointers
from understudy_validators.errors import Mistake
from understudy_validators.lint.structure import Node, structure
from understudy_validators.lint.survey import SHARED, Survey
from understudy_validators.lint.wording import a, either, faults, nearest
from understudy_validators.schemas import compile_schema, type_name

# Rules have checks of their own, which say more than a schema could.
_RULES = "x-rules"
# The vocabulary says all the keys of these, whatever they begin with.
_COMPLETE = ("failure", "failureAnswer", "framing", "rule")


@cache
def vocabulary() -> dict[str, Any]:
    """The JSON Schema of the x- words; each definition is one word, or a part of some."""
    schema: dict[str, Any] = documents.load(understudy_specs.VOCABULARY).data
    return schema


@cache
def defined(name: str) -> jsonschema_rs.Validator:
    """The validator of one definition of the vocabulary."""
    return compile_schema({**vocabulary(), "$ref": f"#/$defs/{name}"})


@cache
def words() -> tuple[str, ...]:
    """Every x- word that there is."""
    return tuple(name for name in vocabulary()["$defs"] if name.startswith("x-"))


def misformed(survey: Survey) -> Iterator[Mistake]:
    """What OpenAPI 3.1 does not have, or wants otherwise."""
    for root in (root for root in survey.roots if not root.pointer.startswith(SHARED)):
        for fault in faults(structure().validator(root.kind), root.value, structure().schema):
            if not fault.key.startswith("x-"):
                yield survey.mistake(root.pointer + pointers.join(*fault.path), fault.problem, fault.advice)


def misplaced(survey: Survey, node: Node) -> Iterator[Mistake]:
    """Words that nobody knows, or that mean nothing where they stand."""
    known = structure().keys(node.kind)
    for key in node.fields if node.kind not in _COMPLETE else ():
        if key.startswith("x-") and key not in known:
            yield survey.mistake(pointers.child(node.pointer, key), *_misplaced(key, node.kind))


def _misplaced(key: str, kind: str) -> tuple[str, str]:
    if key not in words():
        return f"the word {key!r} is not known", nearest(key, words(), "specs/README.md has all of them.")
    return f"{key} means nothing in {structure().title(kind)}", f"It belongs in {either(structure().holders(key))}."


def misused(survey: Survey, node: Node) -> Iterator[Mistake]:
    """Words that hold something else than the vocabulary says."""
    known = structure().keys(node.kind)
    for key, value in node.fields.items() if node.kind != "failureAnswer" else ():
        if key in words() and key in known and key != _RULES:
            yield from broken(survey, pointers.child(node.pointer, key), key, value, f"{key}: ")
        if (
            key == _RULES
            and key in known
            and not isinstance(value, dict if node.kind.lower().endswith("components") else list)
        ):
            advice = "It is a list in an operation, and an object of named rules in components."
            yield survey.mistake(pointers.child(node.pointer, key), f"x-rules is {a(type_name(value))} here", advice)


def broken(survey: Survey, pointer: str, name: str, value: Any, before: str = "") -> Iterator[Mistake]:
    """How a value at the pointer breaks a definition of the vocabulary."""
    schema: Mapping[str, Any] = vocabulary()
    for fault in faults(defined(name), value, schema):
        yield survey.mistake(pointer + pointers.join(*fault.path), before + fault.problem, fault.advice)
