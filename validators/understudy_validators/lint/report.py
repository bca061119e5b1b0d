"""Mistakes as people and programs read them: lines of text, JSON, annotations of a GitHub workflow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import orjson

from understudy_validators.errors import Mistake

#: The mistakes of each contract, with its name; `Mistake.file` leads to the file from where the reader is.
Findings = Sequence[tuple[str, Sequence[Mistake]]]


def text(findings: Findings) -> str:
    """One mistake a line, `file:line: problem (at pointer). advice`, then a summary."""
    lines = [str(mistake) for _, mistakes in findings for mistake in mistakes]
    return "\n".join([*lines, summary(findings)])


def summary(findings: Findings) -> str:
    """How many mistakes there are, and in which contracts."""
    wrong = [f"{name} ({len(mistakes)})" for name, mistakes in findings if mistakes]
    if not wrong:
        return f"No mistakes in {', '.join(name for name, _ in findings)}."
    total = sum(len(mistakes) for _, mistakes in findings)
    return f"{total} mistake{'s' if total > 1 else ''}: {', '.join(wrong)}."


def json(findings: Findings) -> str:
    """A list of objects: contract, file, line, pointer, problem, advice."""
    listed = [{"contract": name, **asdict(mistake)} for name, mistakes in findings for mistake in mistakes]
    return orjson.dumps(listed, option=orjson.OPT_INDENT_2).decode()


def github(findings: Findings) -> str:
    """One workflow command a mistake, which GitHub shows beside the line; then a summary."""
    return "\n".join([*(_command(each) for _, mistakes in findings for each in mistakes), summary(findings)])


def _command(mistake: Mistake) -> str:
    where = f" (at {mistake.pointer})" if mistake.pointer else ""
    message = _escaped(f"{mistake.problem}{where}. {mistake.advice}")
    return f"::error file={_property(mistake.file)},line={mistake.line},title=understudy lint::{message}"


def _escaped(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _escaped(value).replace(":", "%3A").replace(",", "%2C")
