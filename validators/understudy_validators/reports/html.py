"""One page for people: it stands alone, asks for nothing, and reads well by day, by night and on paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any
from urllib.parse import urlsplit

import orjson

from understudy_validators.checking.coverage import KINDS, Line
from understudy_validators.checking.finding import Finding
from understudy_validators.checking.har import product_version, timestamp
from understudy_validators.checking.report import Report
from understudy_validators.exchange import Exchange
from understudy_validators.reports.page import SCRIPTLESS, STYLE
from understudy_validators.reports.texts import as_text, summary

# Characters of a body, and names of what was not seen, that the page shows.
_BODY, _NAMES = 4000, 400
_REFUSED, _BROKEN = 400, 500


def render(report: Report) -> str:
    """The report as one HTML file."""
    body = "\n".join(part for part in (_head(report), *_sections(report), _foot(report)) if part)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="light dark">\n{SCRIPTLESS}\n'
        f"<title>{escape(report.title)}: {escape(summary(report))}</title>\n"
        f"<style>\n{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _head(report: Report) -> str:
    mark = "bad" if report.findings else "good"
    facts = {
        "Contract": f"{report.contract.title} ({report.contract.name})",
        "Server": report.base_url,
        "Started": timestamp(report.started)[:19].replace("T", " ") + " UTC",
        "Took": f"{report.seconds:.1f} s",
        "Exchanges shown": str(len(report.exchanges)),
        **({"Seed": str(report.seed)} if report.seed is not None else {}),
    }
    listed = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in facts.items())
    return (
        f'<header>\n<h1>{escape(report.title)}</h1>\n<p class="outcome {mark}">{escape(summary(report))}</p>\n'
        f"<dl>{listed}</dl>\n</header>\n<main>"
    )


def _foot(report: Report) -> str:
    return f"</main>\n<footer><p>Made by understudy {escape(product_version())}. Credentials are left out.</p></footer>"


def _sections(report: Report) -> Iterator[str]:
    yield _findings(report.findings)
    yield _coverage(report)
    yield _reasons("Not arranged", "Not tried: nobody said what stands on this server for it.", report.not_arranged)
    yield _reasons("Cannot be tried alone", "Each breaks something else as well.", report.impossible)
    yield _skipped(report.skipped)
    yield _timeline(report)


def _section(title: str, content: str) -> str:
    name = title.lower().replace(" ", "-")
    return f'<section aria-labelledby="{name}">\n<h2 id="{name}">{title}</h2>\n{content}\n</section>'


def _findings(findings: Iterable[Finding]) -> str:
    cards = [_card(number, finding) for number, finding in enumerate(findings, 1)]
    return _section("Findings", "\n".join(cards) if cards else "<p>The server keeps what the contract says.</p>")


def _card(number: int, finding: Finding) -> str:
    difference = finding.difference
    way = f'<p class="way">Tried: <code>{escape(finding.way)}</code></p>' if finding.way else ""
    heading = f"<code>{escape(finding.operation or finding.contract)}</code> <strong>{escape(finding.rule)}</strong>"
    return (
        f'<article id="finding-{number}">\n<h3>{number}. {heading}</h3>\n<p>{escape(difference.message)}</p>\n{way}'
        f'<table class="difference"><caption>The difference, at <code>{escape(difference.path)}</code></caption>'
        f'<tr><th scope="row">Expected</th><td><pre>{_pretty(difference.expected)}</pre></td></tr>'
        f'<tr><th scope="row">Actual</th><td><pre>{_pretty(difference.actual)}</pre></td></tr></table>\n'
        f"{_command('The request', finding.curl)}{_command('Only this again', finding.replay)}"
        f"{_steps(finding.exchanges)}</article>"
    )


def _command(label: str, line: str) -> str:
    return f"<h4>{label}</h4>\n<pre tabindex=0>{escape(line)}</pre>\n" if line else ""


def _steps(exchanges: tuple[Exchange, ...]) -> str:
    """The exchanges that lead to a finding, the one in question last and open."""
    last = len(exchanges)
    return "\n".join(_exchange(exchange, number == last) for number, exchange in enumerate(exchanges, 1))


def _exchange(exchange: Exchange, shown: bool) -> str:
    what = f"{exchange.method} {_path(exchange)} → {exchange.status}"
    return (
        f"<details{' open' if shown else ''}><summary>{escape(what)}</summary>"
        f'<div class="pair"><div><h4>Sent</h4>{_message(exchange.request_headers, exchange.request_body)}</div>'
        f"<div><h4>Answered</h4>{_message(exchange.response_headers, exchange.response_body)}</div></div></details>"
    )


def _message(headers: Iterable[tuple[str, str]], body: bytes) -> str:
    lines = "\n".join(f"{name}: {value}" for name, value in headers)
    content = f"<pre tabindex=0>{_body(body)}</pre>" if body else "<p>No body.</p>"
    return f"<pre class=headers tabindex=0>{escape(lines)}</pre>{content}"


def _body(body: bytes) -> str:
    try:
        return _pretty(orjson.loads(body))
    except orjson.JSONDecodeError:
        pass
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return escape(f"{len(body)} bytes that are no text")
    return escape(text if len(text) <= _BODY else f"{text[:_BODY]}…")


def _pretty(value: Any) -> str:
    if not isinstance(value, dict | list):
        return escape(as_text(value))
    text = orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode()
    return escape(text if len(text) <= _BODY else f"{text[:_BODY]}…")


def _coverage(report: Report) -> str:
    lines = list(report.coverage.lines())
    rows = "".join(_row(line) for line in lines)
    missing = "".join(_missing(line) for line in lines if line.missing)
    table = (
        '<table class="coverage"><caption>What of the contract was exercised</caption><thead><tr>'
        '<th scope="col">Kind</th><th scope="col">Seen</th><th scope="col">Of</th><th scope="col">Share</th>'
        f"</tr></thead><tbody>{rows}</tbody></table>"
    )
    return _section("Coverage", f"{table}\n{missing}")


def _row(line: Line) -> str:
    return (
        f'<tr><th scope="row">{line.kind}<small>{KINDS[line.kind]}</small></th><td>{line.seen}</td>'
        f'<td>{line.total}</td><td class="share"><span class="bar" aria-hidden="true">'
        f'<span style="width:{line.percent:.1f}%"></span></span> {line.percent:.1f} %</td></tr>'
    )


def _missing(line: Line) -> str:
    names = "".join(f"<li><code>{escape(name)}</code></li>" for name in line.missing[:_NAMES])
    more = f"<p>And {len(line.missing) - _NAMES} more.</p>" if len(line.missing) > _NAMES else ""
    return (
        f"<details><summary>{len(line.missing)} {line.kind} not seen</summary>"
        f'<ul class="names">{names}</ul>{more}</details>'
    )


def _reasons(title: str, lead: str, reasons: Mapping[str, str]) -> str:
    if not reasons:
        return ""
    rows = "".join(
        f'<tr><th scope="row"><code>{escape(name)}</code></th><td>{escape(why)}</td></tr>'
        for name, why in reasons.items()
    )
    content = f"<details><summary>{len(reasons)} in all</summary><table><tbody>{rows}</tbody></table></details>"
    return _section(title, f"<p>{lead}</p>\n{content}")


def _skipped(skipped: Mapping[str, int]) -> str:
    if not skipped:
        return ""
    items = "".join(f"<li>{escape(reason)}: {count}</li>" for reason, count in skipped.items())
    return _section("Not judged", f"<ul>{items}</ul>")


def _timeline(report: Report) -> str:
    if not report.exchanges:
        return ""
    found: dict[Exchange, int] = {}
    for number, finding in enumerate(report.findings, 1):
        for exchange in finding.exchanges[-1:]:
            found.setdefault(exchange, number)
    longest = max(exchange.seconds for exchange in report.exchanges) or 1.0
    rows = "".join(_moment(report, exchange, found.get(exchange, 0), longest) for exchange in report.exchanges)
    table = (
        '<div class="wide" tabindex="0" role="region" aria-label="Timeline"><table class="timeline">'
        "<caption>Every exchange that was kept, in order</caption><thead><tr>"
        '<th scope="col">After</th><th scope="col">Operation</th><th scope="col">Request</th>'
        '<th scope="col">Status</th><th scope="col">Took</th><th scope="col">Finding</th>'
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
    )
    return _section("Timeline", table)


def _moment(report: Report, exchange: Exchange, finding: int, longest: float) -> str:
    after = max(0.0, exchange.started - report.started)
    kind = "broken" if exchange.status >= _BROKEN else "refused" if exchange.status >= _REFUSED else "accepted"
    link = f'<a href="#finding-{finding}">{finding}</a>' if finding else ""
    share = 100 * exchange.seconds / longest
    path = _path(exchange).removeprefix(urlsplit(report.base_url).path.rstrip("/"))
    return (
        f'<tr><td class="number">{after:.2f} s</td><td>{escape(exchange.operation)}</td>'
        f'<td class="request"><code>{escape(exchange.method)} {escape(path)}</code></td>'
        f'<td class="{kind}">{exchange.status}</td><td class="share"><span class="bar" aria-hidden="true">'
        f'<span style="width:{share:.1f}%"></span></span> {exchange.seconds * 1000:.1f} ms</td><td>{link}</td></tr>'
    )


def _path(exchange: Exchange) -> str:
    url = urlsplit(exchange.url)
    return f"{url.path}?{url.query}" if url.query else url.path
