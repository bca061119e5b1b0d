"""JUnit XML: what CI systems read, to the letter."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from tests.validators.reports.samples import difference, finding, report
from understudy_validators.reports import render

EXPECTED = """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="understudy check tiny" tests="3" failures="2" errors="0" skipped="1" time="1.500">
  <testsuite name="tiny addThing" tests="3" failures="2" errors="0" skipped="1" timestamp="2026-01-01T00:00:00.000" \
time="0" hostname="localhost">
    <properties>
      <property name="base-url" value="http://127.0.0.1:8000/api/tiny" />
      <property name="seed" value="7" />
    </properties>
    <testcase classname="tiny.addThing" name="status at /status" time="0">
      <failure message="addThing status: accepted" type="status">addThing status: accepted
at: /status
expected: 400 invalid
actual: 201
curl: curl -sS http://127.0.0.1:8000/api/tiny/things/t1
replay: understudy check tiny --only 'addThing /body/text/maxLength'</failure>
    </testcase>
    <testcase classname="tiny.addThing" name="/body/text/maxLength" time="0">
      <failure message="addThing maxLength: accepted" type="maxLength">addThing maxLength: accepted
at: /body/text
expected: 400 invalid
actual: 201
way: addThing /body/text/maxLength
curl: curl -sS http://127.0.0.1:8000/api/tiny/things/t1
replay: understudy check tiny --only 'addThing /body/text/maxLength'</failure>
    </testcase>
    <testcase classname="tiny.addThing" name="owned missing" time="0">
      <skipped message="not arranged: nothing stands for things t2" />
    </testcase>
  </testsuite>
</testsuites>
"""


def test_a_report_is_a_suite_for_each_operation_and_a_case_for_each_way() -> None:
    assert render("junit", report()) == EXPECTED


def test_without_findings_every_case_passes() -> None:
    root = ET.fromstring(render("junit", report(findings=(), not_arranged={})))
    assert root.attrib | {"time": "", "name": ""} == {
        "name": "",
        "tests": "2",
        "failures": "0",
        "errors": "0",
        "skipped": "0",
        "time": "",
    }
    names = [case.get("name") for case in root.iter("testcase")]
    assert names == ["requests that break nothing", "/body/text/maxLength"]


def test_what_xml_cannot_hold_is_replaced() -> None:
    wrong = finding(difference=difference(message="a \x00 and \ud800 & <b>"))
    [failure] = ET.fromstring(render("junit", report(findings=(wrong,)))).iter("failure")
    assert failure.get("message") == "addThing maxLength: a � and � & <b>"


def test_a_finding_of_no_operation_has_a_suite_of_its_own() -> None:
    root = ET.fromstring(render("junit", report(findings=(finding(operation="", way=""),))))
    assert [suite.get("name") for suite in root] == ["tiny addThing", "tiny conversations"]
