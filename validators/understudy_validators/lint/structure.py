"""What contracts are made of, as structure.yaml says: the kinds of objects, and which keys each may have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from understudy_validators import documents, pointers
from understudy_validators.schemas import compile_schema

#: The kinds of whole documents: OpenAPI's and AsyncAPI's.
DOCUMENT, EVENTS = "document", "events"


@dataclass(frozen=True, slots=True)
class Node:
    """An object of a contract: its kind, the pointer at which it stands, and the kind of the object around it."""

    kind: str
    pointer: str
    value: Any
    inside: str = ""

    @property
    def is_reference(self) -> bool:
        """Whether something else is meant, which stands elsewhere."""
        return isinstance(self.value, dict) and isinstance(self.value.get("$ref"), str)

    @property
    def name(self) -> str:
        """The name that it has, or under which it stands."""
        name = self.get("name") if self.kind == "messageExample" else None
        return str(name or pointers.split(self.pointer)[-1])

    @property
    def fields(self) -> dict[str, Any]:
        """The value as an object; empty where it is none."""
        return self.value if isinstance(self.value, dict) else {}

    def get(self, key: str, default: Any = None) -> Any:
        """What stands at the key."""
        return self.fields.get(key, default)


class Structure:
    """The kinds of objects, read from structure.yaml."""

    __slots__ = ("_definitions", "_schema", "_validators")

    def __init__(self, schema: dict[str, Any]) -> None:
        self._schema = schema
        self._definitions: Mapping[str, Any] = schema["$defs"]
        self._validators: dict[str, jsonschema_rs.Validator] = {}

    def walk(self, value: Any, pointer: str = "", kind: str = DOCUMENT) -> Iterator[Node]:
        """Every object in a value of the kind, itself first, in the order of the document."""
        return self._walk({"$ref": f"#/$defs/{kind}"}, value, pointer, "")

    def _walk(self, schema: Mapping[str, Any], value: Any, pointer: str, inside: str) -> Iterator[Node]:
        kind = ""
        while "$ref" in schema:
            kind = schema["$ref"].rpartition("/")[2]
            schema = self._definitions[kind]
        if "title" in schema:
            yield Node(kind, pointer, value, inside)
            inside = kind
        for token, inner, below in _inner(schema.get("else", schema), value):
            yield from self._walk(below, inner, pointers.child(pointer, token), inside)

    def keys(self, kind: str) -> Mapping[str, Any]:
        """What may stand in an object of the kind, by key."""
        definition = self._definitions[kind]
        keys: Mapping[str, Any] = definition.get("else", definition).get("properties", {})
        return keys

    def title(self, kind: str) -> str:
        """How a mistake calls an object of the kind."""
        return str(self._definitions[kind]["title"])

    def holders(self, key: str) -> list[str]:
        """How mistakes call the kinds of objects in which the key may stand."""
        kinds = [kind for kind, definition in self._definitions.items() if "title" in definition]
        return list(dict.fromkeys(self.title(kind) for kind in kinds if key in self.keys(kind)))

    def validator(self, kind: str) -> jsonschema_rs.Validator:
        """The validator of objects of the kind, and of all below them."""
        if kind not in self._validators:
            self._validators[kind] = compile_schema({**self._schema, "$ref": f"#/$defs/{kind}"})
        return self._validators[kind]

    @property
    def schema(self) -> dict[str, Any]:
        """The whole of structure.yaml."""
        return self._schema


def _inner(schema: Mapping[str, Any], value: Any) -> Iterator[tuple[str | int, Any, Mapping[str, Any]]]:
    """(token, value, its schema) of each part of a value that its schema says more of."""
    if isinstance(value, list) and "items" in schema:
        yield from ((index, item, schema["items"]) for index, item in enumerate(value))
    elif isinstance(value, dict):
        named, others = schema.get("properties", {}), schema.get("additionalProperties")
        for key, item in value.items():
            below = named.get(key, others)
            if isinstance(below, dict):
                yield key, item, below


@cache
def structure() -> Structure:
    """The structure of contracts."""
    return Structure(documents.load(Path(__file__).with_name("structure.yaml")).data)
