"""The exchanges of a report as HAR 1.2: those that findings are about first, then the timeline."""

from __future__ import annotations

from dataclasses import replace

import orjson

from understudy_validators.checking.har import to_har
from understudy_validators.checking.report import Report
from understudy_validators.exchange import Exchange


def render(report: Report) -> str:
    """The report as HAR."""
    said: dict[Exchange, list[str]] = {}
    for finding in report.findings:
        for exchange in finding.exchanges[-1:]:
            said.setdefault(exchange, []).append(finding.title)
    shown = [_explained(exchange, titles) for exchange, titles in said.items()]
    timeline = [exchange for exchange in report.exchanges if exchange not in said]
    data = to_har([*shown, *timeline], report.title)
    return orjson.dumps(data, option=orjson.OPT_INDENT_2).decode() + "\n"


def _explained(exchange: Exchange, titles: list[str]) -> Exchange:
    return replace(exchange, comment="; ".join([exchange.comment, *titles] if exchange.comment else titles))
