"""The page for people: it stands alone, shows what was found, and holds whatever traffic says as text."""

from __future__ import annotations

import os
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from tests.browser.chromium import Page, chromium, executable
from tests.validators.checking.exchanges import ROOT, exchange
from tests.validators.reports.samples import difference, finding, report
from understudy_validators.checking.report import Report
from understudy_validators.reports import render

HOSTILE = "</pre><script>alert(1)</script><img src=x onerror=alert(1)>&amp;"
VOID = {"meta", "img", "br"}


class Reader(HTMLParser):
    """Elements, their attributes and texts; whether every element is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def page(**more: object) -> Reader:
    return Reader(render("html", report(**more)))


def test_the_page_shows_summary_findings_coverage_and_timeline() -> None:
    text = page().text
    for shown in (
        "2 findings in 1 of 1 operations, 1 not arranged",
        "Tiny (tiny)",
        "2026-01-01 00:00:00 UTC",
        "1. addThing maxLength",
        "curl -sS http://127.0.0.1:8000/api/tiny/things/t1",
        "understudy check tiny --only 'addThing /body/text/maxLength'",
        "constraintsconstraints that a request broke",
        "addThing owned missing",
        "a body that is no object has no text either",
        "POST /things/t1",
    ):
        assert shown in text


def test_without_findings_the_page_says_so() -> None:
    reader = page(findings=(), not_arranged={}, impossible={}, exchanges=())
    assert "The server keeps what the contract says." in reader.text
    assert "Timeline" not in reader.text


def test_whatever_traffic_holds_is_shown_as_text() -> None:
    hostile = exchange({"text": HOSTILE}, url=f"{ROOT}/{HOSTILE}", request_headers=(("X", HOSTILE),))
    reader = page(
        title=HOSTILE,
        findings=(finding(difference=difference(message=HOSTILE, actual=HOSTILE), exchanges=(hostile,), curl=HOSTILE),),
        exchanges=(hostile,),
        not_arranged={f"addThing {HOSTILE}": HOSTILE},
        skipped={HOSTILE: 1},
    )
    assert not {"script", "img"} & {tag for tag, _ in reader.elements}
    assert reader.text.count("<script>") >= 8


def test_the_page_asks_for_nothing() -> None:
    elements = page().elements
    assert not {"script", "link", "iframe", "object", "base", "form"} & {tag for tag, _ in elements}
    links = [value for _, attributes in elements for name, value in attributes.items() if name in ("src", "href")]
    assert links
    assert all(link and link.startswith("#finding-") for link in links)
    assert "url(" not in render("html", report())
    assert "@import" not in render("html", report())


def test_the_page_can_be_read_by_machines_for_people() -> None:
    elements = page().elements
    assert ("html", {"lang": "en"}) in elements
    headings = [int(tag[1]) for tag, _ in elements if tag[0] == "h" and tag[1:].isdecimal()]
    assert headings[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))
    identifiers = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))
    labelled = [attributes["aria-labelledby"] for _, attributes in elements if "aria-labelledby" in attributes]
    assert set(labelled) <= set(identifiers)
    assert all(attributes.get("scope") for tag, attributes in elements if tag == "th")


def test_a_link_leads_from_the_timeline_to_the_finding() -> None:
    links = [attributes["href"] for tag, attributes in page().elements if tag == "a"]
    assert links == ["#finding-1"]


@pytest.fixture(scope="module")
def browser_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    path = executable()
    if path is None and os.environ.get("CI"):
        pytest.fail("CI is set, where the browser tests must run, and there is no Chromium on PATH.")
    if path is None:
        pytest.skip("There is no Chromium on PATH; `apt-get install chromium` brings one.")
    with chromium(path, tmp_path_factory.mktemp("chromium")) as browser, browser.page() as page:
        yield page


CONTRAST = """
(() => {
  const parts = (color) => color.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const light = (color) => parts(color).map((c) => c / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const below = (element) => {
    const color = getComputedStyle(element).backgroundColor;
    return color === "rgba(0, 0, 0, 0)" && element.parentElement ? below(element.parentElement) : color;
  };
  const ratio = (element) => {
    const [a, b] = [light(getComputedStyle(element).color), light(below(element))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };
  return Math.min(...[...document.querySelectorAll("body *")].filter((e) => e.innerText?.trim()).map(ratio));
})()
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_browser_shows_it_by_day_and_by_night_on_small_screens_and_large(
    browser_page: Page, tmp_path: Path, scheme: str, width: int
) -> None:
    """Every text stands out enough (WCAG 2.1, 1.4.3), nothing overflows, nothing is fetched."""
    file = tmp_path / "report.html"
    file.write_text(render("html", _long()), encoding="utf-8")
    browser_page.requests.clear()
    browser_page.tell("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser_page.tell("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
    browser_page.open(file.as_uri())
    assert browser_page.evaluate(CONTRAST) >= 4.5
    assert browser_page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert set(browser_page.requests) == {file.as_uri()}
    assert browser_page.complaints == []


def _long() -> Report:
    """A report whose texts are longer than any screen is wide."""
    long = "x" * 300
    one = exchange({"text": long}, url=f"{ROOT}/{long}", operation=long, request_headers=(("X-Long", long),))
    return report(
        title=long,
        findings=(
            finding(way=f"addThing {long}", difference=difference(message=long, expected=long), exchanges=(one,)),
        ),
        exchanges=(one,),
    )
