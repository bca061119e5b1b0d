"""A deferred package is what it is, later."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = {
    "__init__.py": "from late.sub import NAME\nprint('ran')\nown = [NAME]\n",
    "sub.py": "NAME = 'name'\n",
}
DEFERRED = (
    "import sys\nfrom understudy_mockserver.deferred import defer\ndefer('late')\nimport late\nprint('deferred')\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a package `late`, which prints `ran` when its `__init__` runs."""
    (tmp_path / "late").mkdir()
    for name, text in PACKAGE.items():
        (tmp_path / "late" / name).write_text(text, "utf-8")
    return tmp_path


def run(folder: Path, code: str) -> list[str]:
    """What the code prints, line by line."""
    code = f"import sys; sys.path.insert(0, {str(folder)!r})\n{code}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_its_code_does_not_run_at_once(folder: Path) -> None:
    assert run(folder, DEFERRED) == ["deferred"]


@pytest.mark.parametrize("use", ["print(late.own)", "from late import own; print(own)"])
def test_its_code_runs_once_when_a_name_of_it_is_needed(folder: Path, use: str) -> None:
    assert run(folder, f"{DEFERRED}{use}\nprint(late.own)") == ["deferred", "ran", "['name']", "['name']"]


def test_its_modules_are_imported_without_it(folder: Path) -> None:
    assert run(folder, f"{DEFERRED}from late.sub import NAME\nfrom late import sub\nprint(NAME, sub.NAME)") == [
        *("deferred", "name", "name")
    ]


def test_what_it_does_not_have_is_missing(folder: Path) -> None:
    code = f"{DEFERRED}try: late.nothing\nexcept AttributeError as error: print('missing')"
    assert run(folder, code) == ["deferred", "ran", "missing"]


def test_what_is_imported_already_stays(folder: Path) -> None:
    assert run(folder, f"import late\n{DEFERRED}") == ["ran", "deferred"]


def test_what_is_not_there_is_left_alone(folder: Path) -> None:
    assert run(folder, f"{DEFERRED}defer('no_such_package')\nprint('no_such_package' in sys.modules)") == [
        *("deferred", "False")
    ]


def test_the_server_starts_without_the_clients_that_connexion_imports() -> None:
    code = (
        "import runpy, sys\nsys.argv = ['understudy', 'serve', '--help']\n"
        "try: runpy.run_module('understudy_mockserver', run_name='__main__')\nexcept SystemExit: pass\n"
        "clients = ('httpx._client', 'requests.sessions', 'starlette.testclient')\n"
        "print([name for name in clients if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]"
