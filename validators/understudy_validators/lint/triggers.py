"""Triggers: that their steps can be sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from understudy_validators import edges, pointers
from understudy_validators.errors import Mistake
from understudy_validators.lint.events import EventSite
from understudy_validators.lint.sites import Site
from understudy_validators.lint.survey import Survey
from understudy_validators.lint.wording import nearest
from understudy_validators.realtime import CONNECT
from understudy_validators.wire import FORM

_BODIES = ("body", "raw", "multipart")
# Where the view has the parameters of each place.
_PLACES = {"path": "path", "query": "query", "header": "headers"}


@dataclass(frozen=True, slots=True)
class Stage:
    """What steps of triggers can be sent to: the operations and the events of a contract."""

    operations: Sequence[Site]
    events: Sequence[EventSite] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a trigger: where it stands, what it says, and the connections that were opened before it."""

    pointer: str
    words: dict[str, Any]
    connections: tuple[str, ...]


def steps(survey: Survey) -> Iterator[Step]:
    """Every step of all triggers; a repeated one counts once."""
    for node in [*survey.of("example"), *survey.of("failureAnswer")]:
        connections: list[str] = []
        for index, step in enumerate(node.get("x-trigger") or ()):
            pointer = f"{node.pointer}/x-trigger/{index}"
            repeated = step.get("repeat")
            found = (f"{pointer}/repeat/of", repeated["of"]) if repeated else (pointer, step)
            yield Step(*found, tuple(connections))
            connections += [found[1].get("name", "a")] if "connect" in found[1] else []


def _sent(survey: Survey, stage: Stage) -> Iterator[tuple[str, dict[str, Any], Site]]:
    by_id = {site.name: site for site in reversed(stage.operations)}
    for step in steps(survey):
        if step.words.get("send") in by_id:
            yield step.pointer, step.words, by_id[step.words["send"]]


def to_no_operation(survey: Survey, stage: Stage) -> Iterator[Mistake]:
    """Steps that send an operation, connect to a namespace or emit an event that the contract does not have."""
    known = {
        "send": ("operation", [site.name for site in stage.operations]),
        "connect": ("namespace", [site.path for site in stage.events]),
        "emit": ("event", [site.method for site in stage.events if site.method != CONNECT]),
    }
    for step in steps(survey):
        for word, (title, names) in known.items():
            # A channel without an address, which is told elsewhere, could be any.
            if word in step.words and step.words[word] not in names and "" not in names:
                problem = f"there is no {title} {step.words[word]!r}"
                yield survey.mistake(f"{step.pointer}/{word}", problem, nearest(step.words[word], names))


def on_no_connection(survey: Survey, stage: Stage) -> Iterator[Mistake]:
    """Steps on a connection that no step before them opens."""
    for step in steps(survey):
        word = "disconnect" if "disconnect" in step.words else "on" if "on" in step.words else "emit"
        name = step.words.get("on", "a") if word != "disconnect" else step.words["disconnect"]
        if {"emit", "disconnect"} & step.words.keys() and name not in step.connections:
            problem = f"no step before opens the connection {name!r}"
            yield survey.mistake(f"{step.pointer}/{word}", problem, nearest(name, step.connections, "Connect first."))


def at_odds(survey: Survey) -> Iterator[Mistake]:
    """Steps that say two things at once, or half of one."""
    for step in steps(survey):
        for problem, advice in _at_odds(step.words):
            yield survey.mistake(step.pointer, problem, advice)


def _at_odds(step: dict[str, Any]) -> Iterator[tuple[str, str]]:
    bodies = [word for word in (*_BODIES, "payload") if word in step]
    of_operations = sorted({"past", "patch", "path", "as"} & step.keys())
    if "send" in step and "url" in step:
        yield "a step has both send and url", "Keep one."
    elif "url" in step and of_operations:
        yield f"{of_operations[0]} means nothing with url: no operation says more of it", "Take it out."
    if "url" in step and "method" not in step:
        yield "a step has a url and no method", "Add the method."
    if len(bodies) > 1:
        yield f"a step has {' and '.join(bodies)}", "Keep one."
    if "patch" in step and bodies:
        yield f"a step has patch and {bodies[0]}", "A patch changes the example: keep one."


def with_unknown_parameters(survey: Survey, stage: Stage) -> Iterator[Mistake]:
    """Steps that replace a path parameter that the operation does not have."""
    for pointer, step, site in _sent(survey, stage):
        for name in step.get("path", ()):
            if name not in site.named("path"):
                problem = f"{site.name} has no path parameter {name!r}"
                yield survey.mistake(f"{pointer}/path/{name}", problem, nearest(name, site.named("path")))


def in_a_form_unread(survey: Survey, stage: Stage) -> Iterator[Mistake]:
    """Steps that send a form to an operation that reads none."""
    for pointer, step, site in _sent(survey, stage):
        if "multipart" in step and FORM not in site.media_types:
            yield survey.mistake(f"{pointer}/multipart", f"{site.name} does not read {FORM}", "Send a body or raw.")


def past_nothing(survey: Survey, stage: Stage) -> Iterator[Mistake]:
    """Steps that break a constraint that the request or event does not have."""
    events = {site.method: site for site in reversed(stage.events)}
    emitted = [(s.pointer, s.words, events[s.words["emit"]]) for s in steps(survey) if s.words.get("emit") in events]
    for pointer, step, site in [*_sent(survey, stage), *emitted]:
        if "past" in step:
            known = list(_constraints(step, site))
            if step["past"] not in known:
                problem = f"{site.name} has no constraint {step['past']}"
                yield survey.mistake(f"{pointer}/past", problem, nearest(step["past"], known, "It has none."))


def _schemas(step: dict[str, Any], site: Site) -> list[str]:
    form = site.media_types.get(FORM) if "multipart" in step else None
    return [f"{form.pointer}/schema"] if form else [] if "multipart" in step else site.schemas


def _constraints(step: dict[str, Any], site: Site) -> Iterator[str]:
    """Where `past` can lead: to what the step's body must keep, and to what each parameter must keep as a whole."""
    data = site.survey.data
    for schema in _schemas(step, site):
        yield from (constraint.pointer for constraint in edges.constraints(site.survey.at(schema), data))
    for (place, name), node in site.parameters.items():
        at = pointers.join(_PLACES.get(place, place), name.lower() if place == "header" else name)
        found = edges.constraints(node.get("schema"), data, at)
        yield from (constraint.pointer for constraint in found if constraint.tokens == pointers.split(at))
