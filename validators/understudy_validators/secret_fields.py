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


def secrets_of(contract: Contract) -> dict[str, Ways]:
    """The ways to secrets in what each operation and event takes and answers, by its id; no entry where none are.

    Those of events that the server emits stand under the event's name.
    """
    finder = _Finder(contract.document.data)
    found = {operation.id: finder.of_operation(operation) for operation in contract}
    document = contract.realtime.document
    if document is not None:
        finder = _Finder(document.data)
        for event in contract.realtime:
            found[event.id] = finder.of(event.schema)
        for channel in contract.realtime.channels.values():
            for name, validator in channel.emissions.items():
                schema = pointers.resolve(document.data, validator.pointer)
                found[name] = found.get(name, frozenset()) | finder.of(schema)
    return {name: ways for name, ways in found.items() if ways}


def parameters_of(contract: Contract) -> Iterator[tuple[str, str]]:
    """(`header` or `query`, name) of each parameter that is secret."""
    for operation in contract:
        for parameter in operation.parameters:
            if parameter.schema.get("format") == SECRET:
                yield parameter.location, parameter.name


class _Finder:
    """Finds secrets in the schemas of one document; each schema is gone through once."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._known: dict[int, Ways] = {}
        # Schemas that are being gone through, and whether one of them was met again below itself.
        self._open: set[int] = set()
        self._met = False

    def of_operation(self, operation: Operation) -> Ways:
        node = pointers.resolve(self._document, operation.pointer)
        holders = [f"{operation.pointer}/responses/{status}" for status in node.get("responses", {})]
        if "requestBody" in node:
            holders.append(f"{operation.pointer}/requestBody")
        contents = [located(pointer, self._document)[1].get("content", {}) for pointer in holders]
        found = [self.of(content.get("schema")) for each in contents for content in each.values()]
        return frozenset().union(*found)

    def of(self, schema: Any) -> Ways:
        """Ways from the schema's value to the secrets in it; a schema within itself adds none."""
        schema = dereference(schema, self._document)
        if not isinstance(schema, dict):
            return frozenset()
        if id(schema) in self._open:
            self._met = True
            return frozenset()
        return self._known[id(schema)] if id(schema) in self._known else self._through(schema)

    def _through(self, schema: dict[str, Any]) -> Ways:
        before, self._met = self._met, False
        self._open.add(id(schema))
        own = {()} if schema.get("format") == SECRET else set()
        found = frozenset(own | {(*token, *way) for token, each in _inner(schema) for way in self.of(each)})
        self._open.discard(id(schema))
        if not self._met or not self._open:  # else it may be more than it seems from here
            self._known[id(schema)] = found
        self._met = before or (self._met and bool(self._open))
        return found


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
