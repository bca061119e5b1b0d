"""Schemas: that they are some, that their patterns compile, and that their words fit them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs

from understudy_validators import pointers
from understudy_validators.edges import TOLD
from understudy_validators.errors import Mistake
from understudy_validators.lint.structure import Node
from understudy_validators.lint.survey import Survey
from understudy_validators.lint.wording import faults, nearest, quoted
from understudy_validators.schemas import compile_schema

_METASCHEMA = "https://json-schema.org/draft/2020-12/schema"
#: The formats that JSON Schema defines: they are asserted.
ASSERTED = (
    *("date", "date-time", "duration", "time", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6", "uri"),
    *(
        "uri-reference",
        "uri-template",
        "iri",
        "iri-reference",
        "uuid",
        "json-pointer",
        "relative-json-pointer",
        "regex",
    ),
)


@cache
def _metaschema() -> jsonschema_rs.Validator:
    # Its formats are left alone: patterns here are those of our engine, and looked at by themselves.
    return jsonschema_rs.Draft202012Validator({"$ref": _METASCHEMA}, validate_formats=False, offline=True)


def misformed(survey: Survey, schema: Node) -> Iterator[Mistake]:
    """Keywords that hold what they may not."""
    if schema.inside == "schema":
        return  # it is judged with the one around it
    for fault in faults(_metaschema(), schema.value, {}):
        yield survey.mistake(schema.pointer + pointers.join(*fault.path), f"no schema: {fault.problem}", fault.advice)


def uncompiled(survey: Survey, schema: Node) -> Iterator[Mistake]:
    """Patterns that do not compile."""
    named = [("pattern", schema.get("pattern"))]
    by_pattern = schema.get("patternProperties")
    named += [("patternProperties", pattern) for pattern in (by_pattern if isinstance(by_pattern, dict) else ())]
    for keyword, pattern in named:
        if isinstance(pattern, str) and not _compiles(pattern):
            below = pattern if keyword == "patternProperties" else ""
            pointer = f"{schema.pointer}/{keyword}" + (pointers.join(below) if below else "")
            advice = (
                "Patterns run in linear time: no look-ahead, no look-behind, no back-references, nothing left open."
            )
            yield survey.mistake(pointer, f"the pattern {quoted(pattern)} does not compile", advice)


@cache
def _compiles(pattern: str) -> bool:
    try:
        compile_schema({"pattern": pattern})
    except (jsonschema_rs.ValidationError, ValueError):
        return False
    return True


def of_no_format(survey: Survey, schema: Node) -> Iterator[Mistake]:
    """Formats that nobody knows, which would let everything pass."""
    name = schema.get("format")
    known = (*ASSERTED, *TOLD)
    if isinstance(name, str) and name not in known:
        yield survey.mistake(f"{schema.pointer}/format", f"the format {name!r} is not known", nearest(name, known))


def file_size_of_no_file(survey: Survey, schema: Node) -> Iterator[Mistake]:
    """Sizes of files on what is none."""
    if "x-max-file-bytes" in schema.fields and schema.get("format") != "binary":
        advice = "Add format: binary, or measure JSON with x-max-bytes."
        yield survey.mistake(
            f"{schema.pointer}/x-max-file-bytes", "x-max-file-bytes on something that is no file", advice
        )


def answering_for_nothing(survey: Survey, schema: Node) -> Iterator[Mistake]:
    """Answers to the violation of a keyword that the schema does not have."""
    words: Any = schema.get("x-answers")
    for keyword in words if isinstance(words, dict) else ():
        if keyword not in ("*", "required") and keyword not in schema.fields:
            known = [key for key in schema.fields if not key.startswith("x-a")]
            pointer = f"{schema.pointer}/x-answers" + pointers.join(keyword)
            advice = nearest(
                keyword, [*known, "required"], "It answers for the keywords of the very schema in which it stands."
            )
            yield survey.mistake(pointer, f"x-answers names {keyword!r}, which this schema does not have", advice)


def requiring_unknown(survey: Survey, schema: Node) -> Iterator[Mistake]:
    """Required properties of closed objects that cannot be there."""
    names, known = schema.get("required"), schema.get("properties")
    if schema.get("additionalProperties") is not False or not isinstance(names, list) or not isinstance(known, dict):
        return
    for index, name in enumerate(names):
        if isinstance(name, str) and name not in known and "patternProperties" not in schema.fields:
            problem = f"the property {name!r} is required, and may not be there"
            yield survey.mistake(f"{schema.pointer}/required/{index}", problem, nearest(name, known))
