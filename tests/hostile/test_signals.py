"""Ending, with all kinds of clients still there; and starting where that would be careless."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.attack import ALICE, HELLO, MESSAGES, Target, request
from tests.hostile.test_sockets import socket
from tests.servers import serve

#: Seconds in which the server has to be gone.
GONE = 3.0
BODY = json.dumps(HELLO).encode()
HEAD = request("POST", MESSAGES, {**ALICE, "Content-Type": "application/json", "Content-Length": "1000"})


@contextlib.contextmanager
def silent(target: Target, *parts: bytes) -> Iterator[None]:
    """A client that has sent some bytes and waits."""
    with target.connection() as sock:
        for part in parts:
            sock.sendall(part)
        yield


@contextlib.contextmanager
def polling(target: Target) -> Iterator[None]:
    """A client of Socket.IO that waits for an event over long polling."""
    path = "/replyke/socket.io/?EIO=4&transport=polling"
    sid = json.loads(target.ask("GET", path).content[1:])["sid"]
    with silent(target, request("GET", f"{path}&sid={sid}")):
        yield


@contextlib.contextmanager
def slow_reader(target: Target) -> Iterator[None]:
    """A client that asks for much and reads nothing."""
    with silent(target, request("GET", "/replyke/openapi.json") * 50):
        yield


CLIENTS = {
    "silent": silent,
    "kept-alive": lambda target: silent(target, request("GET", "/amity/nowhere")),
    "half-a-header": lambda target: silent(target, HEAD[:40]),
    "no-body": lambda target: silent(target, HEAD),
    "half-a-body": lambda target: silent(target, HEAD, BODY[:10]),
    "a-long-poll": polling,
    "a-socket-of-protocol-3": lambda target: socket(target, 3),
    "a-socket-of-protocol-4": lambda target: socket(target, 4),
    "a-slow-reader": slow_reader,
}


@pytest.mark.parametrize("name", ["all", "a-long-poll", "half-a-body"])
def test_sigterm_ends_it_whoever_is_there(tmp_path: Path, name: str) -> None:
    with serve(tmp_path, "amity", "replyke", "avaya-spaces") as served, contextlib.ExitStack() as stack:
        target = Target(served)
        for client in CLIENTS.values() if name == "all" else [CLIENTS[name]]:
            stack.enter_context(client(target))
        target.lives()
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(GONE) == 0


def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    with serve(tmp_path, "replyke", "avaya-spaces") as served, contextlib.ExitStack() as stack:
        target = Target(served)
        stack.enter_context(slow_reader(target))
        stack.enter_context(socket(target, 3))
        served.process.send_signal(signal.SIGINT)
        served.process.send_signal(signal.SIGINT)
        assert served.process.wait(GONE) == 0


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_the_whole_network_is_served_only_to_those_who_ask_for_it(host: str) -> None:
    command = [sys.executable, "-m", "understudy_mockserver", "serve", "--host", host, "--port", "0"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert result.returncode == 2
    assert "--allow-host" in result.stderr
    assert "Traceback" not in result.stderr
