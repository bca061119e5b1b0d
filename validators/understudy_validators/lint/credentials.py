"""Security schemes and requirements: that what a request carries is found in the world."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from understudy_validators import pointers, times, viewpaths
from understudy_validators.errors import Mistake
from understudy_validators.lint.records import Record, has_field, no_collection, no_field
from understudy_validators.lint.shapes import Records
from understudy_validators.lint.structure import Node
from understudy_validators.lint.survey import Survey
from understudy_validators.lint.wording import nearest


def of_no_scheme(survey: Survey) -> Iterator[Mistake]:
    """Requirements of schemes that the contract does not have."""
    known = [pointers.split(node.pointer)[-1] for node in survey.of("securityScheme")]
    for node in [*survey.of("document"), *survey.of("operation")]:
        for index, way in enumerate(node.get("security") or ()):
            for name in way:
                if name not in known:
                    pointer = f"{node.pointer}/security/{index}" + pointers.join(name)
                    yield survey.mistake(pointer, f"there is no security scheme {name!r}", nearest(name, known))


def of_no_collection(survey: Survey, scheme: Node) -> Iterator[Mistake]:
    """Credentials or callers in a collection that the world does not have."""
    for pointer, words, _ in _lookups(scheme):
        name = words.get("lookup")
        if survey.collections and isinstance(name, str) and name not in survey.collections:
            yield survey.mistake(f"{pointer}/lookup", *no_collection(survey, name))


def of_no_field(survey: Survey, scheme: Node) -> Iterator[Mistake]:
    """Fields that no record of the collection has."""
    for pointer, words, _ in _lookups(scheme):
        collection = str(words.get("lookup"))
        records = survey.collections.get(collection, [])
        named = [(f"{pointer}/where" + pointers.join(field), field) for field in words.get("where") or ()]
        named += [(f"{pointer}/live", words["live"])] if "live" in words else []
        for place, field in named:
            if records and not has_field(records, field.split(".")):
                yield survey.mistake(place, *no_field(collection, field.split("."), records))


def of_nothing(survey: Survey, scheme: Node) -> Iterator[Mistake]:
    """Lookups by something that is not there: a credential knows itself alone, a caller the credential's record."""
    collection = str((scheme.get("x-credentials") or {}).get("lookup"))
    token = Records(collection, survey.collections.get(collection, []))
    for pointer, words, root in _lookups(scheme):
        for field, path in (words.get("where") or {}).items():
            steps = path.split(".") if isinstance(path, str) else [root]
            wrong = token.wrong(steps[1:]) if steps[1:] else None
            if steps[0] != root:
                wrong = (f"{path!r} cannot be read here", f"There is {root!r} alone.")
            if wrong:
                yield survey.mistake(f"{pointer}/where" + pointers.join(field), *wrong)


def _lookups(scheme: Node) -> Iterator[tuple[str, dict[str, Any], str]]:
    """(where, words, the root that they may read) of the credential's and the caller's lookup."""
    words = scheme.get("x-credentials") or {}
    yield f"{scheme.pointer}/x-credentials", words, "credential"
    if "caller" in words:
        yield f"{scheme.pointer}/x-credentials/caller", words["caller"], "token"


def with_a_bad_example(survey: Survey, scheme: Node) -> Iterator[Mistake]:
    """Example credentials that the world does not know, or that have expired in it."""
    words = scheme.get("x-credentials") or {}
    records = survey.collections.get(str(words.get("lookup")), [])
    found = next((record for record in records if _is_meant(record, words)), None)
    pointer = f"{scheme.pointer}/x-credentials/example"
    if records and found is None:
        problem = f"no record of {words['lookup']} is found by the example {words['example']!r}"
        yield survey.mistake(pointer, problem, nearest(words["example"], _credentials(records, words)))
    elif found and "live" in words and not times.is_live(found.get(words["live"]), _now(survey)):
        yield survey.mistake(pointer, f"the example {words['example']!r} has expired", "Choose one that is live.")


def _is_meant(record: Record, words: Record) -> bool:
    wanted = {f: p["const"] if isinstance(p, dict) else words["example"] for f, p in words["where"].items()}
    return all(viewpaths.getter(field)(record) == value for field, value in wanted.items())


def _credentials(records: Sequence[Record], words: Record) -> list[str]:
    fields = [field for field, path in words["where"].items() if isinstance(path, str)]
    return [value for record in records for field in fields if isinstance(value := record.get(field), str)]


def _now(survey: Survey) -> float:
    return times.to_seconds(survey.world.data["now"] if survey.world else None)
