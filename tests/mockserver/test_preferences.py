"""`Prefer`: an answer on demand, by status, by name, or by the vendor's code."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import tiny
from tests.tiny import law
from understudy_mockserver.preferences import Preference, UnknownPreferenceError, choose, parse

EXAMPLES = """
components:
  examples:
    taken: {value: {code: vendor/taken}}
    missing: {value: {code: vendor/shared}}
    forbidden: {value: {code: vendor/shared}}
    limited: {value: {code: 429001}}
"""
RESPONSES = """
responses:
  "200": {description: The same again., content: {application/json: {examples: {same: {value: {id: t1}}}}}}
  "204": {description: Nothing.}
"""


@pytest.mark.parametrize(
    ("header", "preference"),
    [
        ("code=404", Preference("404")),
        ("example=taken", Preference("", "taken")),
        ('example="vendor/taken"', Preference("", "vendor/taken")),
        ("code=404, example=missing", Preference("404", "missing")),
        ("code=404; example=missing", Preference("404", "missing")),
        ("example=missing code=404", Preference("404", "missing")),
        ("  Code = 404 ,EXAMPLE= missing", Preference("404", "missing")),
        ("respond-async, wait=10, code=503", Preference("503")),
        ("dynamic=true, code=404", Preference("404")),
        ("code=404, code=500", Preference("500")),
        ('example="two words"', Preference("", "two words")),
    ],
)
def test_a_preference_is_read_as_prism_reads_it(header: str, preference: Preference) -> None:
    assert parse(header) == preference


OTHERS = [
    *("", "respond-async", "return=minimal", "dynamic=true", "code", "code=", "=404", "x-code=404", "mycode=404"),
    *('other="code=404"', 'other="a, example=b"', "other=code=404", "x.example=y"),
]


@pytest.mark.parametrize("header", OTHERS)
def test_what_asks_for_something_else_asks_for_nothing_of_ours(header: str) -> None:
    assert parse(header) is None


@law
@given(st.text(max_size=30) | st.text(alphabet='code=xample",; 4', max_size=30))
def test_no_header_is_too_strange_to_be_read(header: str) -> None:
    parse(header)


@law
@given(st.from_regex(r"([0-9]{3})?", fullmatch=True), st.from_regex(r"[a-z][a-z/-]{0,8}", fullmatch=True))
def test_what_was_applied_is_told_as_it_would_be_asked_for(code: str, example: str) -> None:
    preference = Preference(code, example)
    assert parse(str(preference)) == preference


@pytest.mark.parametrize(
    ("preference", "status", "name"),
    [
        (Preference("201"), 201, "added"),
        (Preference("200"), 200, "same"),
        (Preference("204"), 204, ""),
        (Preference("404"), 404, "missing"),
        (Preference("400"), 400, "invalid"),
        (Preference("400", "too-long"), 400, "too-long"),
        (Preference("", "same"), 200, "same"),
        (Preference("", "taken"), 409, "taken"),
        (Preference("", "vendor/taken"), 409, "taken"),
        (Preference("", "429001"), 429, "limited"),
        (Preference("404", "vendor/shared"), 404, "missing"),
        (Preference("403", "vendor/shared"), 403, "forbidden"),
        (Preference("500"), 500, "broken"),
        (Preference("", "route-not-found"), 404, "route-not-found"),
    ],
)
def test_an_answer_is_found_by_status_name_or_code(preference: Preference, status: int, name: str) -> None:
    contract = tiny.contract(openapi=EXAMPLES, operation=RESPONSES)
    forced = choose(contract, next(iter(contract)), preference)
    assert (forced.status, forced.name) == (status, name)
    assert (forced.answer is not None) == (status >= 400)


def test_what_is_forced_carries_what_it_is_answered_with() -> None:
    contract = tiny.contract(openapi=EXAMPLES, operation=RESPONSES)
    success = choose(contract, next(iter(contract)), Preference("201"))
    assert (success.media_type, success.value) == ("application/json", {"id": "t9"})
    refusal: Any = choose(contract, next(iter(contract)), Preference("409"))
    assert refusal.answer is contract.operation("addThing").answers["taken"]


@pytest.mark.parametrize(
    "preference", [Preference("418"), Preference("", "nothing"), Preference("409", "missing"), Preference("4")]
)
def test_an_unknown_one_is_told_what_there_is(preference: Preference) -> None:
    contract = tiny.contract(openapi=EXAMPLES, operation=RESPONSES)
    with pytest.raises(UnknownPreferenceError) as raised:
        choose(contract, next(iter(contract)), preference)
    text = str(raised.value)
    assert str(preference) in text
    assert all(f"{status} {name}" in text for status, name in [(201, "added"), (404, "missing"), (409, "taken")])
