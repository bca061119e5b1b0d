"""Examples and defaults, each judged by the schema that it is an example of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from understudy_validators import pointers
from understudy_validators.answers import PLACEHOLDER, has_placeholders
from understudy_validators.errors import Mistake
from understudy_validators.lint.structure import Node
from understudy_validators.lint.survey import Survey, shown
from understudy_validators.schemas import Finding, is_binary

# Keywords that a value may break for what a placeholder in it hides.
_COMBINING = ("anyOf", "const", "enum", "not", "oneOf", "x-max-bytes")


@dataclass(frozen=True, slots=True)
class Sample:
    """A value that must fit the schema at a pointer; what it is called, and where it stands."""

    name: str
    value: Any
    pointer: str
    schema: str
    # The rest is what was sent, on which this is put.
    is_part: bool = False


def unfit(survey: Survey) -> Iterator[Mistake]:
    """Examples and defaults that break their own schemas."""
    seen: set[tuple[str, str]] = set()
    for sample in samples(survey):
        validator = survey.validator(sample.schema)
        if validator and (sample.pointer, validator.pointer) not in seen:
            seen.add((sample.pointer, validator.pointer))
            if not validator.fits(sample.value):
                yield from _told(survey, sample, validator.findings(sample.value))


def _told(survey: Survey, sample: Sample, findings: Iterator[Finding]) -> Iterator[Mistake]:
    for finding in findings:
        if not _is_hidden(sample.value, finding) and not (sample.is_part and finding.keyword == "required"):
            problem = f"{sample.name} breaks its schema: {finding.message}"
            advice = f"Mend it, or the schema (at {shown(finding.schema) or '/'})."
            yield survey.mistake(sample.pointer + pointers.join(*finding.path), problem, advice)


def _is_hidden(value: Any, finding: Finding) -> bool:
    """Whether the value is only known once its placeholders are filled in."""
    at = pointers.follow(value, finding.path)
    if isinstance(at, str):
        return bool(PLACEHOLDER.fullmatch(at)) or (finding.keyword != "type" and has_placeholders(at))
    return finding.keyword in _COMBINING and has_placeholders(at)


def samples(survey: Survey) -> Iterator[Sample]:
    """Every example and default of the contract, with its schema."""
    for schema in survey.of("schema"):
        yield from _of_schema(schema)
    for kind in ("parameter", "header"):
        for node in survey.of(kind):
            yield from _of_holder(survey, node)
    for node in survey.of("message"):
        yield from _of_message(survey, node)
    for node in survey.of("mediaType"):
        schema = survey.meant(node.get("schema", True))
        if node.inside == "requestBody":
            yield from (_with_files(survey, sample, schema) for sample in _of_holder(survey, node))
        elif not is_binary(schema):
            yield from _of_holder(survey, node)


def _of_schema(node: Node) -> Iterator[Sample]:
    for word in ("default", "example"):
        if word in node.fields:
            yield Sample(f"the {word}", node.get(word), f"{node.pointer}/{word}", node.pointer)
    examples = node.get("examples")
    for index, value in enumerate(examples if isinstance(examples, list) else ()):
        yield Sample("the example", value, f"{node.pointer}/examples/{index}", node.pointer)


def _of_holder(survey: Survey, node: Node) -> Iterator[Sample]:
    """The examples of a parameter, a header or a media type."""
    schema = f"{node.pointer}/schema"
    if "example" in node.fields:
        yield Sample("the example", node.get("example"), f"{node.pointer}/example", schema)
    for name, example in survey.below(node, "examples"):
        if "value" in example.fields:
            yield Sample(f"the example {name!r}", example.get("value"), f"{example.pointer}/value", schema)


def _of_message(survey: Survey, node: Node) -> Iterator[Sample]:
    """The examples of an event's payload, and the answers that have its form."""
    schema = f"{node.pointer}/payload"
    for _, example in survey.below(node, "examples"):
        if "payload" in example.fields:
            name = f"the example {example.name!r}"
            yield Sample(name, example.get("payload"), f"{example.pointer}/payload", schema)
    failure = survey.node(f"{node.pointer}/x-failure")
    for _, answer in survey.below(failure, "answers") if failure else ():
        if failure and "value" in answer.fields:
            name, at = f"the answer {answer.name!r}", f"{answer.pointer}/value"
            yield Sample(name, answer.get("value"), at, schema, is_part=bool(failure.get("echo")))


def _with_files(survey: Survey, sample: Sample, schema: Any) -> Sample:
    return Sample(sample.name, _seen(survey, sample.value, schema), sample.pointer, sample.schema)


def _seen(survey: Survey, value: Any, schema: Any) -> Any:
    """The value as the view shows it: a file is an object; examples give its text alone."""
    schema = survey.meant(schema)
    if is_binary(schema) and isinstance(value, str):
        return {"filename": "", "contentType": "", "size": len(value.encode())}
    if isinstance(schema, dict) and isinstance(value, dict):
        properties = schema.get("properties", {})
        return {key: _seen(survey, inner, properties.get(key, True)) for key, inner in value.items()}
    if isinstance(schema, dict) and isinstance(value, list):
        return [_seen(survey, inner, schema.get("items", True)) for inner in value]
    return value
