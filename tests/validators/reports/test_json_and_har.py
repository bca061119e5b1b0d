"""JSON and HAR: for other programs, with members that stay."""

from __future__ import annotations

import json

from tests.validators.checking.exchanges import ROOT
from tests.validators.reports.samples import WAY, report
from understudy_validators.checking.har_reader import read_har
from understudy_validators.reports import render


def test_the_json_holds_the_whole_report() -> None:
    data = json.loads(render("json", report(skipped={"redirected": 2})))
    findings, coverage, exchanges = (data.pop(name) for name in ("findings", "coverage", "exchanges"))
    assert data == {
        "format": 1,
        "title": "understudy check tiny",
        "contract": "tiny",
        "baseUrl": ROOT,
        "seed": 7,
        "started": "2026-01-01T00:00:00.000Z",
        "seconds": 1.5,
        "notArranged": {"addThing owned missing": "nothing stands for things t2"},
        "impossible": {"addThing /body/type": "a body that is no object has no text either"},
        "skipped": {"redirected": 2},
    }
    shown = findings[0].pop("exchanges")
    assert findings[0] == {
        "operation": "addThing",
        "rule": "maxLength",
        "way": WAY,
        "path": "/body/text",
        "message": "accepted",
        "expected": "400 invalid",
        "actual": 201,
        "pointer": "/paths/~1things~1{thingId}/post",
        "curl": f"curl -sS {ROOT}/things/t1",
        "replay": f"understudy check tiny --only '{WAY}'",
    }
    assert coverage["constraints"] == {
        "seen": 1,
        "total": 4,
        "percent": 25.0,
        "missing": ["addThing /body/type", "addThing /body/text/required", "addThing /body/text/type"],
    }
    assert [len(shown), len(exchanges)] == [1, 2]


def test_the_har_holds_each_exchange_once_and_says_what_was_found() -> None:
    entries = read_har(render("har", report()), "report.har")
    assert len(entries) == 2
    comments = [entry.get("comment") for entry in json.loads(render("har", report()))["log"]["entries"]]
    assert comments[0].startswith("addThing maxLength: accepted")
