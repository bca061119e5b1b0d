"""Paths and parameters: templates, declarations, and the other paths that lead to the same operations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from understudy_validators import pointers
from understudy_validators.errors import Mistake
from understudy_validators.lint.sites import Site
from understudy_validators.lint.structure import Node
from understudy_validators.lint.survey import Survey
from understudy_validators.lint.wording import nearest

_PARAMETER = re.compile(r"\{([^{}]*)\}")


def names_in(template: str) -> list[str]:
    """The names of the parameters in a path template."""
    return _PARAMETER.findall(template)


def undeclared(site: Site) -> Iterator[Mistake]:
    """Parameters that the path has and nothing declares."""
    for name in names_in(site.path):
        if name not in site.named("path"):
            problem = f"{site.name} does not declare the path parameter {name!r}"
            yield site.survey.mistake(site.node.pointer, problem, _alike(name, site.named("path")))


def not_in_the_path(site: Site) -> Iterator[Mistake]:
    """Path parameters that are declared and that the path does not have."""
    for (place, name), node in site.parameters.items():
        if place == "path" and name not in names_in(site.path):
            problem = f"the path {site.path} of {site.name} has no parameter {name!r}"
            yield site.survey.mistake(node.pointer, problem, _alike(name, names_in(site.path)))


def _alike(name: str, known: list[str]) -> str:
    return nearest(name, known, f"Declare it, or take {{{name}}} out.")


def declared_twice(survey: Survey) -> Iterator[Mistake]:
    """Parameters that one list declares twice."""
    for node in [*survey.of("path"), *survey.of("operation")]:
        seen = set()
        for index, parameter in survey.below(node, "parameters"):
            name = (parameter.get("in"), parameter.get("name"))
            if name in seen:
                problem = f"the {name[0]} parameter {name[1]!r} is declared twice"
                yield survey.mistake(f"{node.pointer}/parameters/{index}", problem, "Keep one.")
            seen.add(name)


def optional_in_the_path(survey: Survey, parameter: Node) -> Iterator[Mistake]:
    """Path parameters that are not said to be required, as OpenAPI wants it."""
    if parameter.get("in") == "path" and parameter.get("required") is not True:
        problem = f"the path parameter {parameter.get('name')!r} is not required"
        yield survey.mistake(parameter.pointer, problem, "Add required: true.")


def without_example(survey: Survey, parameter: Node) -> Iterator[Mistake]:
    """Parameters that are always sent and have no example to be sent."""
    if (parameter.get("in") == "path" or parameter.get("required") is True) and "example" not in parameter.fields:
        problem = f"the {parameter.get('in')} parameter {parameter.get('name')!r} has no example"
        yield survey.mistake(parameter.pointer, problem, "Add one: triggers and documents send it.")


def alike(survey: Survey, sites: Sequence[Site]) -> Iterator[Mistake]:
    """Paths and aliases that the same requests would fit."""
    taken: dict[str, str] = {}
    for pointer, template in _templates(survey):
        form = _PARAMETER.sub("{}", template)
        if form in taken:
            problem = f"the path {template} is taken by {taken[form]} already"
            yield survey.mistake(pointer, problem, "Leave one of them out.")
        taken.setdefault(form, template)


def _templates(survey: Survey) -> Iterator[tuple[str, str]]:
    """Where and what, of each path; then of each alias."""
    paths = survey.of("path")
    yield from ((node.pointer, pointers.split(node.pointer)[-1]) for node in paths)
    yield from (alias for node in paths for alias in _aliases(node))


def _aliases(node: Node) -> Iterator[tuple[str, str]]:
    for index, alias in enumerate(node.get("x-aliases") or ()):
        yield f"{node.pointer}/x-aliases/{index}", alias


def aliases_of_other_parameters(survey: Survey, path: Node) -> Iterator[Mistake]:
    """Aliases with parameters that their path does not have."""
    template = pointers.split(path.pointer)[-1]
    for pointer, alias in _aliases(path):
        for name in names_in(alias):
            if name not in names_in(template):
                problem = f"the alias {alias} has a parameter {name!r} that {template} has not"
                yield survey.mistake(pointer, problem, nearest(name, names_in(template)))


def odd_braces(survey: Survey, path: Node) -> Iterator[Mistake]:
    """Templates with a brace too many or a parameter twice."""
    own = (path.pointer, pointers.split(path.pointer)[-1])
    for pointer, template in [own, *_aliases(path)]:
        names = names_in(template)
        if "{" in _PARAMETER.sub("", template) or "}" in _PARAMETER.sub("", template) or "" in names:
            yield survey.mistake(pointer, f"the path {template} has a brace too many", "Write parameters as {name}.")
        if len(set(names)) < len(names):
            yield survey.mistake(pointer, f"the path {template} has a parameter twice", "Give each a name of its own.")
