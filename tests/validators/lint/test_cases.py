"""The cases of tests/cases/lint: one mistake each in the garden, and all that lint says of it.

`openapi`, `asyncapi` and `world` are lists of changes to the files: each `old` text stands once and becomes the `new`
one. `files` are whole files, `without` names files that are taken away. `mistakes` are what is printed, with file,
line, pointer and advice.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.validators.lint.garden import GARDEN, planted
from understudy_validators import compile_folder
from understudy_validators.lint import lint_folder

FILES = sorted((Path(__file__).parents[2] / "cases" / "lint").glob("*.yaml"))
CASES = [(path.stem, case) for path in FILES for case in yaml.safe_load(path.read_text("utf-8"))]


def test_the_garden_is_without_mistakes() -> None:
    """Else no case would show what it says; and what lint lets through can be compiled."""
    assert lint_folder(GARDEN) == []
    assert compile_folder(GARDEN).name == "garden"


@pytest.mark.parametrize(("_", "case"), CASES, ids=[f"{name}: {case['case']}" for name, case in CASES])
def test_each_mistake_is_told_with_file_line_and_advice(_: str, case: dict[str, Any], tmp_path: Path) -> None:
    assert [str(mistake) for mistake in lint_folder(planted(tmp_path, case))] == case["mistakes"]


@pytest.mark.parametrize(("_", "case"), CASES, ids=[f"{name}: {case['case']}" for name, case in CASES])
def test_cases_have_known_keys_alone(_: str, case: dict[str, Any]) -> None:
    assert set(case) <= {"case", "openapi", "asyncapi", "world", "files", "without", "mistakes"}
    assert case["mistakes"], "a case makes a mistake"


@pytest.mark.parametrize(
    ("words", "past"),
    [
        ("query: {bed: b9}", "/query/bed/maxLength"),
        ("path: {bedId: b9}", "/path/bedId/pattern"),
        ("past: /body/text/maxLength", "/headers/x-pin/type"),
        ("past: /body/text/maxLength", "/body/tags/maxItems"),
    ],
)
def test_a_step_may_break_any_constraint_of_its_request(words: str, past: str, tmp_path: Path) -> None:
    case = {"openapi": [{"old": words, "new": f"past: {past}"}]}
    assert lint_folder(planted(tmp_path, case)) == []


def test_an_alias_that_multiplies_is_told_before_it_does(tmp_path: Path) -> None:
    """A billion laughs: ten lines that unfold to a thousand million."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    garden = planted(tmp_path, {"files": {"openapi.yaml": "\n".join(lines)}})
    assert [(m.file, m.problem) for m in lint_folder(garden)] == [("openapi.yaml", "the document unfolds to too much")]


def test_an_alias_that_contains_itself_is_told(tmp_path: Path) -> None:
    garden = planted(tmp_path, {"files": {"openapi.yaml": "info: &info {title: *info}"}})
    assert [(m.file, m.line, m.problem) for m in lint_folder(garden)] == [
        ("openapi.yaml", 1, "the document unfolds to too much")
    ]


def test_mistakes_of_all_kinds_are_told_together(tmp_path: Path) -> None:
    """Nothing hides behind the first mistake."""
    wanted = (
        "an operation without a source",
        "a format that nobody knows",
        "an end that is no time",
        "two examples of one name",
    )
    cases = [case for _, case in CASES if case["case"] in wanted]
    together: dict[str, Any] = {
        key: [c for case in cases for c in case.get(key, ())] for key in ("openapi", "asyncapi", "world")
    }
    problems = {mistake.problem for mistake in lint_folder(planted(tmp_path, together))}
    assert problems == {
        "findNotes has no x-source",
        "the format 'datetime' is not known",
        "the message has two examples 'some'",
        "'yesterday' is no time, and a check reads it as one",
    }
