"""The npm packages of the tests are pinned, name no host, and are not done without in silence."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.clients import packages

TESTS = packages.FOLDER.parent
FOLDERS = [path.parent for at in ("*", "benchmarks/*") for path in sorted(TESTS.glob(f"{at}/package.json"))]
each_folder = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def locked(folder: Path) -> dict[str, Any]:
    packages_by_place: dict[str, Any] = json.loads(packages.lockfile(folder).read_text("utf-8"))["packages"]
    return packages_by_place


def test_the_folders_are_found() -> None:
    assert packages.FOLDER in FOLDERS


@each_folder
def test_every_package_is_pinned_with_its_digest(folder: Path) -> None:
    loose = [name for name, entry in locked(folder).items() if name and not entry["integrity"].startswith("sha512-")]
    assert loose == []


@each_folder
def test_what_the_tests_use_is_named_at_one_version(folder: Path) -> None:
    manifest = json.loads((folder / "package.json").read_text("utf-8"))
    versions = {name: text.rpartition("@")[2] for name, text in manifest["dependencies"].items()}
    assert versions == {name: locked(folder)[f"node_modules/{name}"]["version"] for name in versions}


@each_folder
def test_the_lockfile_names_no_host(folder: Path) -> None:
    """`npm run lock` makes it anew; `npm install` alone would add addresses."""
    found = re.findall(r'"resolved"|"\w+://[^"]*', packages.lockfile(folder).read_text("utf-8"))
    assert found == []


def test_packages_of_another_lockfile_are_not_fresh(tmp_path: Path) -> None:
    (tmp_path / "node_modules").mkdir()
    packages.lockfile(tmp_path).write_text("{}")
    assert not packages.is_fresh(tmp_path)
    packages.stamp(tmp_path)
    assert packages.is_fresh(tmp_path)
    packages.lockfile(tmp_path).write_text('{"packages": {}}')
    assert not packages.is_fresh(tmp_path)


@pytest.mark.parametrize(("setting", "outcome"), [("", pytest.skip.Exception), ("1", pytest.fail.Exception)])
def test_without_node_the_tests_are_skipped_but_fail_where_ci_is_set(
    monkeypatch: pytest.MonkeyPatch, setting: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI", setting)
    with pytest.raises(outcome, match="No node and no npm on PATH"):
        packages.node_for_tests()
