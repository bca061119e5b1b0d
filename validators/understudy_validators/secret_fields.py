"""Which values of bodies are secret: those whose schema says `format: password`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from understudy_validators import pointers
from understudy_validators.contract import Contract, Operation
from understudy_validators.schemas import dereference, located

#: OpenAPI's hint that a value is not to be shown.
SECRET = "password"
#: Ways to secret values: names of properties, `*` for any name or index.
Ways = frozenset[tuple[str, ...]]
ANY = "*"
_DEEPEST = 12


def secrets_of(contract: Contract) -> dict[str, Ways]:
    """The ways to secrets in what each operation and event takes and answers, by its id; no entry where none are.

    Those of events that the server emits stand under the event's name.
    """
    found = {operation.id: frozenset(_of_operation(operation, contract)) for operation in contract}
    document = contract.realtime.document
    if document is not None:
        for event in contract.realtime:
            found[event.id] = frozenset(_ways(event.schema, document.data))
        for channel in contract.realtime.channels.values():
            for name, validator in channel.emissions.items():
                schema = pointers.resolve(document.data, validator.pointer)
                found[name] = found.get(name, frozenset()) | frozenset(_ways(schema, document.data))
    return {name: ways for name, ways in found.items() if ways}


def parameters_of(contract: Contract) -> Iterator[tuple[str, str]]:
    """(`header` or `query`, name) of each parameter that is secret."""
    for operation in contract:
        for parameter in operation.parameters:
            if parameter.schema.get("format") == SECRET:
                yield parameter.location, parameter.name


def _of_operation(operation: Operation, contract: Contract) -> Iterator[tuple[str, ...]]:
    document = contract.document.data
    node = pointers.resolve(document, operation.pointer)
    holders = [f"{operation.pointer}/responses/{status}" for status in node.get("responses", {})]
    if "requestBody" in node:
        holders.append(f"{operation.pointer}/requestBody")
    for pointer in holders:
        for content in located(pointer, document)[1].get("content", {}).values():
            yield from _ways(content.get("schema"), document)


def _ways(
    schema: Any, document: Mapping[str, Any], at: tuple[str, ...] = (), depth: int = 0
) -> Iterator[tuple[str, ...]]:
    schema = dereference(schema, document)
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return
    if schema.get("format") == SECRET:
        yield at
    for token, inner in _inner(schema):
        yield from _ways(inner, document, (*at, *token), depth + 1)


def _inner(schema: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The schemas in a schema, each with the way from its value to theirs."""
    yield from (((name,), inner) for name, inner in schema.get("properties", {}).items())
    for word in ("allOf", "anyOf", "oneOf"):
        yield from (((), inner) for inner in schema.get(word, ()))
    yield from (((), schema[word]) for word in ("then", "else") if word in schema)
    yield from (((ANY,), schema[word]) for word in ("items", "additionalProperties") if word in schema)


def replaced(value: Any, ways: Iterable[tuple[str, ...]], change: Callable[[str], str]) -> Any:
    """The value with each text at the end of a way changed."""
    for way in ways:
        value = _edited(value, way, change)
    return value


def _edited(value: Any, way: tuple[str, ...], change: Callable[[str], str]) -> Any:
    if not way:
        return change(value) if isinstance(value, str) else change(str(value)) if value is not None else None
    first, rest = way[0], way[1:]
    if isinstance(value, list) and first == ANY:
        return [_edited(item, rest, change) for item in value]
    if not isinstance(value, dict):
        return value
    names = list(value) if first == ANY else [first] if first in value else []
    return {**value, **{name: _edited(value[name], rest, change) for name in names}}
