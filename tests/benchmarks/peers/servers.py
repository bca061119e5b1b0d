"""The servers that are compared: how each is started, and where it answers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import understudy_specs
from tests.benchmarks.peers import documents
from tests.benchmarks.peers.tools import FOLDER, Tools
from tests.benchmarks.processes import ROOT
from understudy_validators import Contract


@dataclass(frozen=True, slots=True)
class Site:
    """One API on its way to all servers: its contract, and a scratch folder with the files made from it."""

    contract: Contract
    folder: Path
    tools: Tools

    @property
    def name(self) -> str:
        """The contract's name."""
        return self.contract.name

    @property
    def document(self) -> str:
        """The contract's own file."""
        return str(understudy_specs.folders()[self.name] / "openapi.yaml")


# The command for a site, a port, and a file that adds to the world (for those that have one).
Command = Callable[[Site, int, Path | None], list[str]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A server. `rooted`: it answers below the contract's base path. `ours`: it answers as the contract says."""

    name: str
    command: Command
    rooted: bool = False
    ours: bool = False
    java: bool = False

    @property
    def home(self) -> Path | None:
        """The folder to start it in; `None` is the site's."""
        return ROOT if self.ours else None


def _understudy(site: Site, port: int, world: Path | None) -> list[str]:
    own = ["--world", f"{site.name}={world}"] if world else []
    return [sys.executable, "-m", "understudy_mockserver", "serve", "--port", str(port), *own]


def _plain(site: Site, port: int, world: Path | None) -> list[str]:
    own = [str(world)] if world else []
    return [sys.executable, "-m", "tests.benchmarks.plain", str(site.folder / "plain-ready.json"), str(port), *own]


def _backend(site: Site, port: int, world: Path | None) -> list[str]:
    file = "backend-crowd.json" if world else "backend.json"
    return [site.tools.node, str(FOLDER / "backend.cjs"), str(site.folder / file), str(port)]


def _prism(site: Site, port: int, _: Path | None) -> list[str]:
    program = site.tools.module("@stoplight/prism-cli/dist/index.js")
    return [site.tools.node, program, "mock", "--host", "127.0.0.1", "--port", str(port), site.document]


def _silent_prism(site: Site, port: int, world: Path | None) -> list[str]:
    return [*_prism(site, port, world), "--verboseLevel", "silent"]


def _mockoon(site: Site, port: int, _: Path | None) -> list[str]:
    program, data = site.tools.module("@mockoon/cli/bin/run.js"), str(site.folder / "mockoon.json")
    options = ["--hostname", "127.0.0.1", "--port", str(port), "--disable-log-to-file"]
    return [site.tools.node, program, "start", "--data", data, *options]


def _wiremock(site: Site, port: int, _: Path | None) -> list[str]:
    jar = site.tools.module("wiremock/build/wiremock-standalone-*.jar")
    options = ["--bind-address", "127.0.0.1", "--disable-banner", "--max-request-journal-entries", "1000"]
    return [site.tools.java, "-jar", jar, "--port", str(port), "--root-dir", str(site.folder / "wiremock"), *options]


def _specmatic(site: Site, port: int, _: Path | None) -> list[str]:
    jar = site.tools.module("specmatic/specmatic.jar")
    options = ["--host=127.0.0.1", f"--port={port}", "--noConsoleLog"]
    return [site.tools.java, "-jar", jar, "mock", *options, site.document]


KINDS = (
    Kind("understudy", _understudy, rooted=True, ours=True),
    Kind("plain", _plain, rooted=True, ours=True),
    Kind("openapi-backend", _backend, rooted=True),
    Kind("prism", _prism),
    Kind("prism, silent", _silent_prism),
    Kind("mockoon", _mockoon),
    Kind("wiremock", _wiremock, java=True),
    Kind("specmatic", _specmatic, java=True),
)


def prepare(site: Site, crowded: Contract) -> None:
    """Makes the files that the servers are given; `crowded` is the contract with the world that is measured."""
    documents.write(documents.backend(site.contract), site.folder / "backend.json")
    documents.write(documents.backend(crowded), site.folder / "backend-crowd.json")
    documents.write(documents.wiremock(site.contract), site.folder / "wiremock" / "mappings" / "all.json")
    imported = site.folder / "mockoon-import.json"
    program = site.tools.module("@mockoon/cli/bin/run.js")
    command = [site.tools.node, program, "import", "--input", site.document, "--output", str(imported)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    mockoon = documents.mockoon(site.contract, json.loads(imported.read_text("utf-8")))
    documents.write(mockoon, site.folder / "mockoon.json")
