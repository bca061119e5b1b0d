"""Scripts of this folder, run by node: they take commands and print what they have to say, as lines of JSON."""

from __future__ import annotations

import json
import os
import subprocess
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

from tests.clients.packages import FOLDER

Event = tuple[str, list[Any]]
#: Seconds that a line may take; only a broken server or client takes as long.
PATIENCE = 20.0
# These would send traffic elsewhere, or change what node is.
_NOT_FOR_NODE = ("_proxy", "node_options")


class Script:
    """A running script."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self._process = process
        self._log = log
        self._lines: Queue[str] = Queue()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def tell(self, command: str, **facts: Any) -> None:
        """Gives it a command."""
        assert self._process.stdin
        self._process.stdin.write(f"{json.dumps({'do': command, **facts})}\n")
        self._process.stdin.flush()

    def next(self) -> dict[str, Any]:
        """The next line. Raises `AssertionError` if none comes, with what the script complained of."""
        try:
            text = self._lines.get(timeout=PATIENCE)
        except Empty:
            text = ""
        assert text, f"The script says nothing more. {self._log.read_text()}"
        line: dict[str, Any] = json.loads(text)
        return line

    def stop(self) -> None:
        """Ends it, and what it is connected to.

        Raises `AssertionError` if it failed, or wanted to leave the machine.
        """
        assert self._process.stdin
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(PATIENCE)
        finally:
            self._process.kill()
            self._process.wait()
            self._reader.join(PATIENCE)
        assert self._process.returncode == 0, self._log.read_text()

    def _read(self) -> None:
        assert self._process.stdout
        with self._process.stdout as lines:
            for line in lines:
                self._lines.put(line)
        self._lines.put("")


def node_command(node: str) -> list[str]:
    """How scripts are run: so that they reach this machine only."""
    return [node, "--require", str(FOLDER / "here.cjs")]


@contextmanager
def running(node: str, name: str, folder: Path) -> Iterator[Script]:
    """Runs a script until the block ends; its stderr goes to a file in `folder`."""
    log = folder / f"{name}.log"
    environment = {key: value for key, value in os.environ.items() if not key.lower().endswith(_NOT_FOR_NODE)}
    with log.open("ab") as stderr:
        process = subprocess.Popen(
            [*node_command(node), str(FOLDER / name)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            encoding="utf-8",
        )
    script = Script(process, log)
    try:
        yield script
    finally:
        script.stop()


class Sockets:
    """Clients of Socket.IO in one process of node, each with its name."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self._count = 0
        self._events: dict[str, deque[Event]] = defaultdict(deque)

    def open(self, client: str, url: str, options: Mapping[str, Any], events: tuple[str, ...]) -> Socket:
        """Connects, and listens to these events and to the client's own."""
        self._count += 1
        socket = Socket(self, f"{client} {self._count}")
        socket.tell("open", client=client, url=url, options=options, events=events)
        return socket

    def close(self) -> None:
        """Closes all sockets."""
        self.script.tell("close")

    def next(self, socket: str) -> Event:
        """What the socket hands to the app next. Raises `AssertionError` if nothing comes, or a client throws."""
        while not self._events[socket]:
            line = self.script.next()
            assert line["socket"], line["args"]
            self._events[line["socket"]].append((line["event"], line["args"]))
        return self._events[socket].popleft()


class Socket:
    """One client's socket."""

    def __init__(self, sockets: Sockets, name: str) -> None:
        self._sockets = sockets
        self._name = name

    def tell(self, command: str, **facts: Any) -> None:
        """Has the script do something with the socket."""
        self._sockets.script.tell(command, socket=self._name, **facts)

    def next(self) -> Event:
        """The next event that the client hands to the app."""
        return self._sockets.next(self._name)

    def emit(self, event: str, *args: Any) -> None:
        self.tell("emit", event=event, args=args)

    def heard(self, count: int = 0) -> list[Event]:
        """So many events, and any more that the server sent before it had acknowledged two events of our own."""
        events = [self.next() for _ in range(count)]
        self.tell("fence")
        return [*events, *self.until("fence")]

    def until(self, name: str) -> list[Event]:
        """All events before the next one of this name."""
        events = []
        while (event := self.next())[0] != name:
            events.append(event)
        return events

    def transport(self) -> str:
        """Waits until the client is on a websocket."""
        self.tell("transport")
        name, [transport] = self.next()
        assert name == "transport"
        return str(transport)
