"""Every constraint of a request that has an edge or can be broken by one: values at the edge, and one past it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from understudy_validators import pointers
from understudy_validators.errors import UsageError
from understudy_validators.samples import sample
from understudy_validators.schemas import compact_size, dereference, is_binary

Node = Mapping[str, Any]

#: Keywords with a size that a value can have exactly, and exceed by one.
SIZES = ("maxLength", "minLength", "maxItems", "minItems", "maximum", "minimum", "x-max-bytes", "x-max-file-bytes")
#: Keywords that are kept or broken, with no edge between.
KINDS = ("type", "enum", "const", "format", "pattern", "required")
#: Formats that only tell: no value breaks them (OpenAPI's own; `password` marks what is not to be shown).
TOLD = ("binary", "byte", "double", "float", "int32", "int64", "password")


@dataclass(frozen=True, slots=True)
class Constraint:
    """One constraint of a request; `pointer` is the way to the value and the keyword, `/body/tags/items/maxLength`."""

    pointer: str
    keyword: str
    limit: Any
    schema: Node

    @property
    def tokens(self) -> list[str]:
        """The way to the value: names of properties, and `items` for an array's items."""
        return pointers.split(self.pointer)[:-1]

    @property
    def has_edge(self) -> bool:
        """Whether a value can be exactly at its limit."""
        return self.keyword in SIZES


def constraints(schema: Any, document: Node, at: str = "/body", depth: int = 0) -> Iterator[Constraint]:
    """Every constraint in a schema and below it; what `anyOf` and its like say is left to the rules of chance."""
    schema = dereference(schema, document)
    if not isinstance(schema, dict) or depth > 12:
        return
    for keyword in (*SIZES, *KINDS):
        if keyword in schema and keyword != "required" and not only_tells(schema, keyword):
            yield Constraint(f"{at}/{keyword}", keyword, schema[keyword], schema)
    for name, inner in schema.get("properties", {}).items():
        below = pointers.child(at, name)
        yield from constraints(inner, document, below, depth + 1)
        if name in schema.get("required", ()):
            yield Constraint(f"{below}/required", "required", True, dereference(inner, document))
    if "items" in schema:
        yield from constraints(schema["items"], document, f"{at}/items", depth + 1)


def only_tells(schema: Node, keyword: str) -> bool:
    """Whether a keyword asks for nothing: a format that is not asserted, the type of a file, `uniqueItems: false`."""
    if keyword == "uniqueItems":
        return schema[keyword] is False
    return (keyword == "format" and schema["format"] in TOLD) or (keyword == "type" and is_binary(schema))


def find(schema: Any, document: Node, pointer: str, at: str = "/body") -> Constraint:
    """The constraint at the pointer. Raises `UsageError`, which lists what there is."""
    known = list(constraints(schema, document, at))
    for constraint in known:
        if constraint.pointer == pointer:
            return constraint
    raise UsageError(f"No constraint at {pointer}. There is: {', '.join(c.pointer for c in known)}.")


def apply(value: Any, constraint: Constraint, schema: Any, document: Node, *, past: bool) -> Any:
    """The value (of `schema`, the whole body) changed so that it stands at the constraint's limit, or one past it.

    What is missing on the way is filled in with the plainest values.
    """
    tokens = constraint.tokens[1:]
    if constraint.keyword == "required" and past:
        return _edit(value, tokens[:-1], schema, document, lambda inner: _without(inner, tokens[-1]))
    return _edit(value, tokens, schema, document, lambda inner: resized(inner, constraint, document, past))


def _edit(value: Any, tokens: list[str], schema: Any, document: Node, change: Callable[[Any], Any]) -> Any:
    schema = dereference(schema, document)
    if not tokens:
        return change(value)
    first, *rest = tokens
    if first == "items" and "items" in schema:
        items = list(value) if isinstance(value, list) else []
        head = items[0] if items else sample(schema["items"], document)
        return [_edit(head, rest, schema["items"], document, change), *items[1:]]
    inner = schema.get("properties", {}).get(first, True)
    before = value if isinstance(value, dict) else {}
    at = before[first] if before.get(first) is not None else sample(inner, document)
    return {**before, first: _edit(at, rest, inner, document, change)}


def _without(value: Any, name: str) -> Any:
    return {key: inner for key, inner in value.items() if key != name}


def resized(value: Any, constraint: Constraint, document: Node, past: bool = True) -> Any:
    """A value at the constraint's limit, or one past it."""
    keyword, limit = constraint.keyword, constraint.limit
    if keyword in KINDS:
        return broken_kind(constraint) if past else value
    step = -1 if keyword.startswith("min") else 1
    size = limit + step if past else limit
    if keyword in ("maxLength", "minLength"):
        return _text(value, size)
    if keyword in ("maxItems", "minItems"):
        return _items(value, size, constraint.schema, document)
    return {"x-max-bytes": _weighing, "x-max-file-bytes": _file}.get(keyword, lambda _, number: number)(value, size)


def _text(value: Any, size: int) -> str:
    text = value if isinstance(value, str) else ""
    return (text + "x" * size)[:size]


def _items(value: Any, size: int, schema: Node, document: Node) -> list[Any]:
    items = list(value) if isinstance(value, list) else []
    filler = items[0] if items else sample(schema.get("items", True), document)
    return [*items, *[filler] * size][:size]


def _weighing(value: Any, size: int) -> Any:
    if isinstance(value, str):
        return _text(value, size - 2)
    return {"text": "x" * (size - compact_size({"text": ""}))}


def _file(value: Any, size: int) -> Any:
    part = value if isinstance(value, dict) else {"filename": "file.bin", "content_type": "application/octet-stream"}
    return {**part, "content": "x" * size}


def broken_kind(constraint: Constraint) -> Any:
    """A value that breaks a constraint without an edge, and as little else as can be."""
    keyword, limit = constraint.keyword, constraint.limit
    if keyword == "type":
        types = [limit] if isinstance(limit, str) else limit
        return 5 if "integer" not in types and "number" not in types else "five"
    if keyword in ("enum", "const"):
        values = limit if keyword == "enum" else [limit]
        return "understudy" if any(isinstance(item, str) for item in values) else -987654321
    return "not a value of this form"
