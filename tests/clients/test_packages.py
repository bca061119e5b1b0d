"""The npm packages of this folder are pinned, name no host, and are not done without in silence."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.clients import packages

MANIFEST: dict[str, Any] = json.loads((packages.FOLDER / "package.json").read_text("utf-8"))
LOCK: dict[str, Any] = json.loads(packages.LOCKFILE.read_text("utf-8"))


def test_every_package_is_pinned_with_its_digest() -> None:
    loose = [name for name, entry in LOCK["packages"].items() if name and not entry["integrity"].startswith("sha512-")]
    assert loose == []


def test_what_the_tests_use_is_named_at_one_version() -> None:
    versions = {name: text.rpartition("@")[2] for name, text in MANIFEST["dependencies"].items()}
    assert versions == {name: LOCK["packages"][f"node_modules/{name}"]["version"] for name in versions}


def test_the_lockfile_names_no_host() -> None:
    """`npm run lock` makes it anew; `npm install` alone would add addresses."""
    found = re.findall(r'"resolved"|"\w+://[^"]*', packages.LOCKFILE.read_text("utf-8"))
    assert found == []


def test_packages_of_another_lockfile_are_not_fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lockfile, stamp = tmp_path / "package-lock.json", tmp_path / "stamp"
    lockfile.write_text("{}")
    monkeypatch.setattr(packages, "LOCKFILE", lockfile)
    monkeypatch.setattr(packages, "STAMP", stamp)
    assert not packages.is_fresh()
    packages.stamp()
    assert packages.is_fresh()
    lockfile.write_text('{"packages": {}}')
    assert not packages.is_fresh()


@pytest.mark.parametrize(("setting", "outcome"), [("", pytest.skip.Exception), ("1", pytest.fail.Exception)])
def test_without_node_the_tests_are_skipped_but_fail_where_ci_is_set(
    monkeypatch: pytest.MonkeyPatch, setting: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI", setting)
    with pytest.raises(outcome, match="No node and no npm on PATH"):
        packages.node_for_tests()
