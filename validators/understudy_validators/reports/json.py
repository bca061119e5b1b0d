"""The whole report as JSON. Its form is stable: members may be added, none is taken out or renamed within a format."""

from __future__ import annotations

from typing import Any

import orjson

from understudy_validators.checking.finding import Finding
from understudy_validators.checking.har import timestamp, to_har
from understudy_validators.checking.report import Report

#: Counts up when a reader of the one before would be misled.
FORMAT = 1


def render(report: Report) -> str:
    """The report as JSON."""
    return orjson.dumps(as_dict(report), option=orjson.OPT_INDENT_2, default=str).decode() + "\n"


def as_dict(report: Report) -> dict[str, Any]:
    """The report as JSON values; exchanges are entries of a HAR."""
    return {
        "format": FORMAT,
        "title": report.title,
        "contract": report.contract.name,
        "baseUrl": report.base_url,
        "seed": report.seed,
        "started": timestamp(report.started),
        "seconds": round(report.seconds, 3),
        "findings": [_finding(finding) for finding in report.findings],
        "coverage": report.coverage.as_dict(),
        "notArranged": dict(report.not_arranged),
        "impossible": dict(report.impossible),
        "skipped": dict(report.skipped),
        "exchanges": _entries(report.exchanges),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    difference = finding.difference
    return {
        "operation": finding.operation,
        "rule": finding.rule,
        "way": finding.way,
        "path": difference.path,
        "message": difference.message,
        "expected": difference.expected,
        "actual": difference.actual,
        "pointer": finding.pointer,
        "curl": finding.curl,
        "replay": finding.replay,
        "exchanges": _entries(finding.exchanges),
    }


def _entries(exchanges: Any) -> list[Any]:
    entries: list[Any] = to_har(exchanges)["log"]["entries"]
    return entries
