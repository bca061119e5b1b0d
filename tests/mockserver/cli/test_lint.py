"""`understudy lint` as its users call it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import understudy_specs
from tests.mockserver.cli.run import understudy

GARDEN = Path(__file__).parents[2] / "validators" / "lint" / "garden"


@pytest.fixture
def wild(tmp_path: Path) -> Path:
    """A folder with a contract that has a mistake in each file."""
    folder = tmp_path / "wild_garden"
    shutil.copytree(GARDEN, folder)
    for name, old, new in (("openapi", "where: {id: query.bed}", "wher: {id: query.bed}"), ("world", "[id]", "[uid]")):
        path = folder / f"{name}.yaml"
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    return folder


def test_a_contract_without_mistakes_passes() -> None:
    run = understudy("lint", str(GARDEN))
    assert (run.returncode, run.stdout, run.stderr) == (0, "No mistakes in garden.\n", "")


def test_without_a_path_every_shipped_contract_is_checked() -> None:
    run = understudy("lint")
    assert run.stdout == f"No mistakes in {', '.join(understudy_specs.folders())}.\n"
    assert run.returncode == 0


def test_every_mistake_of_every_contract_is_printed_and_fails(wild: Path) -> None:
    """Files are named from where the command runs."""
    run = understudy("lint", "wild_garden", str(GARDEN), cwd=wild.parent)
    first, second, summary = run.stdout.splitlines()
    assert first.startswith("wild_garden/openapi.yaml:87: unknown rule key 'wher' (at ")
    assert first.endswith("). Did you mean 'where'?")
    assert second.startswith("wild_garden/world.yaml:17: no record of users has a field 'uid' (at /unique/users/0).")
    assert summary == "2 mistakes: wild-garden (2)."
    assert run.returncode == 2


def test_files_elsewhere_have_their_whole_path(wild: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    run = understudy("lint", str(wild), cwd=tmp_path_factory.mktemp("elsewhere"))
    assert run.stdout.startswith(f"{wild.resolve()}/openapi.yaml:87: ")


@pytest.mark.parametrize("options", [("--json",), ("--format", "json")])
def test_json_is_a_list_of_mistakes(wild: Path, options: tuple[str, ...]) -> None:
    run = understudy("lint", *options, "wild_garden", cwd=wild.parent)
    mistakes = json.loads(run.stdout)
    assert [(m["contract"], m["file"], m["line"]) for m in mistakes] == [
        ("wild-garden", "wild_garden/openapi.yaml", 87),
        ("wild-garden", "wild_garden/world.yaml", 17),
    ]
    assert {key for mistake in mistakes for key in mistake} == {
        "contract",
        "file",
        "line",
        "pointer",
        "problem",
        "advice",
    }
    assert run.returncode == 2


def test_json_of_no_mistakes_is_an_empty_list() -> None:
    run = understudy("lint", "--json", str(GARDEN))
    assert (run.returncode, json.loads(run.stdout)) == (0, [])


def test_github_shows_annotations(wild: Path) -> None:
    run = understudy("lint", "--format", "github", "wild_garden", cwd=wild.parent)
    lines = run.stdout.splitlines()
    assert lines[0].startswith(
        "::error file=wild_garden/openapi.yaml,line=87,title=understudy lint::unknown rule key 'wher'"
    )
    assert run.returncode == 2


def test_a_folder_without_a_contract_is_told(tmp_path: Path) -> None:
    run = understudy("lint", str(tmp_path))
    assert "there is no openapi.yaml" in run.stdout
    assert "there is no world.yaml" in run.stdout
    assert run.returncode == 2


@pytest.mark.parametrize(
    ("path", "told"), [("nowhere", "There is no folder nowhere."), ("wild_garden/world.yaml", "is no folder.")]
)
def test_a_path_that_is_no_folder_is_misuse(wild: Path, path: str, told: str) -> None:
    run = understudy("lint", path, cwd=wild.parent)
    assert (run.returncode, run.stdout) == (2, "")
    assert told in run.stderr
    assert "Traceback" not in run.stderr


def test_an_unknown_format_is_misuse() -> None:
    assert understudy("lint", "--format", "sarif").returncode == 2
