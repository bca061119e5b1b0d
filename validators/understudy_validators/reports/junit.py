"""JUnit XML as CI systems read it: a suite for each operation, a case for each way of breaking a rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from understudy_validators.checking.finding import Finding
from understudy_validators.checking.har import timestamp
from understudy_validators.checking.report import Report
from understudy_validators.reports.texts import CONVERSATIONS, details, owner

#: The case of all requests that are to be accepted, and of what answers hold.
ACCEPTED = "requests that break nothing"
# What XML 1.0 cannot hold.
_UNSPEAKABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> str:
    """The report as JUnit XML."""
    suites = [_suite(report, name) for name in _operations(report)]
    root = ET.Element("testsuites", {"name": report.title, **_sums(suites), "time": f"{report.seconds:.3f}"})
    root.extend(suites)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _sums(suites: list[ET.Element]) -> dict[str, str]:
    return {name: str(sum(int(suite.get(name, 0)) for suite in suites)) for name in _COUNTED}


_COUNTED = ("tests", "failures", "errors", "skipped")


def _operations(report: Report) -> list[str]:
    """What was called, or not arranged, or found wrong, in the contract's order."""
    contract = report.contract
    seen = {*report.coverage.counts["operations"], *map(owner, report.not_arranged)}
    seen |= {finding.operation or CONVERSATIONS for finding in report.findings}
    order = [one.id for one in (*contract, *contract.realtime)]
    return [*[name for name in order if name in seen], *sorted(seen - set(order))]


def _suite(report: Report, operation: str) -> ET.Element:
    cases = list(_cases(report, operation))
    counts = {
        "tests": len(cases),
        "failures": sum(case.find("failure") is not None for case in cases),
        "errors": 0,
        "skipped": sum(case.find("skipped") is not None for case in cases),
    }
    facts = {"timestamp": timestamp(report.started).removesuffix("Z"), "time": "0", "hostname": "localhost"}
    numbers = {name: str(number) for name, number in counts.items()}
    suite = ET.Element("testsuite", {"name": f"{report.contract.name} {operation}", **numbers, **facts})
    properties = ET.SubElement(suite, "properties")
    for name, value in (("base-url", report.base_url), ("seed", report.seed)):
        if value is not None:
            ET.SubElement(properties, "property", {"name": name, "value": _clean(str(value))})
    suite.extend(cases)
    return suite


def _cases(report: Report, operation: str) -> Iterator[ET.Element]:
    mine = [finding for finding in report.findings if (finding.operation or CONVERSATIONS) == operation]
    for finding in mine:
        if not finding.way:
            yield _failed(_case(report, operation, f"{finding.rule} at {finding.difference.path}"), [finding])
    if not any(not finding.way for finding in mine) and operation in report.coverage.counts["operations"]:
        yield _case(report, operation, ACCEPTED)
    by_way: dict[str, list[Finding]] = {}
    for finding in mine:
        by_way.setdefault(finding.way, []).append(finding)
    counts = report.coverage.counts
    tried = [way for kind in ("constraints", "ways") for way in counts[kind] if owner(way) == operation]
    for way in dict.fromkeys([*sorted(tried), *[way for way in by_way if way]]):
        yield _failed(_case(report, operation, _rest(way)), by_way.get(way, []))
    for way, reason in report.not_arranged.items():
        if owner(way) == operation:
            case = _case(report, operation, _rest(way))
            ET.SubElement(case, "skipped", {"message": _clean(f"not arranged: {reason}")})
            yield case


def _case(report: Report, operation: str, name: str) -> ET.Element:
    return ET.Element(
        "testcase", {"classname": f"{report.contract.name}.{operation}", "name": _clean(name), "time": "0"}
    )


def _failed(case: ET.Element, findings: list[Finding]) -> ET.Element:
    """The case with its failure; of several the first gives the title, for CI systems show one."""
    if findings:
        message, kind = _clean(findings[0].title), findings[0].rule
        failure = ET.SubElement(case, "failure", {"message": message, "type": kind})
        failure.text = _clean("\n\n".join(_told(finding) for finding in findings))
    return case


def _told(finding: Finding) -> str:
    return "\n".join([finding.title, *[f"{name}: {text}" for name, text in details(finding)]])


def _rest(way: str) -> str:
    """A way's text without its operation."""
    return way.partition(" ")[2] or way


def _clean(text: str) -> str:
    return _UNSPEAKABLE.sub("�", text)
