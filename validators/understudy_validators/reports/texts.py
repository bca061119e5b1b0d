"""Words that several renderings share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from understudy_validators.checking.finding import Finding
from understudy_validators.checking.report import Report

#: Stands for the operation of a finding that a whole conversation led to.
CONVERSATIONS = "conversations"
_LONGEST = 2000


def as_text(value: Any) -> str:
    """A value as a reader sees it: a text as it is, all else as JSON; long ones cut."""
    text = value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def details(finding: Finding) -> Iterator[tuple[str, str]]:
    """What is to say of a finding, name by name."""
    difference = finding.difference
    yield "at", difference.path
    yield "expected", as_text(difference.expected)
    yield "actual", as_text(difference.actual)
    for name in ("way", "curl", "replay"):
        if getattr(finding, name):
            yield name, getattr(finding, name)


def summary(report: Report) -> str:
    """The outcome in one line."""
    count = len(report.findings)
    findings = "no findings" if not count else "1 finding" if count == 1 else f"{count} findings"
    operations = next(line for line in report.coverage.lines() if line.kind == "operations")
    text = f"{findings} in {operations.seen} of {operations.total} operations"
    return f"{text}, {len(report.not_arranged)} not arranged" if report.not_arranged else text


def owner(text: str) -> str:
    """The operation that the text of a way or case begins with."""
    return text.partition(" ")[0]
