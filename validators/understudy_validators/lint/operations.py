"""Operations: their ids, what they take and what they answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from understudy_validators.errors import Mistake
from understudy_validators.lint.sites import Site
from understudy_validators.lint.survey import Survey
from understudy_validators.lint.wording import nearest


def of_the_same_id(survey: Survey, sites: Sequence[Site]) -> Iterator[Mistake]:
    """Two operations with one id."""
    seen: dict[str, Site] = {}
    for site in sites:
        first = seen.setdefault(site.name, site)
        if first is not site:
            problem = f"the operationId {site.name!r} belongs to {first.method.upper()} {first.path} already"
            yield survey.mistake(f"{site.node.pointer}/operationId", problem, "Choose another one.")


def without_source(site: Site) -> Iterator[Mistake]:
    """Operations of which nobody says that the API has them."""
    if "x-source" not in site.node.fields:
        advice = "Add x-source: {is: documented, from: …}; is may also be observed or assumed."
        yield site.survey.mistake(site.node.pointer, f"{site.name} has no x-source", advice)


def without_success(site: Site) -> Iterator[Mistake]:
    """Operations that never succeed."""
    if all(not status.startswith("2") for status, _ in site.survey.below(site.node, "responses")):
        yield site.survey.mistake(f"{site.node.pointer}/responses", f"{site.name} has no 2xx response", "Add one.")


def without_body_schema(site: Site) -> Iterator[Mistake]:
    """Request bodies that nothing is said of."""
    for name, content in site.media_types.items():
        if "schema" not in content.fields:
            advice = "Add one; `true` lets everything through."
            yield site.survey.mistake(content.pointer, f"the body {name} of {site.name} has no schema", advice)


def without_body_example(site: Site) -> Iterator[Mistake]:
    """Request bodies without an example, which triggers and curl lines need."""
    for name, content in site.media_types.items():
        if not content.get("examples"):
            advice = "Add one to its examples: triggers and documents start from it."
            yield site.survey.mistake(content.pointer, f"the body {name} of {site.name} has no named example", advice)


def assuming_an_unknown_type(site: Site) -> Iterator[Mistake]:
    """Assumed media types that the operation does not read."""
    assumed = site.body.get("x-assume") if site.body else None
    if site.body and isinstance(assumed, str) and assumed not in site.media_types:
        problem = f"x-assume names {assumed!r}, which {site.name} does not read"
        yield site.survey.mistake(f"{site.body.pointer}/x-assume", problem, nearest(assumed, site.media_types))
