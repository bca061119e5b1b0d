"""Filling in the defaults of a schema."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from understudy_validators.schemas import as_object

Fill = Callable[[Any], None]


def fill_defaults(schema: Any, document: Mapping[str, Any], known: dict[str, list[Fill]] | None = None) -> Fill | None:
    """A function that puts `default`s of missing properties into a valid value, or `None` where there are none.

    `known` holds the functions of references on the way: a schema may contain itself.
    """
    if not isinstance(schema, dict):
        return None
    known = {} if known is None else known
    reference = schema.get("$ref")
    if reference in known:
        inner = known[reference]
        return lambda value: inner[0](value) if inner else None
    if reference:
        known[reference] = []
    node = as_object(schema, document)
    properties = node.get("properties", {})
    resolved = {name: as_object(inner, document) for name, inner in properties.items()}
    defaults = [(name, inner["default"]) for name, inner in resolved.items() if "default" in inner]
    inside = {name: fill_defaults(inner, document, known) for name, inner in properties.items()}
    nested = [(name, fill) for name, fill in inside.items() if fill]
    items = fill_defaults(node.get("items"), document, known)
    fill = _filler(defaults, nested, items) if defaults or nested or items else None
    if reference and fill:
        known[reference].append(fill)
    return fill


def _filler(defaults: list[tuple[str, Any]], nested: list[tuple[str, Fill]], items: Fill | None) -> Fill:
    def fill(value: Any) -> None:
        if isinstance(value, dict):
            for name, default in defaults:
                if name not in value:  # a copy: what a handler does with its request is not to change the contract
                    value[name] = copy.deepcopy(default)
            for name, inner in nested:
                inner(value.get(name))
        elif isinstance(value, list) and items:
            for item in value:
                items(item)

    return fill
