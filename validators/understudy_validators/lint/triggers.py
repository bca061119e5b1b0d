"""Triggers: that their steps can be sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from understudy_validators import edges
from understudy_validators.errors import Mistake
from understudy_validators.lint.sites import Site
from understudy_validators.lint.survey import Survey
from understudy_validators.lint.wording import nearest
from understudy_validators.wire import FORM

_BODIES = ("body", "raw", "multipart")


def steps(survey: Survey) -> Iterator[tuple[str, dict[str, Any]]]:
    """(where, request) of each step of all triggers; a repeated step counts once."""
    for node in survey.of("example"):
        for index, step in enumerate(node.get("x-trigger") or ()):
            pointer = f"{node.pointer}/x-trigger/{index}"
            repeated = step.get("repeat")
            yield (f"{pointer}/repeat/of", repeated["of"]) if repeated else (pointer, step)


def _sent(survey: Survey, sites: Sequence[Site]) -> Iterator[tuple[str, dict[str, Any], Site]]:
    by_id = {site.name: site for site in reversed(sites)}
    for pointer, step in steps(survey):
        if step.get("send") in by_id:
            yield pointer, step, by_id[step["send"]]


def to_no_operation(survey: Survey, sites: Sequence[Site]) -> Iterator[Mistake]:
    """Steps that send an operation that the contract does not have."""
    known = [site.name for site in sites]
    for pointer, step in steps(survey):
        if "send" in step and step["send"] not in known:
            problem = f"there is no operation {step['send']!r}"
            yield survey.mistake(f"{pointer}/send", problem, nearest(step["send"], known))


def at_odds(survey: Survey, sites: Sequence[Site]) -> Iterator[Mistake]:
    """Steps that say two things at once, or half of one."""
    for pointer, step in steps(survey):
        bodies = [word for word in _BODIES if word in step]
        if "send" in step and "url" in step:
            yield survey.mistake(pointer, "a step has both send and url", "Keep one.")
        if "url" in step and "method" not in step:
            yield survey.mistake(pointer, "a step has a url and no method", "Add the method.")
        if len(bodies) > 1:
            yield survey.mistake(pointer, f"a step has {' and '.join(bodies)}", "Keep one.")
        if "patch" in step and bodies:
            yield survey.mistake(pointer, f"a step has patch and {bodies[0]}", "A patch changes the example: keep one.")
        if "url" in step and {"past", "patch", "path", "as"} & step.keys():
            word = min({"past", "patch", "path", "as"} & step.keys())
            yield survey.mistake(
                pointer, f"{word} means nothing with url: no operation says more of it", "Take it out."
            )


def with_unknown_parameters(survey: Survey, sites: Sequence[Site]) -> Iterator[Mistake]:
    """Steps that replace a path parameter that the operation does not have."""
    for pointer, step, site in _sent(survey, sites):
        for name in step.get("path", ()):
            if name not in site.named("path"):
                problem = f"{site.name} has no path parameter {name!r}"
                yield survey.mistake(f"{pointer}/path/{name}", problem, nearest(name, site.named("path")))


def in_a_form_unread(survey: Survey, sites: Sequence[Site]) -> Iterator[Mistake]:
    """Steps that send a form to an operation that reads none."""
    for pointer, step, site in _sent(survey, sites):
        if "multipart" in step and FORM not in site.media_types:
            yield survey.mistake(f"{pointer}/multipart", f"{site.name} does not read {FORM}", "Send a body or raw.")


def past_nothing(survey: Survey, sites: Sequence[Site]) -> Iterator[Mistake]:
    """Steps that break a constraint that the request does not have."""
    for pointer, step, site in _sent(survey, sites):
        if "past" in step:
            known = [constraint for name in _media_types(step, site) for constraint in _constraints(site, name)]
            if step["past"] not in known:
                problem = f"{site.name} has no constraint {step['past']}"
                yield survey.mistake(f"{pointer}/past", problem, nearest(step["past"], known, "It has none."))


def _media_types(step: dict[str, Any], site: Site) -> list[str]:
    return [FORM] if "multipart" in step else list(site.media_types)


def _constraints(site: Site, media_type: str) -> list[str]:
    node = site.media_types.get(media_type)
    schema = node.get("schema", True) if node else True
    return [constraint.pointer for constraint in edges.constraints(schema, site.survey.data)]
