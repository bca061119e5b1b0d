"""A report of the tiny contract: one finding with a way, one without, one way not arranged."""

from __future__ import annotations

from typing import Any

from tests import tiny
from tests.validators.checking.exchanges import ROOT, STARTED, exchange
from understudy_validators.checking.coverage import Coverage
from understudy_validators.checking.finding import Difference, Finding
from understudy_validators.checking.report import Report

TINY = tiny.contract(
    with_lines=True,
    rules="[{id: owned, summary: The caller owns it., lookup: things, where: {id: path.thingId}, answer: missing}]",
)
WAY = "addThing /body/text/maxLength"


def difference(**more: Any) -> Difference:
    facts = {"rule": "maxLength", "path": "/body/text", "expected": "400 invalid", "actual": 201, "message": "accepted"}
    return Difference(**{**facts, **more})


def finding(**more: Any) -> Finding:
    facts: dict[str, Any] = {
        "contract": "tiny",
        "operation": "addThing",
        "difference": difference(),
        "way": WAY,
        "exchanges": (exchange({"text": "x" * 11}, operation="addThing"),),
        "curl": f"curl -sS {ROOT}/things/t1",
        "replay": f"understudy check tiny --only '{WAY}'",
        "pointer": "/paths/~1things~1{thingId}/post",
    }
    return Finding(**{**facts, **more})


def report(**more: Any) -> Report:
    coverage = Coverage(TINY)
    operation = next(iter(TINY))
    coverage.record(operation, exchange({"text": "x" * 11}), violations=tiny.judge(TINY, {"text": "x" * 11}).violations)
    facts: dict[str, Any] = {
        "contract": TINY,
        "title": "understudy check tiny",
        "base_url": ROOT,
        "seed": 7,
        "started": STARTED,
        "seconds": 1.5,
        "coverage": coverage,
        "findings": (finding(), finding(way="", difference=difference(rule="status", path="/status"))),
        "exchanges": (exchange(operation="addThing"), exchange({"text": "x" * 11}, operation="addThing")),
        "not_arranged": {"addThing owned missing": "nothing stands for things t2"},
        "impossible": {"addThing /body/type": "a body that is no object has no text either"},
    }
    return Report(**{**facts, **more})
