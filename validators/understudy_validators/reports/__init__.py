"""Reports: what a check came to, for people and for other programs. Each rendering is a function of a `Report`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path

from understudy_validators.checking.report import Report, redacted
from understudy_validators.errors import UsageError

#: What there is, and what each is for.
KINDS: Mapping[str, str] = {
    "junit": "JUnit XML, as CI systems read it",
    "sarif": "SARIF 2.1.0, for code scanning",
    "har": "HAR 1.2, every exchange",
    "json": "everything, as JSON",
    "html": "one page for people",
}
_STDOUT = "-"


@dataclass(frozen=True, slots=True)
class Output:
    """A report that was asked for: its kind, and the file that it goes to; no file is standard output."""

    kind: str
    path: Path | None


def render(kind: str, report: Report) -> str:
    """The report as a text of that kind, without credentials. Raises `UsageError` for a kind that there is not."""
    module = import_module(f"{__name__}.{known(kind)}")
    renderer: Callable[[Report], str] = module.render
    return renderer(redacted(report))


def known(kind: str) -> str:
    """The kind, if there is such. Raises `UsageError`, which suggests another."""
    if kind in KINDS:
        return kind
    near = get_close_matches(kind, KINDS, 1)
    advice = f"Did you mean {near[0]}?" if near else f"There is: {', '.join(KINDS)}."
    raise UsageError(f"There is no report {kind!r}. {advice}")


def outputs(texts: Iterable[str]) -> list[Output]:
    """What `--report` asks for: `junit=report.xml`, several with commas between; `-` is standard output.

    Raises `UsageError` where it makes no sense, or where a file's folder does not exist: before anything is run.
    """
    found = [_output(part.strip()) for text in texts for part in text.split(",") if part.strip()]
    if sum(output.path is None for output in found) > 1:
        raise UsageError("--report: two reports cannot share standard output.")
    return found


def _output(text: str) -> Output:
    kind, equals, name = text.partition("=")
    known(kind)
    if not equals or not name:
        raise UsageError(f"--report {text}: say where it goes, {kind}=FILE, or {kind}=- for standard output.")
    if name == _STDOUT:
        return Output(kind, None)
    path = Path(name)
    if not path.parent.is_dir():
        raise UsageError(f"--report {text}: the folder {path.parent} does not exist.")
    if path.is_dir():
        raise UsageError(f"--report {text}: {path} is a folder.")
    return Output(kind, path)


def write(report: Report, wanted: Iterable[Output]) -> None:
    """Writes the report in each kind that is wanted. Raises `UsageError` where a file cannot be written."""
    for output in wanted:
        text = render(output.kind, report)
        if output.path is None:
            sys.stdout.write(text)
            continue
        try:
            output.path.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise UsageError(f"{output.path} cannot be written: {error.strerror}.") from None
