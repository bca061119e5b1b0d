"""`understudy judge`: recorded traffic, judged without a server."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.mockserver.cli.run import understudy
from tests.shipped import CONTRACTS

PROJECT, TEAM = "b0000000-0000-4000-8000-000000000001", "c0000000-0000-4000-8000-000000000001"
ROOT = "http://127.0.0.1:8000/api"
URL = f"{ROOT}/v7/{PROJECT}/chat/conversations/{TEAM}/messages"


def entry(content: Any, status: int, answer: Any, **more: Any) -> dict[str, Any]:
    """A message that was sent, and its answer."""
    kind = [{"name": "Content-Type", "value": "application/json"}]
    sent = [*kind, {"name": "Authorization", "value": "Bearer a-real-token-of-mine"}]
    body = {"mimeType": "application/json", "text": json.dumps({"content": content})}
    text = json.dumps(answer)
    return {
        "startedDateTime": "2026-01-01T00:00:00Z",
        "time": 5,
        "request": {
            "method": "POST",
            "url": URL,
            "headers": sent,
            "postData": body,
            "bodySize": len(body["text"]),
            **more,
        },
        "response": {"status": status, "headers": kind, "content": {"size": len(text), "text": text}},
    }


def judge(folder: Path, *arguments: str, entries: list[dict[str, Any]]) -> subprocess.CompletedProcess[str]:
    file = folder / "traffic.har"
    file.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}), encoding="utf-8")
    return understudy("judge", "replyke", str(file), *arguments)


TOO_LONG = CONTRACTS["replyke"].answers["content-too-long"].value
GOOD = entry("x" * 4001, 400, TOO_LONG)
BAD = entry("x" * 4001, 200, {})


def test_good_traffic_ends_well_and_says_what_was_judged(tmp_path: Path) -> None:
    result = judge(tmp_path, entries=[GOOD, {**GOOD, "request": {**GOOD["request"], "method": "OPTIONS"}}])
    assert (result.returncode, result.stderr) == (0, "")
    first, *lines = result.stdout.splitlines()
    assert first == f"1 judged below {ROOT} (chosen: 1 of 2 entries go to operations below it)."
    assert "   a browser's preflight: 1" in lines
    assert lines[-1].startswith("no findings in 1 of ")


def test_findings_show_the_rule_the_request_and_how_to_see_them_again(tmp_path: Path) -> None:
    result = judge(tmp_path, entries=[GOOD, BAD])
    assert (result.returncode, result.stderr) == (1, "")
    assert "1. sendMessage maxLength: accepted with 200, although /body/content breaks maxLength" in result.stdout
    assert f"   curl     curl -sS {URL} " in result.stdout
    assert f"traffic.har --base-url {ROOT} --entry 1\n" in result.stdout
    assert "a-real-token" not in result.stdout
    assert judge(tmp_path, "--entry", "0", entries=[GOOD, BAD]).returncode == 0


def test_a_recording_may_come_on_standard_input() -> None:
    har = json.dumps({"log": {"entries": [BAD]}})
    result = understudy("judge", "replyke", "-", "--json", stdin=har)
    report = json.loads(result.stdout)
    assert (result.returncode, [finding["rule"] for finding in report["findings"]]) == (1, ["maxLength"])
    assert "a-real-token" not in result.stdout


def test_reports_are_written_and_one_may_be_the_output(tmp_path: Path) -> None:
    result = judge(
        tmp_path, "--report", f"html={tmp_path}/a.html,junit=-", "--report", f"har={tmp_path}/b.har", entries=[BAD]
    )
    assert result.returncode == 1
    assert result.stdout.startswith("<?xml")
    assert "1 finding in 1 of" in result.stderr
    for name in ("a.html", "b.har"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert "maxLength" in text
        assert "a-real-token" not in text


def test_too_little_coverage_fails_and_says_of_what(tmp_path: Path) -> None:
    result = judge(tmp_path, "--fail-under", "errors=50,operations=1", entries=[GOOD])
    assert result.returncode == 1
    assert result.stderr.startswith("coverage of errors is ")
    assert "less than 50 %" in result.stderr
    assert judge(tmp_path, "--fail-under", "operations=1", entries=[GOOD]).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["judge", "replike", "-"], "There is no contract 'replike'."),
        (["judge", "replyke", "nowhere.har"], "nowhere.har cannot be read"),
        (["judge", "replyke", "-"], "- is no HAR: it is not JSON"),
        (["judge", "replyke", "-", "--report", "html=nowhere/a.html"], "the folder nowhere does not exist"),
        (["judge", "replyke", "-", "--fail-under", "error=1"], "Did you mean errors?"),
    ],
)
def test_a_call_that_makes_no_sense_ends_with_2_and_says_why(arguments: list[str], message: str) -> None:
    result = understudy(*arguments, stdin="{")
    assert (result.returncode, result.stdout) == (2, "")
    assert message in result.stderr


def test_a_recording_of_another_api_and_an_entry_that_is_not_there_are_told(tmp_path: Path) -> None:
    other = judge(tmp_path, entries=[entry("hi", 200, {}, url="http://127.0.0.1/other")])
    assert (other.returncode, "Say where its root was: --base-url URL." in other.stderr) == (2, True)
    missing = judge(tmp_path, "--entry", "5", entries=[GOOD])
    assert (missing.returncode, "has 1 entries; there is no entry 5." in missing.stderr) == (2, True)


def test_judging_does_not_wait_for_the_generators() -> None:
    code = "import sys, understudy_mockserver.cli.judge as j; sys.exit('hypothesis' in sys.modules)"
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=False).returncode == 0
