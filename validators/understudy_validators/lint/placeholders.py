"""The placeholders in answers: that something will stand in their places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from understudy_validators import pointers
from understudy_validators.answers import PLACEHOLDER
from understudy_validators.errors import Mistake
from understudy_validators.lint.answers import errors
from understudy_validators.lint.reads import Wrong
from understudy_validators.lint.sites import Site
from understudy_validators.lint.structure import Node
from understudy_validators.lint.survey import Survey
from understudy_validators.lint.views import View
from understudy_validators.lint.wording import nearest

#: The facts of a violation that answers may show.
FACTS = ("actual", "field", "limit")
# What is known of a request that no operation answers.
_OUTSIDE = ("headers", "path", "query", "violation")


def of_nothing(survey: Survey, sites: Sequence[Site]) -> Iterator[Mistake]:
    """Placeholders whose root, or what they ask of it, no request can fill."""
    for node in errors(survey, sites):
        views = [View(site, len(site.rules), Node("rule", "", {})) for site in sites if _lists(site, node)]
        for pointer, text in _texts(node.get("value"), f"{node.pointer}/value"):
            for path in PLACEHOLDER.findall(text):
                wrong = _wrong(path.split("."), views)
                if wrong:
                    yield survey.mistake(pointer, f"the placeholder {{{path}}}: {wrong[0]}", wrong[1])


def _lists(site: Site, node: Node) -> bool:
    return any(listing.example is node for listing in site.listings)


def _wrong(steps: Sequence[str], views: Sequence[View]) -> Wrong | None:
    """What is wrong in all operations that give the answer."""
    if steps[0] == "violation":
        fact = steps[1]
        return None if fact in FACTS else (f"a violation has no {fact!r}", nearest(fact, FACTS))
    if not views and steps[0] not in _OUTSIDE:
        return f"outside of operations there is no {steps[0]!r}", nearest(steps[0], _OUTSIDE)
    found = [view.wrong(steps) for view in views]
    return found[0] if found and all(found) else None


def _texts(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for token, item in inner:
        yield from _texts(item, pointers.child(pointer, token))
