"""`understudy check`, as it is called."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mockserver.cli.run import understudy as run
from tests.wrong_servers.running import running
from tests.wrong_servers.servers import SERVERS

SEND = ("--operation", "sendMessage", "--max-examples", "5")


@pytest.fixture(scope="module")
def wrong_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    (wrong,) = [server for server in SERVERS if server.name == "reply-to-a-reply"]
    with running(wrong, tmp_path_factory.mktemp("wrong")) as base_url:
        yield base_url


def test_a_fresh_mock_is_right() -> None:
    result = run("check", "replyke", *SEND)
    assert result.returncode == 0, result.stdout
    assert "no findings in" in result.stdout


def test_a_wrong_server_is_found_with_all_that_is_needed_to_see_it_again(wrong_url: str) -> None:
    result = run("check", "replyke", "--base-url", wrong_url, *SEND)
    assert result.returncode == 1
    assert "sendMessage thread-parent: accepted with 201" in result.stdout
    assert f"curl -sS {wrong_url}/" in result.stdout
    (replay,) = [line.split("replay", 1)[1].strip() for line in result.stdout.splitlines() if "   replay" in line]
    again = run(*shlex.split(replay)[1:])
    assert again.returncode == 1
    assert "1 finding in" in again.stdout


def test_a_rule_alone_is_checked(wrong_url: str) -> None:
    assert (
        run("check", "replyke", "--base-url", wrong_url, "--only", "something-to-say", "--phase", "faults").returncode
        == 0
    )
    assert (
        run("check", "replyke", "--base-url", wrong_url, "--only", "invalid-parent", "--phase", "faults").returncode
        == 1
    )


def test_reports_are_written(wrong_url: str, tmp_path: Path) -> None:
    files = {kind: tmp_path / f"report.{kind}" for kind in ("json", "junit", "sarif", "har", "html")}
    wanted = ",".join(f"{kind}={path}" for kind, path in files.items())
    run("check", "replyke", "--base-url", wrong_url, "--only", "thread-parent", "--phase", "faults", "--report", wanted)
    assert all(path.stat().st_size for path in files.values())
    report = json.loads(files["json"].read_text())
    assert [finding["rule"] for finding in report["findings"]] == ["thread-parent"]
    assert "alice-token" not in "".join(path.read_text() for path in files.values())


def test_too_little_coverage_fails() -> None:
    result = run("check", "ziik", "--only", "participant", "--phase", "faults", "--fail-under", "errors=90")
    assert result.returncode == 1
    assert "coverage of errors is" in result.stderr


def test_the_file_of_who_is_who_is_printed() -> None:
    result = run("check", "ziik", "--who-is-who")
    assert result.returncode == 0
    assert "[values.conversations]" in result.stdout


def test_what_nobody_stands_for_is_not_arranged(wrong_url: str, tmp_path: Path) -> None:
    who = tmp_path / "who.toml"
    who.write_text(f'base-url = "{wrong_url}"\n[values.tokens]\nalice-token = "alice-token"\n')
    result = run("check", "replyke", "--who", str(who), "--operation", "sendMessage", "--phase", "examples")
    assert result.returncode == 0
    assert "Not arranged" in result.stdout
    assert "nothing stands for b0000000-0000-4000-8000-000000000001" in result.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nobody",), "There is no contract 'nobody'"),
        (("ziik", "--operation", "sing"), "ziik has no operation 'sing'"),
        (("ziik", "--base-url", "http://127.0.0.1:9"), "does not answer"),
        (("ziik", "--database", "ftp://somewhere"), "a database is a folder, or a URL that starts with redis://"),
        (("ziik", "--report", "pdf=x"), "There is no report 'pdf'"),
        (("ziik", "--who", "nowhere.toml"), "nowhere.toml cannot be read"),
    ],
)
def test_a_call_that_makes_no_sense_is_named(words: tuple[str, ...], message: str) -> None:
    result = run("check", *words)
    assert result.returncode == 2
    assert message in result.stderr
