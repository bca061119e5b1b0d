"""What can stand below a root of the view: declared parameters, a body of some schemas, records of some collections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from understudy_validators.lint.reads import Wrong
from understudy_validators.lint.records import Record, has_field, no_field
from understudy_validators.lint.survey import Survey
from understudy_validators.lint.wording import nearest
from understudy_validators.schemas import is_binary

_MAX_NESTING = 30
# What the view shows of a file.
_FILE: dict[str, Any] = {"properties": {"filename": True, "contentType": True, "size": True}}


class Shape(Protocol):
    """What can be read below a root."""

    def wrong(self, steps: Sequence[str]) -> Wrong | None:
        """Problem and advice where nothing can stand at the end of these steps."""
        ...


@dataclass(frozen=True, slots=True)
class Anything:
    """No one knows what is there."""

    def wrong(self, steps: Sequence[str]) -> Wrong | None:
        return None


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of one place that an operation declares."""

    operation: str
    place: str
    names: Sequence[str]

    def wrong(self, steps: Sequence[str]) -> Wrong | None:
        if steps[0] in self.names:
            return None
        return f"{self.operation} declares no {self.place} parameter {steps[0]!r}", nearest(steps[0], self.names)


@dataclass(frozen=True, slots=True)
class Headers:
    """The headers of a request."""

    def wrong(self, steps: Sequence[str]) -> Wrong | None:
        if steps[0] == steps[0].lower():
            return None
        return f"the view has no header {steps[0]!r}: names are lower case there", f"Write {steps[0].lower()!r}."


@dataclass(frozen=True, slots=True)
class Records:
    """One record of a collection, or of one of several; collections that start empty may hold anything."""

    collection: str
    records: Sequence[Record]

    def wrong(self, steps: Sequence[str]) -> Wrong | None:
        if not self.records or has_field(self.records, steps):
            return None
        return no_field(self.collection, steps, self.records)


@dataclass(frozen=True, slots=True)
class List:
    """A list of records, which no path leads into."""

    name: str

    def wrong(self, steps: Sequence[str]) -> Wrong | None:
        return f"{self.name!r} is a list, which no path leads into", "Read the list itself, or judge it with 'each'."


@dataclass(frozen=True, slots=True)
class Formed:
    """A value that one of several schemas describes."""

    name: str
    schemas: tuple[Any, ...]
    survey: Survey

    def wrong(self, steps: Sequence[str]) -> Wrong | None:
        schemas = self.schemas
        for step in steps:
            before, schemas = schemas, self._step(schemas, step)
            if not schemas:
                known = [name for branch in self._branches(before) for name in branch.get("properties", {})]
                return f"{self.name} has no field {'.'.join(steps)!r}", nearest(step, known)
        return None

    def element(self, path: str) -> Formed:
        """The elements that a path such as `mentionees[].userIds[]` names."""
        schemas = self.schemas
        for step in path.replace("[]", ".[]").split("."):
            schemas = self._step(schemas, step) if step else schemas
        return Formed(f"an element of {self.name}", schemas or (True,), self.survey)

    def _step(self, schemas: tuple[Any, ...], step: str) -> tuple[Any, ...]:
        branches = list(self._branches(schemas))
        if step == "[]":
            return tuple(branch["items"] for branch in branches if "items" in branch) or (True,)
        found = tuple(branch["properties"][step] for branch in branches if step in branch.get("properties", {}))
        return found if found or not any(branch.get("properties") for branch in branches) else _open(branches)

    def _branches(self, schemas: Sequence[Any], depth: int = 0) -> Iterator[dict[str, Any]]:
        for given in schemas:
            schema = self.survey.meant(given)
            if isinstance(schema, dict) and depth < _MAX_NESTING:
                yield _FILE if is_binary(schema) else schema
                yield from self._branches(_alternatives(schema), depth + 1)


def _open(branches: Sequence[dict[str, Any]]) -> tuple[Any, ...]:
    """Whether the objects may have properties that their schemas do not list but speak of."""
    return (
        (True,)
        if any(branch.get("additionalProperties") or "patternProperties" in branch for branch in branches)
        else ()
    )


def _alternatives(schema: dict[str, Any]) -> list[Any]:
    several = [inner for word in ("allOf", "anyOf", "oneOf") for inner in schema.get(word, ())]
    return several + [schema[word] for word in ("if", "then", "else") if word in schema]
