"""Where `$ref`s lead: to something of the right kind, and not in a circle. Files and folders are for the loader."""

from __future__ import annotations

from collections.abc import Iterator

from understudy_validators.errors import Mistake
from understudy_validators.lint.structure import Node, structure
from understudy_validators.lint.survey import Survey


def dangling(survey: Survey) -> Iterator[Mistake]:
    """References to nothing."""
    for node in survey.references():
        target = survey.target(node)
        if node.value["$ref"].startswith("#") and survey.at(target) is None:
            yield survey.mistake(
                node.pointer, f"$ref {node.value['$ref']!r} leads nowhere", "Name something that exists."
            )


def of_another_kind(survey: Survey) -> Iterator[Mistake]:
    """References to something that cannot stand in their place."""
    for node in survey.misdirected:
        wanted, found = structure().title(node.kind), survey.node(survey.target(node))
        problem = f"$ref {node.value['$ref']!r} names {_name(found)}, where {wanted} stands"
        yield survey.mistake(node.pointer, problem, f"Name {wanted}.")


def _name(node: Node | None) -> str:
    return structure().title(node.kind) if node else "no object of its own"


def circular(survey: Survey) -> Iterator[Mistake]:
    """References that lead back to themselves."""
    for node in survey.circular:
        advice = "One of them must say something itself."
        yield survey.mistake(node.pointer, f"$ref {node.value['$ref']!r} leads back to itself", advice)
