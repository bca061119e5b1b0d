"""The npm packages of this folder: installed once, at the versions of the lockfile."""

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
LOCKFILE = FOLDER / "package-lock.json"
#: Says which lockfile the installed packages are of; written last, so that half an installation has none.
STAMP = FOLDER / "node_modules" / ".lockfile"
#: Seconds; only a registry that does not answer takes as long.
_PATIENCE = 300.0


class UnavailableError(Exception):
    """The packages cannot be had on this machine; the text says why."""


def node_for_tests() -> str:
    """Where `node` is. Where it cannot be had, the test is skipped; where CI is set, it fails."""
    try:
        return node()
    except UnavailableError as error:
        if os.environ.get("CI"):
            pytest.fail(f"CI is set, where the tests with real clients must run. {error}", pytrace=False)
        pytest.skip(str(error))


def node() -> str:
    """Where `node` is, with the packages installed. Raises `UnavailableError`."""
    found = {name: shutil.which(name) for name in ("node", "npm")}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        raise UnavailableError(f"No {' and no '.join(missing)} on PATH; `apt-get install nodejs npm` brings both.")
    with _alone():
        if not is_fresh():
            _install(str(found["npm"]))
    return str(found["node"])


def is_fresh() -> bool:
    """Whether what is installed is what the lockfile says."""
    return STAMP.is_file() and STAMP.read_text() == _digest()


def stamp() -> None:
    """Notes that what is installed is what the lockfile says."""
    STAMP.write_text(_digest())


def _digest() -> str:
    return hashlib.sha256(LOCKFILE.read_bytes()).hexdigest()


def _install(npm: str) -> None:
    command = [npm, "ci", "--no-audit", "--no-fund", "--prefer-offline"]
    try:
        run = subprocess.run(
            command,
            cwd=FOLDER,
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
    stamp()


@contextmanager
def _alone() -> Iterator[None]:
    """Lets one process at a time through: test workers share the folder."""
    with LOCKFILE.open("rb") as lockfile:
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(lockfile, fcntl.LOCK_EX)
        yield
