"""What a person reads at the end of a run."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from tests.validators.checking.exchanges import ROOT, exchange
from tests.validators.reports.samples import difference, finding, report
from understudy_validators.checking.report import Report
from understudy_validators.reports.terminal import show


def shown(told: Report, width: int = 60) -> str:
    out = StringIO()
    show(told, Console(file=out, width=width, no_color=True))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def test_findings_what_was_not_arranged_coverage_and_the_outcome_are_printed() -> None:
    assert (
        shown(report(findings=report().findings[:1]))
        == f"""\
1. addThing maxLength: accepted
   at       /body/text
   expected 400 invalid
   actual   201
   way      addThing /body/text/maxLength
   curl     curl -sS {ROOT}/things/t1
   replay   understudy check tiny --only 'addThing /body/text/maxLength'

Not arranged
   addThing owned missing: nothing stands for things t2
Coverage
kind         seen  of    share
operations      1   1  100.0 %
statuses        1   7   14.3 %
errors          0   7    0.0 %
edges           0   1    0.0 %
constraints     1   4   25.0 %
rules           0   3    0.0 %
ways            0   6    0.0 %
1 finding in 1 of 1 operations, 1 not arranged"""
    )


def test_of_many_that_were_not_arranged_the_first_are_named() -> None:
    text = shown(report(findings=(), not_arranged={f"addThing way {number}": "nothing" for number in range(30)}))
    assert "addThing way 9: nothing\n   … and 20 more" in text
    assert "addThing way 10:" not in text


def test_a_line_to_run_is_never_folded() -> None:
    line = f"curl -sS '{ROOT}/[x]' " + "-H 'Authorization: Bearer alice-token' " * 5
    assert line.strip() in shown(report(findings=(finding(curl=line.strip(), exchanges=()),)), width=40)


def test_examples_of_the_contracts_own_world_stay_in_lines_to_run_and_nowhere_else() -> None:
    """`alice-token` is published with the contract; what a real server takes is not."""
    line = "curl -sS -H 'Authorization: Bearer alice-token' -H 'Cookie: sid=a-real-secret'"
    carried = exchange(request_headers=(("Authorization", "Bearer alice-token"), ("Cookie", "sid=a-real-secret")))
    told = finding(curl=line, exchanges=(carried,), difference=difference(message="alice-token a-real-secret"))
    text = shown(report(findings=(told,)))
    assert "Bearer alice-token'" in text
    assert text.count("alice-token") == 1
    assert "a-real-secret" not in text
