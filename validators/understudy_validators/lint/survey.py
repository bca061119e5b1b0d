"""A contract as lint sees it: its objects by kind, each where it stands, found without trusting the contract's form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import jsonschema_rs

from understudy_validators import pointers
from understudy_validators.documents import BUNDLED, Document
from understudy_validators.errors import Mistake
from understudy_validators.lint.structure import DOCUMENT, Node, structure
from understudy_validators.schemas import Schemas, SchemaValidator

#: Where the document of events has what it shares with that of requests.
SHARED = f"/{BUNDLED}/openapi.yaml"
_ELSEWHERE = re.compile(f"/{BUNDLED}/[^/]*")

_REFERENCE = re.compile(f"#/{BUNDLED}/([^/']*)([^']*)")


def shown(pointer: str) -> str:
    """A pointer as it stands in its own file."""
    return _ELSEWHERE.sub("", pointer, count=1)


def written(text: str) -> str:
    """A text in which references to other files stand as a contract writes them: `more/note.yaml#/Note`."""
    return _REFERENCE.sub(lambda found: f"{pointers.split(f'/{found[1]}')[0]}#{found[2]}", text)


class Survey:
    """The objects of one contract. It is `whole` where all files can be read and all `$ref`s lead where they should."""

    def __init__(
        self,
        document: Document,
        world: Document | None,
        *,
        whole: bool,
        kind: str = DOCUMENT,
        used: frozenset[str] = frozenset(),
    ) -> None:
        self.document = document
        self.kind = kind
        #: Pointers to what the contract's other document refers to.
        self.used = used
        self.world = world
        self.data: dict[str, Any] = document.data if isinstance(document.data, dict) else {}
        #: What is judged by structure.yaml as a whole: the document, and what it refers to in other files.
        self.roots: list[Node] = []
        self._nodes: dict[str, Node] = {}
        self._validators: dict[str, SchemaValidator | None] = {}
        own = {key: value for key, value in self.data.items() if key != BUNDLED}
        self._add(Node(kind, "", own if isinstance(document.data, dict) else document.data))
        self._schemas = Schemas(self.data)
        self._collections = _collections(world.data if world else None)
        self._by_kind: dict[str, list[Node]] = {}
        for node in self.nodes():
            self._by_kind.setdefault(node.kind, []).append(node)
        #: References that lead back to themselves: nothing can follow them.
        self.circular: list[Node] = [node for node in self.references() if self._is_circular(node)]
        #: References to something that cannot stand in their place.
        self.misdirected = [node for node in self.references() if self._is_misdirected(node)]
        self.whole = whole and not self.circular and not self.misdirected

    def _add(self, root: Node) -> None:
        self.roots.append(root)
        found = list(structure().walk(root.value, root.pointer, root.kind))
        self._nodes.update({node.pointer: node for node in found})
        for node in found:
            target = self.target(node)
            if target.startswith(f"/{BUNDLED}/") and target not in self._nodes:
                self._add(Node(node.kind, target, self.at(target)))

    def mistake(self, pointer: str, problem: str, advice: str) -> Mistake:
        """A mistake in the contract. In another file of the contract, the pointer is one of that file."""
        mistake = self.document.mistake(pointer, problem, advice)
        return replace(mistake, pointer=shown(pointer))

    def nodes(self) -> Iterator[Node]:
        """Every object that is not a reference to another one, in the order of the document.

        What events share with requests is left out: it is looked at where it stands.
        """
        own = (node for node in self._nodes.values() if not node.pointer.startswith(SHARED))
        return (node for node in own if node.kind == "schema" or not node.is_reference)

    def of(self, kind: str) -> list[Node]:
        """Those of one kind."""
        return self._by_kind.get(kind, [])

    def references(self) -> Iterator[Node]:
        """Every object that is a reference; a schema may be more besides."""
        return (node for node in self._nodes.values() if node.is_reference)

    def node(self, pointer: str) -> Node | None:
        """The object at the pointer."""
        return self._nodes.get(pointer)

    def at(self, pointer: str) -> Any:
        """What stands at the pointer; `None` where nothing does. Other names than pointers name nothing."""
        try:
            return pointers.resolve(self.data, pointer) if pointer.removeprefix("#")[:1] in ("", "/") else None
        except KeyError:
            return None

    def meant(self, schema: Any) -> Any:
        """The schema behind references; `None` where there is none."""
        while isinstance(schema, dict) and "$ref" in schema:
            schema = None if self.circular else self.at(str(schema["$ref"]))
        return schema

    @staticmethod
    def target(node: Node) -> str:
        """The pointer that a reference names; empty for anything else."""
        return str(node.value["$ref"]).removeprefix("#") if node.is_reference else ""

    def resolve(self, node: Node) -> Node | None:
        """What a reference means in the end; `None` where it means nothing."""
        seen: set[str] = set()
        while node.is_reference:
            found = self._nodes.get(self.target(node))
            if found is None or found.pointer in seen:
                return None
            seen.add(found.pointer)
            node = found
        return node

    def _is_circular(self, node: Node) -> bool:
        seen: set[str] = set()
        at: Node | None = node
        while at and at.is_reference and at.pointer not in seen:
            seen.add(at.pointer)
            at = self._nodes.get(self.target(at))
        return bool(at and at.is_reference)

    def _is_misdirected(self, node: Node) -> bool:
        found = self._nodes.get(self.target(node))
        return self.at(self.target(node)) is not None and (found is None or found.kind != node.kind)

    def resolved(self, kind: str, pointer: str) -> Node | None:
        """What the object of that kind at the pointer means in the end."""
        node = self._nodes.get(pointer)
        return self.resolve(node) if node and node.kind == kind else None

    def below(self, node: Node, key: str) -> Iterator[tuple[str, Node]]:
        """(name, what it means) of each object in the map or list that stands at a key of the object."""
        held = node.get(key)
        names: Any = held if isinstance(held, dict) else range(len(held)) if isinstance(held, list) else ()
        for name in names:
            found = self._nodes.get(f"{node.pointer}/{key}" + pointers.join(name))
            meant = self.resolve(found) if found else None
            if meant:
                yield str(name), meant

    def validator(self, pointer: str) -> SchemaValidator | None:
        """The validator of the schema at the pointer, compiled once; `None` where it is no schema."""
        node = None if self.circular else self._nodes.get(pointer)
        meant = self.resolve(node) if node and set(node.fields) == {"$ref"} else node
        if meant is None:
            return None
        if meant.pointer not in self._validators:
            self._validators[meant.pointer] = self._compiled(meant.pointer)
        return self._validators[meant.pointer]

    def _compiled(self, pointer: str) -> SchemaValidator | None:
        try:
            return self._schemas.at(pointer)
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError):
            return None

    @property
    def collections(self) -> Mapping[str, list[dict[str, Any]]]:
        """The world's records by collection; what is not formed as records is left out."""
        return self._collections

    @property
    def framing(self) -> Node:
        """What the contract says of answers outside of any operation."""
        return self._nodes.get("/x-framing", Node("framing", "/x-framing", {}))


def _collections(world: Any) -> dict[str, list[dict[str, Any]]]:
    collections = world.get("collections") if isinstance(world, dict) else None
    if not isinstance(collections, dict):
        return {}
    lists = {name: records for name, records in collections.items() if isinstance(records, list)}
    return {name: [record for record in records if isinstance(record, dict)] for name, records in lists.items()}
