"""`understudy wait`: for scripts that start a mock and go on when it answers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.mockserver.cli.run import understudy
from tests.servers import PATIENCE, Served


def test_a_mock_that_answers_is_told_at_once(server: Served) -> None:
    result = understudy("wait", server.url)
    assert (result.returncode, result.stdout) == (0, f"{server.url}\n")


def test_one_that_is_being_started_is_waited_for(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    command = [
        sys.executable,
        "-m",
        "understudy_mockserver",
        "serve",
        "ziik",
        "--port",
        "0",
        "--ready-file",
        str(ready),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        result = understudy("wait", "--ready-file", str(ready), "--timeout", str(PATIENCE))
        process.terminate()
    assert result.returncode == 0
    assert result.stdout.startswith("http://127.0.0.1:")


def test_one_that_never_comes_is_given_up(tmp_path: Path) -> None:
    result = understudy("wait", "http://127.0.0.1:1", "--timeout", "0.1")
    assert (result.returncode, result.stderr) == (1, "Nobody answered at http://127.0.0.1:1 within 0.1 s.\n")
    result = understudy("wait", "--ready-file", str(tmp_path / "ready.json"), "--timeout", "0")
    assert result.returncode == 1


def test_where_it_is_can_be_set(server: Served, tmp_path: Path) -> None:
    (tmp_path / "understudy.toml").write_text(f'url = "{server.url}"\n', encoding="utf-8")
    assert understudy("wait", cwd=tmp_path).stdout == f"{server.url}\n"
