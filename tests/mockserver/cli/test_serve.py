"""`understudy serve`: starting, telling so, and ending."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.servers import PATIENCE, serve


def free_port() -> int:
    """A port that is free right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_the_ready_file_tells_where_and_who(tmp_path: Path) -> None:
    with serve(tmp_path, "replyke") as served:
        facts = json.loads((tmp_path / "ready.json").read_text())
        assert facts["url"] == served.url
        assert facts["pid"] == served.process.pid
        assert httpx.get(f"{facts['url']}/replyke/openapi.json", trust_env=False).status_code == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_0(tmp_path: Path, number: signal.Signals) -> None:
    with serve(tmp_path, "ziik") as served:
        served.process.send_signal(number)
        assert served.process.wait(PATIENCE) == 0


def test_each_curl_line_of_the_banner_works_as_pasted(tmp_path: Path) -> None:
    ready, banner = tmp_path / "ready", tmp_path / "banner"
    command = [sys.executable, "-m", "understudy_mockserver", "serve", "--port", "0", "--ready-file", str(ready)]
    with banner.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    try:
        while not ready.exists():
            assert process.poll() is None
        lines = [line for line in banner.read_text().splitlines() if line.startswith("curl ")]
        assert len(lines) == 3
        answers = [subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True) for line in lines]
        assert [answer.stdout.split()[1][0] for answer in answers] == ["2", "4", "4"]
        assert "understudy-verdict: forced" in answers[2].stdout
    finally:
        process.terminate()
        process.wait(PATIENCE)


def test_a_contract_can_have_a_port_of_its_own_where_it_is_at_the_root(tmp_path: Path) -> None:
    ziik, amity = free_port(), free_port()
    with serve(tmp_path, "replyke", f"amity={amity}", f"ziik={ziik}") as served:
        assert set(served.contracts) == {"replyke", "amity", "ziik"}
        assert served.contracts["ziik"] == f"http://127.0.0.1:{ziik}/ziik"
        root = httpx.post(
            f"http://127.0.0.1:{ziik}/conversations/123/messages", json={"message": "hi"}, trust_env=False
        )
        assert root.json()["error"]["code"] == "unauthenticated"
        body = {"channelId": "general", "data": {"text": "hi"}}
        headers = {"Authorization": "Bearer alice-token"}
        url = f"http://127.0.0.1:{amity}/api/v3/messages"
        assert httpx.post(url, json=body, headers=headers, trust_env=False).status_code == 200
        assert httpx.get(f"{served.url}/ziik/docs", trust_env=False).status_code == 404


def test_a_port_in_use_is_said_so(tmp_path: Path) -> None:
    with serve(tmp_path, "ziik") as served:
        port = served.url.rpartition(":")[2]
        command = [sys.executable, "-m", "understudy_mockserver", "serve", "replyke", "--port", port]
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
        assert result.returncode == 2
        assert f"Port {port} of 127.0.0.1 cannot be used: Address already in use." in result.stderr


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    answers = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        with serve(tmp_path / name, "--seed", "7") as served:
            url = f"{served.contracts['ziik']}/conversations/123/messages"
            headers = {"Authorization": "Bearer mock.john.token", "Host": "localhost"}
            replies = [httpx.post(url, json={"message": t}, headers=headers, trust_env=False) for t in ("a", "b")]
            answers.append([reply.content for reply in replies])
    assert answers[0] == answers[1]
    assert answers[0][0] != answers[0][1]


def test_another_host_is_served_when_it_is_allowed(tmp_path: Path) -> None:
    headers = {"Host": "mock.example"}
    with serve(tmp_path, "ziik", "--allow-host", "mock.example") as served:
        assert httpx.get(f"{served.url}/ziik/openapi.json", headers=headers, trust_env=False).status_code == 200
        other = httpx.get(f"{served.url}/ziik/openapi.json", headers={"Host": "evil.example"}, trust_env=False)
        assert other.status_code == 421
