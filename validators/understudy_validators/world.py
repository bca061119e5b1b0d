"""`world.yaml`: what a fresh mock holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from understudy_validators import documents
from understudy_validators.documents import Document
from understudy_validators.errors import ContractError
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
    wrong = [name for name, records in collections.items() if not _is_records(records)]
    if wrong:
        advice = "A collection is a list of objects, or []."
        problem = "is not a list of records"
        raise ContractError([document.mistake(f"/collections/{name}", problem, advice) for name in wrong])
    world = World({name: Collection(records) for name, records in collections.items()})
    return WorldFile(document, world, str(document.data.get("now", "")))


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(record, dict) for record in value)
