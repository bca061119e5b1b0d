"""What the records of a collection hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from understudy_validators.lint.survey import Survey
from understudy_validators.lint.wording import nearest

Record = Mapping[str, Any]


def has_field(records: Iterable[Record], steps: Sequence[str]) -> bool:
    """Whether any record has something at the end of these steps."""
    return any(_leads_on(record, steps) for record in records)


def _leads_on(value: Any, steps: Sequence[str]) -> bool:
    for step in steps:
        if not isinstance(value, dict) or step not in value:
            return False
        value = value[step]
    return True


def no_field(collection: str, steps: Sequence[str], records: Iterable[Record]) -> tuple[str, str]:
    """Problem and advice about a field that no record of a collection has."""
    known = {key for record in records for key in record}
    return f"no record of {collection} has a field {'.'.join(steps)!r}", nearest(steps[0], known - {steps[0]})


def no_collection(survey: Survey, name: str) -> tuple[str, str]:
    """Problem and advice about a collection that the world does not have."""
    return f"the world has no collection {name!r}", nearest(name, survey.collections)
