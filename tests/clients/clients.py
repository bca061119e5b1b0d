"""Real clients of one vendor in a process of node: calls of theirs, and what they hand to the app."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.clients.scripts import Script, running

Line = dict[str, Any]


class Clients:
    """The clients of one script, each with its name."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self._count = 0
        self._lines: dict[tuple[str, bool], deque[Line]] = defaultdict(deque)

    def add(self) -> Client:
        """One more, which the script does not know yet."""
        self._count += 1
        return Client(self, f"client {self._count}")

    def next(self, client: str, heard: bool) -> Line:
        """What the client hands to the app next: what it has heard, or how a call ended."""
        wanted = self._lines[client, heard]
        while not wanted:
            line = self.script.next()
            self._lines[line["client"], "heard" in line].append(line)
        return wanted.popleft()


class Client:
    """One client."""

    def __init__(self, clients: Clients, name: str) -> None:
        self._clients = clients
        self._name = name

    def call(self, command: str, **facts: Any) -> Any:
        """What it returns. Raises `AssertionError` if it raises something."""
        line = self._answer(command, facts)
        assert "raised" not in line, line
        return line.get("returned")

    def refused(self, command: str, **facts: Any) -> Any:
        """What it raises. Raises `AssertionError` if it returns."""
        line = self._answer(command, facts)
        assert "raised" in line, line
        return line["raised"]

    def heard(self) -> Any:
        """What it hands over next, without being asked."""
        return self._clients.next(self._name, heard=True)["heard"]

    def _answer(self, command: str, facts: dict[str, Any]) -> Line:
        self._clients.script.tell(command, client=self._name, **facts)
        return self._clients.next(self._name, heard=False)


@contextmanager
def clients(node: str, name: str, folder: Path) -> Iterator[Clients]:
    """The clients of a script, which runs until the block ends."""
    with running(node, name, folder) as script:
        yield Clients(script)
