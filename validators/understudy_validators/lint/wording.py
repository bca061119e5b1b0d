"""What jsonschema-rs finds, in words: what is wrong, and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jsonschema_rs
import orjson

from understudy_validators import pointers
from understudy_validators.schemas import type_name
from understudy_validators.violation import shorten

_ARTICLES = {"null": "null", "array": "an array", "object": "an object", "integer": "an integer"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a value: where in it, what, and what to do; `key` is a key that is not known."""

    path: tuple[str | int, ...]
    problem: str
    advice: str
    key: str = ""


def nearest(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """Advice that suggests the known word most like the wrong one, or lists all of them, or says something else."""
    known = sorted(set(known))
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f"Did you mean {close[0]!r}?"
    return otherwise or (f"There is: {', '.join(known)}." if known else "There is none.")


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
    seen: set[tuple[Any, ...]] = set()
    for error in _leaves(validator.iter_errors(value)):
        place = (*error.instance_path, error.kind.name)
        if place not in seen:
            seen.add(place)
            yield from _told(error, schema)


def _leaves(errors: Iterable[jsonschema_rs.ValidationError]) -> Iterator[jsonschema_rs.ValidationError]:
    """The errors themselves; of alternatives those of the one that the value comes nearest to."""
    for error in errors:
        if error.kind.name in ("oneOf", "anyOf") and hasattr(error.kind, "context"):
            yield from _leaves(min(error.kind.context, key=_distance))
        else:
            yield error


def _distance(branch: list[jsonschema_rs.ValidationError]) -> tuple[bool, int, int]:
    at_once = any(error.kind.name in ("type", "const") for error in branch if len(error.instance_path) == _top(branch))
    return at_once, -max((len(error.instance_path) for error in branch), default=0), len(branch)


def _top(branch: list[jsonschema_rs.ValidationError]) -> int:
    return min(len(error.instance_path) for error in branch)


def _told(error: jsonschema_rs.ValidationError, schema: Mapping[str, Any]) -> Iterator[Fault]:
    path = tuple(error.instance_path)
    if error.kind.name == "additionalProperties":
        around = pointers.follow(schema, error.schema_path[:-1])
        known = around.get("properties", {})
        for key in error.kind.unexpected:
            yield Fault((*path, key), f"unknown key {key!r}", nearest(key, known), key)
    elif error.kind.name == "propertyNames":
        name = error.kind.error
        yield Fault((*path, name.instance), *_pattern(name))
    else:
        problem, advice = _TELLERS.get(error.kind.name, _other)(error)
        yield Fault(path, problem, advice)


def _required(error: jsonschema_rs.ValidationError) -> tuple[str, str]:
    return f"{error.kind.property!r} is missing", "Add it."


def _type(error: jsonschema_rs.ValidationError) -> tuple[str, str]:
    wanted = either([a(kind) for kind in error.kind.types])
    return f"{quoted(error.instance)} is {a(type_name(error.instance))}, not {wanted}", f"Write {wanted}."


def _enum(error: jsonschema_rs.ValidationError) -> tuple[str, str]:
    options = [option for option in error.kind.options if isinstance(option, str)]
    return f"{quoted(error.instance)} is not known here", nearest(str(error.instance), options)


def _const(error: jsonschema_rs.ValidationError) -> tuple[str, str]:
    return f"{quoted(error.instance)} is not {quoted(error.kind.expected_value)}", "Write that."


def _pattern(error: jsonschema_rs.ValidationError) -> tuple[str, str]:
    return f"{quoted(error.instance)} does not fit {error.kind.pattern}", "Write something that does."


def _other(error: jsonschema_rs.ValidationError) -> tuple[str, str]:
    return error.message, "Mend it."


_TELLERS: Mapping[str, Callable[[jsonschema_rs.ValidationError], tuple[str, str]]] = {
    "required": _required,
    "type": _type,
    "enum": _enum,
    "const": _const,
    "pattern": _pattern,
}
