"""`world.yaml`: what a fresh mock holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from understudy_validators import documents
from understudy_validators.documents import Document
from understudy_validators.errors import ContractError, Mistake
from understudy_validators.records import Collection, World


@dataclass(frozen=True, slots=True)
class WorldFile:
    """A world as written: its document, and the collections as a `World` that is only ever copied."""

    document: Document
    world: World
    now: str

    @property
    def collections(self) -> dict[str, list[dict[str, Any]]]:
        """The records of each collection, as written."""
        found: dict[str, list[dict[str, Any]]] = self.document.data["collections"]
        return found


def load_world(path: Path) -> WorldFile:
    """Reads `world.yaml`. Raises `ContractError` where it isn't collections of records."""
    document = documents.load(path)
    collections = document.data.get("collections") if isinstance(document.data, dict) else None
    if not isinstance(collections, dict):
        raise ContractError([document.mistake("", "has no collections", "Write `collections:` with lists of records.")])
    mistake = _unbounded(document, collections)
    if mistake:
        raise ContractError([mistake])
    wrong = [name for name, records in collections.items() if not _is_records(records)]
    if wrong:
        advice = "A collection is a list of objects, or []."
        problem = "is not a list of records"
        raise ContractError([document.mistake(f"/collections/{name}", problem, advice) for name in wrong])
    return WorldFile(document, world_of(document), str(document.data.get("now", "")))


def world_of(document: Document) -> World:
    """The world that a document describes, whose form is known to be good."""
    collections = {name: Collection(records) for name, records in document.data["collections"].items()}
    return World(collections, document.data.get("bounded", ()), document.data.get("dependents"))


def _unbounded(document: Document, collections: dict[str, Any]) -> Mistake | None:
    """What is wrong with `bounded` and `dependents`, if anything is."""
    bounded, dependents = document.data.get("bounded", []), document.data.get("dependents", {})
    if not isinstance(bounded, list) or not all(name in collections for name in bounded):
        return document.mistake("/bounded", "is no list of collections", "Write `bounded: [messages]`.")
    if not isinstance(dependents, dict):
        return document.mistake("/dependents", "names no collections", _DEPENDENTS)
    for name, others in dependents.items():
        if name not in collections or not isinstance(others, dict) or not others.keys() <= collections.keys():
            return document.mistake(f"/dependents/{name}", "names a collection that is not there", _DEPENDENTS)
        if not all(isinstance(f, dict) and f and all(isinstance(t, str) for t in f.values()) for f in others.values()):
            return document.mistake(f"/dependents/{name}", "names no fields", _DEPENDENTS)
    return None


_DEPENDENTS = "Write `dependents: {messages: {reactions: {messageId: id}}}`: a reaction goes with its message."


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(record, dict) for record in value)
