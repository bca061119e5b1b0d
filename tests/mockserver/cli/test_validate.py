"""`understudy validate`: one request, judged without a server."""

from __future__ import annotations

import json
from pathlib import Path

from tests.mockserver.cli.run import understudy

PROJECT, TEAM = "b0000000-0000-4000-8000-000000000001", "c0000000-0000-4000-8000-000000000001"
PATH = f"/v7/{PROJECT}/chat/conversations/{TEAM}/messages"


def validate(value: object, *more: str) -> tuple[int, str]:
    """Exit code and output for Send Message of Replyke."""
    result = understudy("validate", "replyke", "sendMessage", "-", *more, stdin=json.dumps(value))
    assert result.stderr == ""
    return result.returncode, result.stdout


def test_a_good_body_is_accepted() -> None:
    assert validate({"content": "hi"}) == (0, "sendMessage: accepted.\n")


def test_a_body_alone_is_judged_by_its_schema_and_the_rules_that_need_no_more() -> None:
    code, text = validate({"content": "x" * 4001})
    assert code == 1
    assert "/body/content" in text
    assert "maxLength (limit 4000, actual 4001) -> 400 content-too-long" in text
    code, text = validate({})
    assert (code, "something-to-say" in text, "empty-message" in text) == (1, True, True)


def test_a_whole_request_is_judged_by_every_rule() -> None:
    request = {"method": "POST", "path": PATH, "headers": {"authorization": "Bearer carol-token"}}
    code, text = validate({**request, "body": {"content": "hi"}}, "--json")
    verdict = json.loads(text)
    assert (code, verdict["accepted"]) == (1, False)
    assert [violation["answer"] for violation in verdict["violations"]] == ["not-a-member"]
    alice = {**request, "headers": {"authorization": "Bearer alice-token"}, "body": {"content": "hi"}}
    assert json.loads(validate(alice, "--json")[1]) == {
        "contract": "replyke",
        "operation": "sendMessage",
        "accepted": True,
        "violations": [],
    }


def test_every_trigger_of_the_catalogue_can_be_judged_as_it_is_printed() -> None:
    errors = json.loads(understudy("errors", "replyke", "--json").stdout)
    error = next(error for error in errors if error["name"] == "too-many-files")
    code, text = validate(error["trigger"][-1], "--json")
    assert code == 1
    assert json.loads(text)["violations"][0]["answer"] == "too-many-files"


def test_a_request_that_goes_elsewhere_is_misuse() -> None:
    result = understudy("validate", "replyke", "sendMessage", "-", stdin=json.dumps({"path": "/nowhere", "body": {}}))
    assert result.returncode == 2
    assert "does not go to sendMessage" in result.stderr


def test_a_file_that_holds_no_json_is_misuse(tmp_path: Path) -> None:
    (tmp_path / "body.json").write_text("{")
    result = understudy("validate", "replyke", "sendMessage", str(tmp_path / "body.json"))
    assert result.returncode == 2
    assert "holds no JSON" in result.stderr
