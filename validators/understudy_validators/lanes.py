"""The quick way through a rule: Python written from its words, which tells that it holds or is in doubt.

Nearly every rule of nearly every request holds. A lane says so without building anything for a finding; where it does
not, the rule's own `judge` looks again, and tells what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from understudy_validators.case import Case
from understudy_validators.predicates import Source, indented
from understudy_validators.records import Record, as_key
from understudy_validators.schemas import Schemas

#: Tells whether a rule holds for certain, and binds what it found.
Holds = Callable[[Case], bool]
#: Whether a record counts, by `live` and `where_not`.
Counts = Callable[[Record, Case], bool]


@dataclass(frozen=True, slots=True)
class Lane:
    """A rule whose lane can be written; `counts` is `None` where every record that is found counts."""

    rule: Mapping[str, Any]
    pointer: str
    schemas: Schemas
    counts: Counts | None = None

    def write(self, source: Source, name: str) -> list[str]:
        """The lines of a function `name(case) -> bool`."""
        return [f"def {name}(case):", *indented(["view = case.view", *self._when(source), *self._body(source)])]

    def _when(self, source: Source) -> list[str]:
        return source.schema(f"{self.pointer}/when", "view", "return True") if "when" in self.rule else []

    def _body(self, source: Source) -> Iterator[str]:
        if "require" in self.rule:
            # What a schema says of a view is written for a function that takes a `KeyError` for a no.
            lines = [*source.schema(f"{self.pointer}/require", "view", "return False"), "return True"]
            yield from ("try:", *indented(lines), "except KeyError: return False")
            return
        unique = "unique" in self.rule
        values = []
        for path in self.rule["where"].values():
            lines, value = _value(source, path)
            yield from lines
            values.append(value)
        fields = source.constant(tuple(self.rule["where"]))
        collection = self.rule["unique" if unique else "lookup"]
        yield f"for record in case.world[{collection!r}].keyed({fields}, ({', '.join(values)},)):"
        yield from indented(list(self._of_record(source, unique)))
        yield "return True" if unique else "return False"

    def _of_record(self, source: Source, unique: bool) -> Iterator[str]:
        if self.counts:
            yield f"if not {source.constant(self.counts)}(record, case): continue"
        if "must" in self.rule:
            yield from source.schema(f"{self.pointer}/must", "record", "continue")
        if unique:
            yield "return False"
            return
        if "as" in self.rule:
            yield f"view[{self.rule['as']!r}] = record"
        yield "return True"


def lane_of(rule: Mapping[str, Any], pointer: str, schemas: Schemas, counts: Counts | None) -> Lane | None:
    """The lane of a rule; `None` where it is judged for each element, counts, or binds what it must not find."""
    if "each" in rule or "quota" in rule or "limit" in rule:
        return None
    return Lane(rule, pointer, schemas, counts)


def _value(source: Source, path: Any) -> tuple[list[str], str]:
    """Lines that find what a record's field must be, and its name as part of a key. What is no text is doubtful."""
    if isinstance(path, dict):
        return [], source.constant(as_key(path["const"]))
    name = source.name()
    first, *rest = path.split(".")
    lines = [f"{name} = view.get({first!r})"]
    lines += [f"{name} = {name}.get({token!r}) if type({name}) is dict else None" for token in rest]
    return [*lines, f"if type({name}) is not str: return False"], name
