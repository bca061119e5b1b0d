"""Mistakes as people and programs read them: lines of text, JSON, annotations of a GitHub workflow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import orjson

from understudy_validators.errors import Mistake

#: The mistakes of each contract by its name; `Mistake.file` is a path that leads to the file from where the reader is.
Findings = Mapping[str, Sequence[Mistake]]


def text(findings: Findings) -> str:
    """One mistake a line, `file:line: problem (at pointer). advice`, then a summary."""
    lines = [str(mistake) for mistakes in findings.values() for mistake in mistakes]
    return "\n".join([*lines, summary(findings)])


def summary(findings: Findings) -> str:
    """How many mistakes there are, and in which contracts."""
    wrong = {name: len(mistakes) for name, mistakes in findings.items() if mistakes}
    if not wrong:
        return f"No mistakes in {', '.join(findings)}."
    total = sum(wrong.values())
    return f"{total} mistake{'s' if total > 1 else ''} in {', '.join(f'{name} ({n})' for name, n in wrong.items())}."


def json(findings: Findings) -> str:
    """A list of objects: contract, file, line, pointer, problem, advice."""
    listed = [{"contract": name, **asdict(mistake)} for name, mistakes in findings.items() for mistake in mistakes]
    return orjson.dumps(listed, option=orjson.OPT_INDENT_2).decode()


def github(findings: Findings) -> str:
    """One workflow command a mistake, which GitHub shows beside the line; then a summary."""
    return "\n".join([*(_command(each) for mistakes in findings.values() for each in mistakes), summary(findings)])


def _command(mistake: Mistake) -> str:
    where = f" (at {mistake.pointer})" if mistake.pointer else ""
    message = _escaped(f"{mistake.problem}{where}. {mistake.advice}")
    return f"::error file={_property(mistake.file)},line={mistake.line},title=understudy lint::{message}"


def _escaped(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _escaped(value).replace(":", "%3A").replace(",", "%2C")
