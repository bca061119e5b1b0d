"""The programs that the comparison needs: what npm brings is installed, what the system has to bring is looked for."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import click

from tests.clients import packages

FOLDER = Path(__file__).resolve().parent
_MODULES = FOLDER / "node_modules"
_JAVA = "It runs WireMock and Specmatic; `--server` names others."
# What to install for each program, and what it is for.
_NEEDED = {
    "wrk": "`apt-get install wrk` brings it. It makes the load.",
    "java": f"`apt-get install default-jre-headless` brings it. {_JAVA}",
}


@dataclass(frozen=True, slots=True)
class Tools:
    """Paths of programs. `java` is empty where no server needs it."""

    wrk: str
    node: str
    java: str

    def module(self, path: str) -> str:
        """A file of the installed npm packages. Raises `LookupError` if there is not exactly one of that pattern."""
        [found] = _MODULES.glob(path)
        return str(found)

    def versions(self) -> dict[str, str]:
        """The versions of the peers, and of the programs."""
        manifest = json.loads((FOLDER / "package.json").read_text("utf-8"))
        programs = {"node": _said(self.node, "--version"), "wrk": _said(self.wrk, "--version")}
        if self.java:
            programs["java"] = _said(self.java, "-version")
        return {**manifest["dependencies"], **programs}


def find(*, java: bool) -> Tools:
    """Installs the npm packages at the versions of the lockfile, once, and finds the programs.

    Raises `click.ClickException`, which says what is missing and what brings it.
    """
    wrk, java_path = _path("wrk"), _path("java") if java else ""
    try:
        node = packages.node(FOLDER)
    except packages.UnavailableError as error:
        raise click.ClickException(str(error)) from None
    pinned = next(_MODULES.glob("node-*/bin/node"), None)
    return Tools(wrk, str(pinned or node), java_path)


def _path(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise click.ClickException(f"No {name} on PATH. {_NEEDED[name]}")
    return found


def _said(*command: str) -> str:
    """The first version number in what a program says of itself; wrk exits 1 after that."""
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"\d+(\.\d+)+", run.stdout + run.stderr)
    return found[0] if found else "unknown"
