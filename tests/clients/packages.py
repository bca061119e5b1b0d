"""The npm packages of a folder of tests: installed once, at the versions of its lockfile."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent
#: Seconds; only a registry that does not answer takes as long.
_PATIENCE = 300.0


class UnavailableError(Exception):
    """The packages cannot be had on this machine; the text says why."""


def node_for_tests(folder: Path = FOLDER) -> str:
    """Where `node` is. Where it cannot be had, the test is skipped; where CI is set, it fails."""
    try:
        return node(folder)
    except UnavailableError as error:
        if os.environ.get("CI"):
            pytest.fail(f"CI is set, where the tests of tests/{folder.name} must run. {error}", pytrace=False)
        pytest.skip(str(error))


def node(folder: Path) -> str:
    """Where `node` is, with the packages of `folder` installed. Raises `UnavailableError`."""
    found = {name: shutil.which(name) for name in ("node", "npm")}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        raise UnavailableError(f"No {' and no '.join(missing)} on PATH; `apt-get install nodejs npm` brings both.")
    with _alone(folder):
        if not is_fresh(folder):
            _install(str(found["npm"]), folder)
    return str(found["node"])


def is_fresh(folder: Path) -> bool:
    """Whether what is installed is what the lockfile says."""
    return _stamp(folder).is_file() and _stamp(folder).read_text() == _digest(folder)


def stamp(folder: Path) -> None:
    """Notes that what is installed is what the lockfile says."""
    _stamp(folder).write_text(_digest(folder))


def lockfile(folder: Path) -> Path:
    """Where the versions of the packages are."""
    return folder / "package-lock.json"


def _stamp(folder: Path) -> Path:
    """What says of which lockfile the installed packages are; written last, so that half an installation has none."""
    return folder / "node_modules" / ".lockfile"


def _digest(folder: Path) -> str:
    return hashlib.sha256(lockfile(folder).read_bytes()).hexdigest()


def _install(npm: str, folder: Path) -> None:
    command = [npm, "ci", "--no-audit", "--no-fund", "--prefer-offline"]
    try:
        run = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UnavailableError(f"`npm ci` was not done after {_PATIENCE:.0f} s.") from None
    if run.returncode:
        raise UnavailableError(f"`npm ci` exits {run.returncode}: {run.stdout.strip()}")
    stamp(folder)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Lets one process at a time through: test workers share the folder."""
    with lockfile(folder).open("rb") as file:
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield
