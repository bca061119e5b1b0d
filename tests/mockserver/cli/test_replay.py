"""`understudy replay`: what is shown of a difference."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tests.mockserver.cli.run import understudy
from tests.mockserver.control.steering import Steered


@pytest.fixture(scope="module")
def bundle() -> dict[str, Any]:
    """Two messages."""
    steered = Steered()
    steered.send()
    steered.send({"as": "carol-token"})
    made: dict[str, Any] = steered.ok("GET", "/bundle")
    return made


def replayed(bundle: dict[str, Any], folder: Path) -> list[str]:
    path = folder / "bug.json"
    path.write_text(json.dumps(bundle), encoding="utf-8")
    result = understudy("replay", str(path))
    assert result.returncode == 1, result.stderr
    return result.stdout.splitlines()


def test_a_difference_shows_both_from_shortly_before_it(bundle: dict[str, Any], tmp_path: Path) -> None:
    changed = copy.deepcopy(bundle)
    changed["entries"][1]["response_body"]["text"] = '{"error":"You are no member.","code":"chat/not-a-member"}'
    entry = bundle["entries"][1]
    assert replayed(changed, tmp_path) == [
        f"#2 POST {entry['path']}",
        '  response_body: recorded {"error":"You are no member.","code":"chat/not-a-member"}',
        f"                 played   {entry['response_body']['text']}",
        "1 of 2 entries are the same.",
    ]


def test_a_status_that_differs_is_shown_as_such(bundle: dict[str, Any], tmp_path: Path) -> None:
    changed = copy.deepcopy(bundle)
    changed["entries"][0]["status"] = 202
    assert "  status: recorded 202" in replayed(changed, tmp_path)


def test_what_did_not_happen_again(bundle: dict[str, Any], tmp_path: Path) -> None:
    changed = copy.deepcopy(bundle)
    event = {"kind": "event", "direction": "emitted", "event": "never", "payload": 1, "contract": "replyke"}
    changed["entries"].append({**event, "number": 3, "time": 0, "connection": "", "reached": []})
    assert "#3 emitted never did not happen again." in replayed(changed, tmp_path)


def test_a_bundle_that_lacks_something_is_misuse(bundle: dict[str, Any], tmp_path: Path) -> None:
    changed = copy.deepcopy(bundle)
    del changed["entries"][0]["request_body"]
    path = tmp_path / "bug.json"
    path.write_text(json.dumps(changed), encoding="utf-8")
    result = understudy("replay", str(path))
    assert result.returncode == 2
    assert result.stderr == "Error: This is no whole bundle: KeyError: 'request_body'.\n"
