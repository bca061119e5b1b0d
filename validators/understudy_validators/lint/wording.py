"""What jsonschema-rs finds, in words: what is wrong, and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jsonschema_rs
import orjson

from understudy_validators import pointers
from understudy_validators.schemas import type_name
from understudy_validators.violation import shorten

# More than so many names are no help.
_FEW = 12
_ARTICLES = {"null": "null", "array": "an array", "object": "an object", "integer": "an integer"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a value: where in it, what, and what to do.

    `key` is a key that is not known, `meant` the one that was probably meant, or that is missing.
    """

    path: tuple[str | int, ...]
    problem: str
    advice: str
    key: str = ""
    meant: str = ""


def nearest(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """Advice that suggests the known word most like the wrong one, or lists all of a few, or says something else."""
    known = sorted(set(known))
    close = closest(word, known)
    if close:
        return f"Did you mean {close!r}?"
    if otherwise or len(known) > _FEW:
        return otherwise or "Take it out."
    return f"There is: {', '.join(known)}." if known else "There is none."


def closest(word: str, known: Iterable[str]) -> str:
    """The known word most like a wrong one; empty where none is much like it."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)), "")


def either(options: Sequence[str]) -> str:
    """`a, b or c`."""
    return " or ".join(part for part in (", ".join(options[:-1]), *options[-1:]) if part)


def a(kind: str) -> str:
    """A type of JSON with its article."""
    return _ARTICLES.get(kind, f"a {kind}")


def quoted(value: Any) -> str:
    """A value as a mistake shows it: compact JSON, cut short."""
    short = shorten(value)
    return repr(short) if isinstance(short, str) else orjson.dumps(short).decode()


def faults(validator: jsonschema_rs.Validator, value: Any, schema: Mapping[str, Any]) -> Iterator[Fault]:
    """Everything that is wrong with the value; `schema` is the document that the validator was compiled from."""
    found = [fault for error in _leaves(validator.iter_errors(value)) for fault in _told(error, schema)]
    misspelt = {(fault.path[:-1], fault.meant) for fault in found if fault.key}
    # The metaschema says some things more than once. Of a misspelt key it is not said besides that it is missing.
    yield from dict.fromkeys(fault for fault in found if fault.key or (fault.path, fault.meant) not in misspelt)


def _leaves(errors: Iterable[jsonschema_rs.ValidationError]) -> Iterator[jsonschema_rs.ValidationError]:
    """The errors themselves; of alternatives those of the one that the value comes nearest to."""
    for error in errors:
        branches = getattr(error.kind, "context", None) if error.kind.name in ("oneOf", "anyOf") else None
        if branches:
            yield from _leaves(min(branches, key=_distance))
        else:
            yield error


def _distance(branch: Iterable[jsonschema_rs.ValidationError]) -> tuple[bool, int, int]:
    errors = list(branch)
    depths = [len(error.instance_path) for error in errors]
    another_kind = any(e.kind.name in ("type", "const") and len(e.instance_path) == min(depths) for e in errors)
    return another_kind, -max(depths), len(errors)


def _told(error: jsonschema_rs.ValidationError, schema: Mapping[str, Any]) -> Iterator[Fault]:
    path, kind = tuple(error.instance_path), error.kind
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.AdditionalProperties):
        known = pointers.follow(schema, error.schema_path[:-1]).get("properties", {})
        for key in kind.unexpected:
            yield Fault((*path, key), f"unknown key {key!r}", nearest(key, known), key, closest(key, known))
    elif isinstance(kind, jsonschema_rs.ValidationErrorKind.PropertyNames):
        yield Fault((*path, str(kind.error.instance)), *_explained(kind.error))
    else:
        missing = kind.property if isinstance(kind, jsonschema_rs.ValidationErrorKind.Required) else ""
        yield Fault(path, *_explained(error), meant=missing)


def _explained(error: jsonschema_rs.ValidationError) -> tuple[str, str]:
    """Problem and advice."""
    shown = quoted(error.instance)
    match error.kind:
        case jsonschema_rs.ValidationErrorKind.Required(property=name):
            return f"{name!r} is missing", "Add it."
        case jsonschema_rs.ValidationErrorKind.Type(types=types):
            wanted = either([a(kind) for kind in types])
            return f"{shown} is {a(type_name(error.instance))}, not {wanted}", f"Write {wanted}."
        case jsonschema_rs.ValidationErrorKind.Enum(options=options):
            known = [option for option in options if isinstance(option, str)]
            return f"{shown} is not known here", nearest(str(error.instance), known)
        case jsonschema_rs.ValidationErrorKind.Constant(expected_value=value):
            return f"{shown} is not {quoted(value)}", "Write that."
        case jsonschema_rs.ValidationErrorKind.Pattern(pattern=pattern):
            return f"{shown} does not fit {pattern}", "Write something that does."
    return error.message, "Mend it."
