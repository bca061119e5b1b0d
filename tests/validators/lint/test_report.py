"""The forms in which mistakes are read."""

from __future__ import annotations

import json

from understudy_validators import Mistake
from understudy_validators.lint import report

MISTAKE = Mistake(
    file="beds, b:1/openapi.yaml", line=3, pointer="/info", problem="100% wrong,\nreally", advice="Write it: anew."
)
WHOLE = Mistake(file="world.yaml", line=1, pointer="", problem="is empty", advice="Write it.")
FINDINGS = [("beds", [MISTAKE]), ("trees", [WHOLE, WHOLE]), ("lawn", [])]


def test_text_has_one_mistake_a_line_and_a_summary() -> None:
    assert report.text(FINDINGS[1:]).splitlines() == [
        "world.yaml:1: is empty. Write it.",
        "world.yaml:1: is empty. Write it.",
        "2 mistakes: trees (2).",
    ]


def test_the_pointer_stands_with_the_problem() -> None:
    assert str(MISTAKE) == "beds, b:1/openapi.yaml:3: 100% wrong,\nreally (at /info). Write it: anew."


def test_the_summary_counts() -> None:
    assert report.summary(FINDINGS) == "3 mistakes: beds (1), trees (2)."
    assert report.summary(FINDINGS[:1]) == "1 mistake: beds (1)."
    assert report.summary([("beds", []), ("lawn", [])]) == "No mistakes in beds, lawn."


def test_json_is_a_list_of_objects() -> None:
    facts = {"file": "world.yaml", "line": 1, "pointer": "", "problem": "is empty", "advice": "Write it."}
    assert json.loads(report.json(FINDINGS))[1] == {"contract": "trees", **facts}
    assert json.loads(report.json([("lawn", [])])) == []


def test_github_gets_commands_that_nothing_in_a_mistake_can_break() -> None:
    command, summary = report.github(FINDINGS[:1]).splitlines()
    place, message = command.split("::")[1:]
    assert place == "error file=beds%2C b%3A1/openapi.yaml,line=3,title=understudy lint"
    assert message == "100%25 wrong,%0Areally (at /info). Write it: anew."
    assert summary == "1 mistake: beds (1)."
