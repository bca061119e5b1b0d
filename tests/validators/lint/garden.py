"""The garden: a small contract without mistakes, and ways to make some in it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

GARDEN = Path(__file__).with_name("garden")


def planted(folder: Path, case: Mapping[str, object]) -> Path:
    """A copy of the garden in the folder, changed as a case says (tests/validators/lint/test_cases.py has its keys)."""
    garden = folder / "garden"
    shutil.copytree(GARDEN, garden)
    for name in ("openapi", "asyncapi", "world"):
        edit(garden / f"{name}.yaml", case.get(name, ()))  # type: ignore[arg-type]
    for name, text in case.get("files", {}).items():  # type: ignore[attr-defined]
        (garden / name).parent.mkdir(exist_ok=True)
        (garden / name).write_text(text, "utf-8")
    for name in case.get("without", ()):  # type: ignore[attr-defined]
        (garden / name).unlink()
    return garden


def edit(path: Path, changes: Sequence[Mapping[str, str]]) -> None:
    """Replaces each `old` text, which stands once in the file, with the `new` one."""
    text = path.read_text("utf-8")
    for change in changes:
        assert text.count(change["old"]) == 1, change
        text = text.replace(change["old"], change["new"])
    path.write_text(text, "utf-8")
