"""Spectral, a public linter of OpenAPI and AsyncAPI documents, with the rules of spectral.yaml."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
_PROGRAM = FOLDER / "node_modules/@stoplight/spectral-cli/dist/index.js"
_RULES = FOLDER / "spectral.yaml"
#: Seconds; all contracts together take a few.
_PATIENCE = 300.0
#: Exit statuses after a run to the end: nothing above a warning, and some errors.
_DONE = {0, 1}


@dataclass(frozen=True, slots=True)
class Complaint:
    """What Spectral says of one place; its severity, hint or error, does not matter here."""

    document: Path
    line: int
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.document.parent.name}/{self.document.name}:{self.line}: {self.rule}: {self.text}"


def lint(node: str, documents: Iterable[Path]) -> list[Complaint]:
    """What is to be said of `documents`, in one run. Raises `RuntimeError` where Spectral does not do its work."""
    options = ["--quiet", "--format=json", f"--ruleset={_RULES}", "--fail-on-unmatched-globs"]
    run = subprocess.run(
        [node, str(_PROGRAM), "lint", *options, *(path.as_posix() for path in documents)],
        cwd=FOLDER,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=_PATIENCE,
        check=False,
    )
    if run.returncode not in _DONE:
        raise RuntimeError(f"Spectral exits {run.returncode}: {run.stderr.strip()}")
    return [_complaint(each) for each in json.loads(run.stdout)]


def _complaint(found: dict[str, Any]) -> Complaint:
    line = found["range"]["start"]["line"] + 1
    return Complaint(Path(found["source"]), line, found["code"], found["message"])
