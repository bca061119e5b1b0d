"""Suites of a back end's own, run by a pytest of their own with the plugin."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.wrong_servers.running import running
from tests.wrong_servers.servers import SERVERS

CONTRACT_SUITE = """
import pytest

@pytest.mark.understudy_contract("replyke", base_url={base_url!r}, operations=("sendMessage",), max_examples=5)
def test_contract(understudy_case):
    understudy_case.check()
"""


def pytest_of(folder: Path, suite: str, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_suite.py").write_text(suite)
    words = ["-q", "-rA", "-p", "no:cacheprovider", "-p", "no:schemathesis", *options]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *words, str(folder)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_contract_is_one_test_for_each_operation_and_rule(tmp_path: Path) -> None:
    (wrong,) = [server for server in SERVERS if server.name == "reply-to-a-reply"]
    with running(wrong, tmp_path) as base_url:
        suite = pytest_of(tmp_path, CONTRACT_SUITE.format(base_url=base_url))
    failed = [line for line in suite.stdout.splitlines() if line.startswith("FAILED")]
    assert len(failed) == 1, suite.stdout
    assert "test_contract[sendMessage thread-parent must/parentMessageId]" in failed[0]
    assert "PASSED" in suite.stdout
    assert "understudy check replyke" in suite.stdout


def test_workers_have_servers_and_worlds_of_their_own(tmp_path: Path) -> None:
    suite = """
import httpx, pytest

@pytest.mark.parametrize("number", range(8))
def test_alone(understudy, number):
    assert understudy.journal() == []
    assert httpx.get(understudy.url("ziik") + "/conversations", trust_env=False).status_code == 401
    assert len(understudy.journal()) == 1
"""
    run = pytest_of(tmp_path, suite, "-n", "2")
    assert "8 passed" in run.stdout, run.stdout


def test_a_suite_that_uses_nothing_of_it_loads_nothing_of_it(tmp_path: Path) -> None:
    suite = """
import sys

def test_nothing_is_loaded():
    loaded = {name.partition(".")[0] for name in sys.modules}
    assert not {"connexion", "jsonschema_rs", "uvicorn", "socketio"} & loaded
    assert "understudy_mockserver.testing" not in sys.modules
    assert "understudy_mockserver.pytest_plugin" in sys.modules
"""
    run = pytest_of(tmp_path, suite)
    assert "1 passed" in run.stdout, run.stdout


@pytest.mark.parametrize(
    ("suite", "message"),
    [
        ("def test_it(understudy_case): ...", "needs @pytest.mark.understudy_contract('CONTRACT')"),
        (
            "import pytest\n@pytest.mark.understudy_contract('nobody')\ndef test_it(understudy_case): ...",
            "There is no contract 'nobody'",
        ),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, suite: str, message: str) -> None:
    run = pytest_of(tmp_path, suite)
    assert message in run.stdout + run.stderr
    assert run.returncode != 0
