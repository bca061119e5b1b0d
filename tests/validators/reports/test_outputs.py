"""What `--report` asks for: several kinds, each to its file, and every mistake told before anything is run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.validators.reports.samples import report
from understudy_validators.errors import UsageError
from understudy_validators.reports import KINDS, Output, outputs, render, write


def test_reports_are_asked_for_one_by_one_or_with_commas(tmp_path: Path) -> None:
    xml, page = tmp_path / "a.xml", tmp_path / "b=c.html"
    assert outputs([f"junit={xml}, html={page}", "json=-"]) == [
        Output("junit", xml),
        Output("html", page),
        Output("json", None),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("junt=a.xml", "There is no report 'junt'. Did you mean junit?"),
        ("pdf=a.pdf", "There is no report 'pdf'. There is: junit, sarif, har, json, html."),
        ("junit", "--report junit: say where it goes, junit=FILE, or junit=- for standard output."),
        ("junit=", "say where it goes"),
        ("html=nowhere/a.html", "--report html=nowhere/a.html: the folder nowhere does not exist."),
        ("html=.", "--report html=.: . is a folder."),
        ("html=-,json=-", "--report: two reports cannot share standard output."),
    ],
)
def test_what_makes_no_sense_is_told(text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        outputs([text])
    assert message in str(caught.value)


def test_each_is_written_to_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(report(), [Output("junit", tmp_path / "a.xml"), Output("json", None)])
    assert (tmp_path / "a.xml").read_text(encoding="utf-8") == render("junit", report())
    assert json.loads(capsys.readouterr().out)["format"] == 1
    with pytest.raises(UsageError, match="cannot be written"):
        write(report(), [Output("junit", tmp_path / "gone" / "a.xml")])


@pytest.mark.parametrize("kind", KINDS)
def test_a_report_is_the_same_text_every_time(kind: str) -> None:
    assert render(kind, report()) == render(kind, report())
