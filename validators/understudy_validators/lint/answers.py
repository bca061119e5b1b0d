"""The error catalogue: who names an answer, who lists it, and what each must say of itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from understudy_validators import pointers
from understudy_validators.compiler import BUILT_IN
from understudy_validators.errors import Mistake
from understudy_validators.lint.sites import Listing, Site, listings
from understudy_validators.lint.structure import EVENTS, Node, structure
from understudy_validators.lint.survey import Survey
from understudy_validators.lint.wording import nearest

_CATALOGUE = "/components/examples/"


def all_listings(survey: Survey, sites: Sequence[Site]) -> list[Listing]:
    """Every listing of an answer, those outside of operations last."""
    return [listing for site in sites for listing in site.listings] + list(outside(survey))


def outside(survey: Survey) -> Iterator[Listing]:
    """The answers that x-framing lists for all operations."""
    return listings(survey, survey.framing, "responses")


def errors(survey: Survey, sites: Sequence[Site]) -> list[Node]:
    """The examples that are answers: listed by an error response, or with a trigger."""
    listed = {listing.example.pointer for listing in all_listings(survey, sites) if listing.example}
    nodes = [*survey.of("example"), *survey.of("failureAnswer")]
    return [node for node in nodes if node.pointer in listed or {"x-trigger", "x-forced"} & node.fields.keys()]


def unlisted(site: Site) -> Iterator[Mistake]:
    """Answers that a check of the operation names and its responses do not list."""
    known = {listing.name for listing in (*site.listings, *outside(site.survey))}
    for pointer, name in dict.fromkeys(named(site)):
        if name not in known:
            problem = f"the answer {name!r} is not listed by the {site.listed_by} of {site.name}"
            yield site.survey.mistake(pointer, problem, _advice(site.survey, name, known))


def _advice(survey: Survey, name: str, known: set[str]) -> str:
    if survey.kind == EVENTS:
        return nearest(name, known, "Add it to the x-failure of a message, and reply with that message.")
    if survey.node(_CATALOGUE + name):
        return f"List #{_CATALOGUE}{name} there, under its status."
    return nearest(name, known, "Add it to components/examples, and list it there under its status.")


def unlisted_outside(survey: Survey, sites: Sequence[Site]) -> Iterator[Mistake]:
    """Answers of x-framing that no response lists."""
    known = {listing.name for listing in all_listings(survey, sites)}
    answers = survey.framing.get("answers")
    for situation, name in (answers if isinstance(answers, dict) else {}).items():
        if isinstance(name, str) and name not in known:
            problem = f"the answer {name!r} is listed neither by x-framing nor by any operation"
            yield survey.mistake(f"/x-framing/answers/{situation}", problem, _advice(survey, name, known))


def named(site: Site) -> Iterator[tuple[str, str]]:
    """(where, name) of each answer that a check of the operation can give."""
    for rule in site.rules:
        yield from _named_by(rule)
    for pointer in site.judged:
        yield from _named_below(site.survey, pointer, set())
    yield from _defaults(site)


def _named_by(rule: Node) -> Iterator[tuple[str, str]]:
    if isinstance(rule.get("answer"), str):
        yield f"{rule.pointer}/answer", rule.get("answer")
    several = rule.get("answers")
    for reason, name in (several if isinstance(several, dict) else {}).items():
        yield f"{rule.pointer}/answers/{reason}", name


def _defaults(site: Site) -> Iterator[tuple[str, str]]:
    """What built-in checks answer by themselves."""
    answers: dict[str, Any] = site.survey.framing.get("answers") or {}
    unlisted = [name for name in BUILT_IN[1:] if site.has(name) and all(rule.get("id") != name for rule in site.rules)]
    situations = ["bad-request"] if unlisted else []
    read_anyway = "*/*" in site.media_types or (site.body and "x-assume" in site.body.fields)
    situations += ["unsupported-media-type"] if site.has("form") and not read_anyway else []
    for situation in situations:
        if isinstance(answers.get(situation), str):
            yield f"/x-framing/answers/{situation}", answers[situation]


def _named_below(survey: Survey, pointer: str, seen: set[str]) -> Iterator[tuple[str, str]]:
    """The answers that a schema names, and all that it is made of."""
    node = survey.node(pointer)
    if node is None or pointer in seen:
        return
    seen.add(pointer)
    for inner in structure().walk(node.value, pointer, node.kind):
        words = inner.get("x-answers")
        for keyword, name in (words if isinstance(words, dict) else {}).items():
            yield f"{inner.pointer}/x-answers" + pointers.join(keyword), name
        if inner.is_reference:
            yield from _named_below(survey, survey.target(inner), seen)


def listed_differently(survey: Survey, sites: Sequence[Site]) -> Iterator[Mistake]:
    """One name with two statuses or media types."""
    first: dict[str, Listing] = {}
    for listing in all_listings(survey, sites):
        known = first.setdefault(listing.name, listing)
        if known.framing != listing.framing:
            problem = f"the answer {listing.name!r} is {listing.framing} here, and {known.framing} elsewhere"
            yield survey.mistake(
                listing.node.pointer, problem, "One name has one status and media type: choose another."
            )


def renamed(survey: Survey, sites: Sequence[Site]) -> Iterator[Mistake]:
    """Answers that are listed under another name than their own."""
    for listing in all_listings(survey, sites):
        target = survey.target(listing.node)
        own = pointers.split(target)[-1] if target.startswith(_CATALOGUE) else listing.name
        if own != listing.name:
            problem = f"the answer {own!r} is listed as {listing.name!r}"
            yield survey.mistake(listing.node.pointer, problem, f"List it as {own!r}.")


def written_inline(survey: Survey, sites: Sequence[Site]) -> Iterator[Mistake]:
    """Answers that stand in a response rather than in the catalogue."""
    for listing in all_listings(survey, sites):
        if not listing.node.is_reference:
            advice = f"Move it to components/examples, and write {{$ref: '#{_CATALOGUE}{listing.name}'}} here."
            yield survey.mistake(
                listing.node.pointer, f"the answer {listing.name!r} is no entry of the catalogue", advice
            )


def never_listed(survey: Survey) -> Iterator[Mistake]:
    """Entries of components/examples that nothing refers to."""
    used = {survey.target(node) for node in survey.references() if node.kind == "example"}
    for node in survey.of("example"):
        if node.inside == "components" and node.pointer not in used:
            name = pointers.split(node.pointer)[-1]
            advice = "List it under its status in the responses of an operation, or of x-framing."
            yield survey.mistake(node.pointer, f"no response lists the example {name!r}", advice)


def without_cause(survey: Survey, sites: Sequence[Site]) -> Iterator[Mistake]:
    """Answers that do not say how to get them, or say it twice."""
    for node in errors(survey, sites):
        name = node.name
        both = {"x-trigger", "x-forced"} & node.fields.keys()
        if not both:
            advice = "Say how to cause it in x-trigger, or in x-forced that nothing natural does."
            yield survey.mistake(node.pointer, f"the answer {name!r} has neither x-trigger nor x-forced", advice)
        elif len(both) == 2:
            problem = f"the answer {name!r} has both x-trigger and x-forced"
            yield survey.mistake(f"{node.pointer}/x-forced", problem, "Keep one.")


def without_source(survey: Survey, sites: Sequence[Site]) -> Iterator[Mistake]:
    """Answers of which nobody says that the API gives them."""
    for node in errors(survey, sites):
        if "x-source" not in node.fields:
            name = node.name
            advice = "Add x-source: {is: documented, from: …}; is may also be observed or assumed."
            yield survey.mistake(node.pointer, f"the answer {name!r} has no x-source", advice)


def misnamed(survey: Survey, sites: Sequence[Site]) -> Iterator[Mistake]:
    """Answers whose names are not in kebab-case."""
    for listing in all_listings(survey, sites):
        if not _is_kebab(listing.name):
            problem = f"{listing.name!r} is no name for an answer"
            yield survey.mistake(listing.node.pointer, problem, "Write lower-case words, joined by hyphens.")


def _is_kebab(name: str) -> bool:
    words = name.split("-")
    return name[:1].isalpha() and all(word.isascii() and word.isalnum() and word == word.lower() for word in words)


def without_code(survey: Survey, sites: Sequence[Site]) -> Iterator[Mistake]:
    """A place of the vendor's code that no answer has."""
    pointer = survey.data.get("x-code")
    bodies = [node.get("value") for node in errors(survey, sites)]
    if isinstance(pointer, str) and not any(_at(body, pointer) is not None for body in bodies):
        yield survey.mistake(
            "/x-code", f"no answer has anything at {pointer}", "Point at the vendor's code in their bodies."
        )


def collecting_nothing(site: Site) -> Iterator[Mistake]:
    """Lists to be joined, in a place where no answer of the operation has one."""
    bodies = [listing.example.get("value") for listing in site.listings if listing.example]
    for rule in site.rules:
        pointer = rule.get("collect")
        if isinstance(pointer, str) and not any(isinstance(_at(body, pointer), list) for body in bodies):
            problem = f"no answer of {site.name} has a list at {pointer}"
            yield site.survey.mistake(f"{rule.pointer}/collect", problem, "Point at the list in the answers' bodies.")


def _at(body: Any, pointer: str) -> Any:
    try:
        return pointers.resolve(body, pointer)
    except KeyError:
        return None
