"""A request before it is written: values by place, which are changed one at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from understudy_validators import pointers
from understudy_validators.places import EACH
from understudy_validators.samples import sample
from understudy_validators.schemas import is_binary
from understudy_validators.wire import NOTHING

#: The way to a value: `("body", "tags", EACH)`; an item of an array is reached by its index, or by `EACH`, the first.
Tokens = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A request, or a step over a socket, in the values that it is made of.

    `body` is a JSON value, a form's fields, an event's payload, or `NOTHING`. Files are
    `{filename, content_type, content}`. `query` holds JSON values too.
    """

    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = NOTHING
    media_type: str = ""

    @property
    def key(self) -> bytes:
        """The same for the same draft."""
        body = None if self.body is NOTHING else [self.body]
        facts = [dict(self.path), dict(self.query), dict(self.headers), body, self.media_type]
        return orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)

    def get(self, tokens: Tokens) -> Any:
        """What stands at the end of the way, or `NOTHING`; of several items the first one's."""
        value = getattr(self, tokens[0])
        for token in tokens[1:]:
            value = _below(value, token)
        return value

    def put(self, tokens: Tokens, value: Any, schema: Any, document: Mapping[str, Any]) -> Draft:
        """The draft with another value there, or without one (`NOTHING`).

        What is missing on the way is made from the schema, which is that of the whole body.
        """
        root, rest = tokens[0], tokens[1:]
        if root == "body":
            return replace(self, body=_put(self.body, rest, value, schema, document))
        return self.having(root, _put(getattr(self, root), rest, value, True, document))

    def having(self, root: str, values: Any) -> Draft:
        """The draft with another `path`, `query`, `headers` or `body`."""
        changes: dict[str, Any] = {root: values}
        return replace(self, **changes)


def _below(value: Any, token: str) -> Any:
    if isinstance(value, list):
        index = 0 if token == EACH else int(token) if token.isdecimal() else len(value)
        return value[index] if index < len(value) else NOTHING
    return value.get(token, NOTHING) if isinstance(value, Mapping) else NOTHING


def _put(value: Any, tokens: Sequence[str], new: Any, schema: Any, document: Mapping[str, Any]) -> Any:
    if not tokens:
        return new
    first, *rest = tokens
    inner = below_schema(schema, first, document)
    if first == EACH or (first.isdecimal() and isinstance(value, list)):
        return _put_item(value, first, rest, new, inner, document)
    first = _field_of_file(first, schema, document)
    if rest and new is NOTHING and _below(value, first) is NOTHING:
        return value
    before = dict(value) if isinstance(value, Mapping) else {}
    if not rest and new is NOTHING:
        before.pop(first, None)
        return before
    at = before[first] if before.get(first) is not None else sample(inner, document) if rest else None
    return {**before, first: _put(at, rest, new, inner, document)}


def _put_item(
    value: Any, token: str, rest: Sequence[str], new: Any, schema: Any, document: Mapping[str, Any]
) -> list[Any]:
    items = list(value) if isinstance(value, list) else []
    index = 0 if token == EACH else int(token)
    if new is NOTHING and not rest:
        return items[:index] + items[index + 1 :]
    while len(items) <= index:
        items.append(sample(schema, document))
    items[index] = _put(items[index], rest, new, schema, document)
    return items


def _field_of_file(name: str, schema: Any, document: Mapping[str, Any]) -> str:
    """Rules know the type of a file by another name than those who send it."""
    return (
        "content_type" if name == "contentType" and any(is_binary(s) for s in alternatives(schema, document)) else name
    )


def alternatives(schema: Any, document: Mapping[str, Any], depth: int = 0) -> list[Mapping[str, Any]]:
    """The schema and those that it is made of by references, `allOf`, `anyOf` and `oneOf`."""
    if not isinstance(schema, Mapping) or depth > 12:
        return []
    found = [schema]
    inner = [pointers.resolve(document, schema["$ref"])] if "$ref" in schema else []
    for word in ("allOf", "anyOf", "oneOf"):
        inner += schema.get(word, ())
    inner += [schema[word] for word in ("if", "then", "else") if word in schema]
    for other in inner:
        found += alternatives(other, document, depth + 1)
    return found


def below_schema(schema: Any, token: str, document: Mapping[str, Any]) -> Any:
    """The schema of a property or an item, wherever the schema says it."""
    for one in alternatives(schema, document):
        if token == EACH or token.isdecimal():
            first = one.get("prefixItems", ())
            if token.isdecimal() and int(token) < len(first):
                return first[int(token)]
            if "items" in one:
                return one["items"]
        if token in one.get("properties", {}):
            return one["properties"][token]
    return True
