"""Values of which every request makes some."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, eq_default=True)
def value(cls: type[T]) -> type[T]:
    """A dataclass that type checkers hold to be frozen.

    At run time nothing stops an assignment: that would make every construction three times as slow.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)


@dataclass_transform(frozen_default=True, eq_default=True, kw_only_default=True)
def named_value(cls: type[T]) -> type[T]:
    """The same with fields that are given by name."""
    return dataclass(slots=True, unsafe_hash=True, kw_only=True)(cls)
