"""The measured servers, each in a process of its own, on one core; the load runs on another."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Seconds that a server may take to start or to end.
_PATIENCE = 30.0

COMMANDS = {
    "understudy": ["understudy_mockserver", "serve", "replyke", "--port", "0", "--ready-file", "{ready}"],
    "plain": ["tests.benchmarks.plain", "{ready}"],
}


@dataclass(frozen=True, slots=True)
class Cores:
    """The numbers of the cores that servers and load are held to; `None` where nothing can be held."""

    server: int | None = None
    load: int | None = None


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it answers, and its process."""

    url: str
    pid: int

    def cpu_seconds(self) -> float | None:
        """The CPU time that its main thread, which answers every request, has had so far; `None` outside of Linux."""
        try:
            # The first number: nanoseconds on a core. Unlike /proc/PID/stat it does not count in ticks of 10 ms.
            return int(Path(f"/proc/{self.pid}/schedstat").read_text("ascii").split()[0]) / 1e9
        except OSError:
            return None


def memory(pid: int) -> int:
    """Bytes of RAM that a process has; 0 outside of Linux."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def choose_cores() -> Cores:
    """The last two cores that this process may use: the first is the busiest on many machines."""
    if sys.platform == "win32" or not hasattr(os, "sched_setaffinity"):
        return Cores()
    usable = sorted(os.sched_getaffinity(0))
    return Cores(server=usable[-2], load=usable[-1]) if len(usable) > 1 else Cores()


def pin(pid: int, core: int | None) -> None:
    """Holds a process to a core; `0` is this one."""
    if core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(pid, {core})


@contextmanager
def started(name: str, folder: Path, core: int | None) -> Iterator[Server]:
    """Runs a server of `COMMANDS` until the block ends. What it complained of goes to stderr then."""
    ready, log = folder / f"{name}.json", folder / f"{name}.log"
    command = [sys.executable, "-m", *(word.format(ready=ready) for word in COMMANDS[name])]
    with log.open("wb") as stderr:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=stderr)
    try:
        pin(process.pid, core)
        yield Server(_url(ready, process), process.pid)
    finally:
        process.terminate()
        process.wait(_PATIENCE)
        sys.stderr.write(log.read_text("utf-8", "replace"))


def _url(ready: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + _PATIENCE
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("a server did not start")
        time.sleep(0.02)
    return str(json.loads(ready.read_text("utf-8"))["url"])
