"""Real servers for tests: the `understudy serve` command in a process of its own, on a free port."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: How long a server may take to answer or to end; only a broken one takes as long.
PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: its root, each contract's root, its process, and the file that its stderr goes to."""

    url: str
    contracts: dict[str, str]
    process: subprocess.Popen[bytes]
    log: Path


#: The command as users start it.
START = (sys.executable, "-m", "understudy_mockserver", "serve")


@contextmanager
def serve(folder: Path, *arguments: str, start: Sequence[str] = START) -> Iterator[Served]:
    """Runs `understudy serve` with the arguments until the block ends.

    A reply that broke its contract fails the test.
    """
    ready, log = folder / "ready.json", folder / "server.log"
    command = [*start, "--port", "0", "--ready-file", str(ready)]
    with log.open("wb") as stderr:
        process = subprocess.Popen([*command, *arguments], cwd=folder, stdout=subprocess.DEVNULL, stderr=stderr)
    try:
        facts = _wait(ready, process, log)
        yield Served(facts["url"], facts["contracts"], process, log)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
    complaints = log.read_text()
    assert "breaks the contract" not in complaints, complaints
    assert "Traceback" not in complaints, complaints


def _wait(ready: Path, process: subprocess.Popen[bytes], log: Path) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE
    while not ready.exists():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, f"not ready after {PATIENCE} s: {log.read_text()}"
        time.sleep(0.01)
    facts: dict[str, Any] = json.loads(ready.read_text())
    return facts
