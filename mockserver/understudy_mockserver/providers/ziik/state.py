"""What the API remembers beside its records: the next number of each kind, and what the world sets."""

from __future__ import annotations

from typing import Any

from understudy_validators.records import World


def setting(world: World, name: str) -> Any:
    """A value that the vendor leaves open and the world decides."""
    return next(iter(world["settings"].matching(("name",), (name,))))["value"]


def next_number(world: World, kind: str) -> int:
    """The next id of a kind of records, which is used up by asking."""
    counter = next(iter(world["counters"].matching(("name",), (kind,))))
    world["counters"].replace(counter, next=counter["next"] + 1)
    return int(counter["next"])
