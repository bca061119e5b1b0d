"""Where requests carry what rules look for: ids of rooms, messages, people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from understudy_validators.contract import Contract
from understudy_validators.rules import Check
from understudy_validators.schemas import located

#: In a way, each element of a list.
EACH = "[]"


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the view that a rule compares with a field of a collection: `tokens` are the way to it."""

    tokens: tuple[str, ...]
    collection: str
    field: str


def places_of(contract: Contract) -> dict[str, tuple[Place, ...]]:
    """The places in `path` and `body` of each operation and event, by its id."""
    rest = {operation.id: (operation.checks, contract.document.data) for operation in contract}
    document = contract.realtime.document
    events = {event.id: (event.checks, document.data) for event in contract.realtime} if document else {}
    both = {**rest, **events}
    return {name: tuple(dict.fromkeys(_places(checks, data))) for name, (checks, data) in both.items()}


def _places(checks: Sequence[Check], document: Mapping[str, Any]) -> Iterator[Place]:
    for check in checks:
        if check.kind not in ("lookup", "unique"):
            continue
        rule = located(check.pointer, document)[1]
        for name, path in rule["where"].items():
            if isinstance(path, str):
                whole = path.replace("item", rule.get("each", "item"), 1) if path.split(".")[0] == "item" else path
                tokens = tuple(whole.replace(EACH, f".{EACH}").split("."))
                if tokens[0] in ("path", "body"):
                    yield Place(tokens, rule[check.kind], name)


def edit_at(value: Any, tokens: Sequence[str], change: Callable[[Any], Any]) -> Any:
    """The value with what stands at the end of a way changed; where the way leads nowhere, as it is."""
    if not tokens:
        return change(value)
    first, *rest = tokens
    if first == EACH:
        return [edit_at(item, rest, change) for item in value] if isinstance(value, list) else value
    if not isinstance(value, Mapping) or first not in value:
        return value
    return {**value, first: edit_at(value[first], rest, change)}
