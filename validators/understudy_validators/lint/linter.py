"""Linting: every mistake in a contract, with its place and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

from understudy_validators import documents
from understudy_validators.documents import Document
from understudy_validators.errors import ContractError, Mistake
from understudy_validators.lint import checks
from understudy_validators.lint.events import event_sites
from understudy_validators.lint.sites import sites
from understudy_validators.lint.structure import DOCUMENT, EVENTS
from understudy_validators.lint.survey import SHARED, Survey, shown, written
from understudy_validators.lint.triggers import Stage

OPENAPI, ASYNCAPI, WORLD = "openapi.yaml", "asyncapi.yaml", "world.yaml"


def lint_folder(folder: Path) -> list[Mistake]:
    """Every mistake in the contract in the folder, in the order of its files; none at all: an empty list.

    A contract without mistakes can be compiled. `Mistake.file` is a name inside of the folder.
    """
    found: set[Mistake] = set()
    world = _read(folder / WORLD, found)
    events = _survey(folder / ASYNCAPI, world, found, EVENTS) if (folder / ASYNCAPI).is_file() else None
    contract = _survey(folder / OPENAPI, world, found, DOCUMENT, _used(events))
    surveys = [survey for survey in (contract, events) if survey]
    stage = Stage(sites(contract) if contract else (), event_sites(events) if events else ())
    of_documents = (check for survey in surveys for check in checks.of(survey, stage))
    _apply(chain(of_documents, checks.of_world(contract, world) if contract and world else ()), found)
    return sorted(found)


def _survey(
    path: Path, world: Document | None, found: set[Mistake], kind: str, used: frozenset[str] = frozenset()
) -> Survey | None:
    """What the document holds. With a wrong `$ref` that is what the file itself holds, and not the whole."""
    if not path.is_file():
        _read(path, found)
        return None
    try:
        return Survey(documents.bundle(path), world, whole=True, kind=kind, used=used)
    except ContractError as error:
        # What events share with requests is told of where it stands.
        found.update(_own(mistake) for mistake in error.mistakes if not mistake.pointer.startswith(SHARED))
    document = _read(path, found)
    return Survey(document, world, whole=False, kind=kind, used=used) if document else None


def _own(mistake: Mistake) -> Mistake:
    """A mistake of the loader, with pointers and references as they stand in the file."""
    return replace(mistake, pointer=shown(mistake.pointer), problem=written(mistake.problem))


def _read(path: Path, found: set[Mistake]) -> Document | None:
    if not path.is_file():
        advice = f"A contract's folder holds {OPENAPI} and {WORLD}: add it."
        found.add(Mistake(file=path.name, line=1, pointer="", problem=f"there is no {path.name}", advice=advice))
        return None
    try:
        return documents.load(path)
    except ContractError as error:
        found.update(error.mistakes)
        return None


def _used(events: Survey | None) -> frozenset[str]:
    """Pointers to what the events use of openapi.yaml."""
    targets = [events.target(node) for node in events.references()] if events else []
    return frozenset(target.removeprefix(SHARED) for target in targets if target.startswith(SHARED))


def _apply(found_by: Iterable[Callable[[], Iterator[Mistake]]], found: set[Mistake]) -> None:
    """Applies checks. One that stumbles does so over the form of something, of which another one tells."""
    stumbles: list[Exception] = []
    for check in found_by:
        try:
            found.update(check())
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as stumble:
            stumbles.append(stumble)
    if stumbles and not found:
        raise stumbles[0]
