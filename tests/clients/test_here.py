"""Clients reach this machine only, and leave the test run's output alone."""

from __future__ import annotations

import subprocess

import pytest

from tests.clients.scripts import node_command


def run(node: str, script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*node_command(node), "-e", script], capture_output=True, encoding="utf-8", check=False)


@pytest.mark.parametrize(
    "script",
    [
        'require("node:http").get("http://client.invalid/")',
        'require("node:https").get("https://client.invalid/")',
        'require("node:net").connect(9, "client.invalid")',
        'fetch("https://client.invalid/")',
    ],
    ids=["http", "https", "socket", "fetch"],
)
def test_a_client_that_wants_to_leave_the_machine_is_stopped(node: str, script: str) -> None:
    found = run(node, script)
    assert (found.returncode, found.stderr) == (1, "A client wanted to connect to client.invalid.\n")


def test_what_clients_say_on_the_console_is_not_taken_for_an_answer(node: str) -> None:
    found = run(node, 'console.log("a"); console.warn("b"); process.stdout.write("c")')
    assert (found.stdout, found.stderr) == ("c", "a\nb\n")
