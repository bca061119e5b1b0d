"""Where `$ref`s lead: to something of the right kind. That they lead somewhere is for the loader."""

from __future__ import annotations

from collections.abc import Iterator

from understudy_validators.errors import Mistake
from understudy_validators.lint.structure import Node, structure
from understudy_validators.lint.survey import Survey, written


def of_another_kind(survey: Survey) -> Iterator[Mistake]:
    """References to something that cannot stand in their place."""
    for node in survey.misdirected:
        wanted, found = structure().title(node.kind), survey.node(survey.target(node))
        problem = f"$ref {written(node.value['$ref'])!r} names {_name(found)}, where {wanted} stands"
        yield survey.mistake(node.pointer, problem, f"Name {wanted}.")


def _name(node: Node | None) -> str:
    return structure().title(node.kind) if node else "no object of its own"
