"""Requests whose body cannot be read: of no form, of another form than they say, or not there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from understudy_validators.fuzzing.drafts import Draft
from understudy_validators.fuzzing.model import RULE, Way
from understudy_validators.fuzzing.plans import Plan
from understudy_validators.fuzzing.subjects import RestSubject
from understudy_validators.wire import FORM, JSON, NOTHING, WireRequest

NOT_JSON, NOT_MULTIPART, OTHER_TYPE, MISSING = "not-json", "not-multipart", "media-type", "missing"
_KEYWORDS = {NOT_JSON: "form", NOT_MULTIPART: "form", OTHER_TYPE: "media-type", MISSING: "required"}
_TEXTS = {
    NOT_JSON: ('{"', "{'a': 1}", "[1,]", "NaN", '"\\ud800"', "not JSON", "{} {}"),
    NOT_MULTIPART: ("not a form", "--other\r\n\r\n--other--", "--boundary\r\nno header"),
    OTHER_TYPE: ("<a/>", "a=b"),
    MISSING: ("",),
}


def form_ways(plan: Plan) -> Iterator[Way]:
    """The ways in which `form` can be broken."""
    subject = plan.subject
    if not isinstance(subject, RestSubject) or not any(check.id == "form" for check in subject.checks):
        return
    details = [detail for name, detail in ((JSON, NOT_JSON), (FORM, NOT_MULTIPART)) if name in subject.bodies]
    yield from (Way(subject.id, RULE, "form", detail) for detail in (*details, OTHER_TYPE, MISSING))


def variants(way: Way) -> tuple[str, ...]:
    """The bodies that break `form` in that way."""
    return _TEXTS[way.detail]


def spoiled(subject: RestSubject, draft: Draft, way: Way, text: str) -> WireRequest:
    """The draft with a body that cannot be read."""
    step = subject.step(draft)
    headers = {name: value for name, value in step.headers.items() if name.lower() != "content-type"}
    if way.detail == MISSING:
        kept = {**headers, "Content-Type": draft.media_type} if draft.media_type == JSON else headers
        return replace(step, headers=kept, body=NOTHING, parts=None)
    types = {NOT_JSON: JSON, NOT_MULTIPART: f"{FORM}; boundary=boundary", OTHER_TYPE: "application/x-unknown"}
    return replace(step, headers={**headers, "Content-Type": types[way.detail]}, body=text, parts=None)


def media_type_of(way: Way) -> str:
    """The media type of the drafts that a way starts from; empty where any will do."""
    return {NOT_JSON: JSON, NOT_MULTIPART: FORM}.get(way.detail, "")


def keyword(way: Way) -> str:
    """What the violation says is broken."""
    return _KEYWORDS[way.detail]
