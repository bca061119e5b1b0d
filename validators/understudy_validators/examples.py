"""Named examples: the error catalogue's entries as a contract writes them, and who names them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from understudy_validators.answers import Answer, Source, renderer
from understudy_validators.schemas import Finding, dereference

Node = Mapping[str, Any]


def listed_answers(document: Node, responses: Node) -> Iterator[tuple[str, int, str, Node]]:
    """(name, status, media type, example) of each named error example in a Responses Object."""
    for status, response in responses.items():
        content = dereference(response, document).get("content", {})
        if status.isdecimal() and int(status) >= 400:
            for media_type, node in content.items():
                for name, example in node.get("examples", {}).items():
                    yield name, int(status), media_type, dereference(example, document)


def to_answers(document: Node, responses: Node) -> dict[str, Answer]:
    """The named answers of a Responses Object."""
    listed = listed_answers(document, responses)
    return {name: to_answer(name, status, media_type, example) for name, status, media_type, example in listed}


def to_answer(name: str, status: int, media_type: str, example: Node) -> Answer:
    """An entry of the error catalogue."""
    return Answer(
        name=name,
        status=status,
        media_type=media_type,
        value=example.get("value"),
        summary=example.get("summary", ""),
        source=to_source(example),
        trigger=tuple(example.get("x-trigger", ())),
        forced=example.get("x-forced", ""),
        render=renderer(example.get("value")),
    )


def to_source(node: Node) -> Source:
    """The node's `x-source`; without one, an assumption."""
    source = node.get("x-source", {})
    return Source(source.get("is", "assumed"), source.get("from", ""))


def answer_for(finding: Finding, default: str) -> str:
    """The answer that the schemas on the finding's way name for it (`x-answers`), the nearest first."""
    own = finding.trail[-1] if finding.trail else {}
    if finding.keyword == "required":
        named = finding.missing.get("x-answers", {}).get("required")
        if named:
            return str(named)
    if finding.keyword in own.get("x-answers", {}):
        return str(own["x-answers"][finding.keyword])
    nearest = (node["x-answers"]["*"] for node in reversed(finding.trail) if "*" in node.get("x-answers", {}))
    return str(next(nearest, default))


def values(node: Node, document: Node) -> dict[str, Any]:
    """The values of a media type's named examples."""
    examples = node.get("examples", {})
    return {name: dereference(example, document).get("value") for name, example in examples.items()}
