"""Whatever stands in a contract, lint tells of it, and never stumbles."""

from __future__ import annotations

import copy
import json
import tempfile
from pathlib import Path
from typing import Any

import hypothesis
import hypothesis.strategies as st

from tests.validators.lint.garden import GARDEN
from understudy_validators import compile_folder, documents, pointers
from understudy_validators.catalogue import catalogue
from understudy_validators.lint import lint_folder

FILES = {path.name: documents.load(path) for path in sorted(GARDEN.glob("*.yaml"))}
PLACES = [(name, pointer) for name, document in FILES.items() for pointer in document.lines if pointer]
NOTHING = object()
JUNK: list[Any] = [
    NOTHING,
    None,
    True,
    -1,
    "",
    "x",
    [],
    [None],
    ["x"],
    [[]],
    {},
    {"x": 1},
    {"$ref": 5},
    {"$ref": "#/nowhere"},
]


@hypothesis.settings(max_examples=100, deadline=None, derandomize=True)
@hypothesis.given(st.sampled_from(PLACES), st.sampled_from(JUNK))
def test_junk_in_any_place_is_told_or_does_no_harm(place: tuple[str, str], junk: Any) -> None:
    """What lint lets through can be compiled, and its error catalogue built."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, data in with_junk(place, junk).items():
            (folder / file).write_text(json.dumps(data), "utf-8")
        if not lint_folder(folder):
            catalogue(compile_folder(folder))


def with_junk(place: tuple[str, str], junk: Any) -> dict[str, Any]:
    """The garden's files with junk in one place; JSON is YAML too."""
    file, pointer = place
    files = {name: copy.deepcopy(document.data) for name, document in FILES.items()}
    *around, last = pointers.split(pointer)
    held = pointers.follow(files[file], around)
    key = int(last) if isinstance(held, list) else last
    if junk is NOTHING:
        del held[key]
    else:
        held[key] = junk
    return files
