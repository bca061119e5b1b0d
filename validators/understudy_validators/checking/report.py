"""What a check, or judging recorded traffic, came to: the value that every rendering is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from understudy_validators.checking.coverage import Coverage
from understudy_validators.checking.finding import Difference, Finding
from understudy_validators.contract import Contract
from understudy_validators.exchange import Exchange
from understudy_validators.redaction import Redactor
from understudy_validators.scrubbing import Scrubber


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Findings and what led to them.

    `base_url` is the contract's root on the server, `started` in Unix seconds. `exchanges` are the timeline, as many
    as were kept. `not_arranged` and `impossible` give, by the text of a way or case, why it was not tried; `skipped`
    counts what was not judged, by reason.
    """

    contract: Contract
    title: str
    base_url: str
    started: float
    seconds: float
    findings: tuple[Finding, ...]
    coverage: Coverage
    seed: int | None = None
    exchanges: tuple[Exchange, ...] = ()
    not_arranged: Mapping[str, str] = field(default_factory=dict)
    impossible: Mapping[str, str] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)


def redacted(report: Report, *, published: bool = False) -> Report:
    """The report without any credential of its exchanges, wherever it stands.

    With `published` the example credentials of the contract's own world stay where they are printed, so that a curl
    line for the mock runs as it is.
    """
    redactor = Redactor([report.contract])
    shown = [*report.exchanges, *[exchange for finding in report.findings for exchange in finding.exchanges]]
    scrubber = redactor.scrubber(shown)
    open_scrubber = redactor.scrubber(shown, known=False)
    lines = open_scrubber if published else scrubber
    return replace(
        report,
        findings=tuple(_finding(finding, redactor, scrubber, lines) for finding in report.findings),
        exchanges=tuple(redactor.exchanges(report.exchanges, scrubber)),
        # These name what of the contract's world is to be arranged, credentials among it.
        not_arranged={scrubber.text(way): open_scrubber.text(why) for way, why in report.not_arranged.items()},
    )


def _finding(finding: Finding, redactor: Redactor, scrubber: Scrubber, lines: Scrubber) -> Finding:
    return replace(
        finding,
        difference=_difference(finding, redactor, scrubber),
        exchanges=tuple(redactor.exchanges(finding.exchanges, scrubber)),
        curl=lines.text(finding.curl),
    )


def _difference(finding: Finding, redactor: Redactor, scrubber: Scrubber) -> Difference:
    difference = finding.difference
    if redactor.is_secret(finding.operation, difference.path):
        message = f"{difference.path} breaks {difference.rule}; what stood there is not shown"
        return replace(difference, actual=None, message=message)
    return replace(
        difference,
        expected=scrubber.value(difference.expected),
        actual=scrubber.value(difference.actual),
        message=scrubber.text(difference.message),
    )
