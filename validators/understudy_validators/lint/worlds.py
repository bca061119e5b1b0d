"""Checking a world by itself: one that a team wrote for a contract that is in order."""

from __future__ import annotations

from pathlib import Path

from understudy_validators import documents
from understudy_validators.documents import Document
from understudy_validators.errors import Mistake
from understudy_validators.lint import checks
from understudy_validators.lint.survey import Survey


def lint_world(folder: Path, world: Document) -> list[Mistake]:
    """Every mistake in a world, for the contract in the folder."""
    survey = Survey(documents.bundle(folder / "openapi.yaml"), world, whole=True)
    return sorted({mistake for check in checks.of_world(survey, world) for mistake in check()})
