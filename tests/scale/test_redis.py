"""A campaign over several processes: pytest-xdist spreads it, a real Redis shares what was found."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import Redis

from tests.wrong_servers.running import running
from tests.wrong_servers.servers import SERVERS

PATIENCE = 30.0

pytestmark = pytest.mark.skipif(
    shutil.which("redis-server") is None and not os.environ.get("CI"), reason="redis-server is not installed"
)

SUITE = """
import pytest

@pytest.mark.understudy_contract("replyke", base_url={base_url!r}, operations=("sendMessage",), max_examples={examples})
def test_contract(understudy_case):
    understudy_case.check()
"""


@dataclass(frozen=True, slots=True)
class RedisServer:
    """A running redis-server: its URL, and a client of it."""

    url: str
    client: Redis


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    folder = tmp_path_factory.mktemp("redis")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    process = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
    client = Redis(port=port)
    try:
        _wait(client, process)
        yield RedisServer(f"redis://127.0.0.1:{port}/0", client)
    finally:
        client.close()
        process.terminate()
        process.wait(PATIENCE)


def _wait(client: Redis, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        assert process.poll() is None, "redis-server ended"
        assert time.monotonic() < deadline, "redis-server does not answer"
        try:
            client.ping()
        except ConnectionError:
            time.sleep(0.02)
        else:
            return


def machine(folder: Path, base_url: str, redis: RedisServer, *, examples: int) -> subprocess.CompletedProcess[str]:
    """Runs a back end's suite as one machine of several would: two workers, one database."""
    folder.mkdir()
    (folder / "test_contract.py").write_text(SUITE.format(base_url=base_url, examples=examples))
    options = ["-n", "2", "-q", "-p", "no:cacheprovider", "-p", "no:schemathesis", "--understudy-database", redis.url]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(folder)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_what_one_machine_finds_another_tries_first(tmp_path: Path, redis_server: RedisServer) -> None:
    (wrong,) = [server for server in SERVERS if server.name == "breaks-on-emoji"]
    with running(wrong, tmp_path) as base_url:
        first = machine(tmp_path / "first", base_url, redis_server, examples=300)
        assert "breaks nothing was refused" in first.stdout, first.stdout
        assert redis_server.client.dbsize() > 0
        second = machine(tmp_path / "second", base_url, redis_server, examples=1)
        assert "breaks nothing was refused" in second.stdout, second.stdout


def test_a_server_that_is_right_passes_on_every_worker(tmp_path: Path, redis_server: RedisServer) -> None:
    suite = machine(tmp_path / "right", "", redis_server, examples=5)
    assert suite.returncode == 0, suite.stdout
    assert "passed" in suite.stdout
