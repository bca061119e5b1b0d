"""Linting: every mistake in a contract, with its place and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from understudy_validators import documents
from understudy_validators.documents import Document
from understudy_validators.errors import ContractError, Mistake
from understudy_validators.lint import checks
from understudy_validators.lint.survey import Survey

OPENAPI, WORLD = "openapi.yaml", "world.yaml"


def lint_folder(folder: Path) -> list[Mistake]:
    """Every mistake in the contract in the folder, in the order of its files; none at all: an empty list.

    A contract without mistakes can be compiled. `Mistake.file` is a name inside of the folder.
    """
    found: set[Mistake] = set()
    document, whole = _load(folder / OPENAPI, found)
    world = _read(folder / WORLD, found)
    if document is not None:
        _judge(Survey(document, world, whole=whole), found)
    return sorted(found)


def _load(path: Path, found: set[Mistake]) -> tuple[Document | None, bool]:
    """The document, and whether it is all there: with a wrong `$ref` it is what the file itself holds."""
    if not path.is_file():
        return _read(path, found), False
    try:
        return documents.bundle(path), True
    except ContractError as error:
        found.update(_once(error.mistakes))
    try:
        return documents.load(path), False
    except ContractError:
        return None, False


def _once(mistakes: Sequence[Mistake]) -> Iterator[Mistake]:
    """A `$ref` that leaves the folder leads nowhere besides: the loader says both, and the former is enough."""
    last = {mistake.pointer: mistake for mistake in mistakes if mistake.problem.startswith("$ref")}
    return (each for each in mistakes if last.get(each.pointer, each) is each)


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


def _judge(survey: Survey, found: set[Mistake]) -> None:
    """Applies every check. One that stumbles does so over the form of something, of which another one tells."""
    stumbles: list[Exception] = []
    for check in checks.of(survey):
        try:
            found.update(check())
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as stumble:
            stumbles.append(stumble)
    if stumbles and not found:
        raise stumbles[0]
