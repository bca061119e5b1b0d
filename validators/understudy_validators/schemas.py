"""Judging values with JSON Schema 2020-12: jsonschema-rs, plus the contract language's own keywords.

No `$ref` ever reaches network or disk: the validators are built offline, from the contract's one document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import orjson

from understudy_validators import pointers
from understudy_validators.documents import BUNDLED
from understudy_validators.predicates import Fits, compile_predicate
from understudy_validators.values import value
from understudy_validators.violation import Violation, shorten

Schema = dict[str, Any] | bool

# The name under which a contract's document is known to its validators.
_CONTRACT = "urn:understudy:contract"
# What a JSON pointer in a URI fragment may hold as it is (RFC 6901, section 6).
_SAFE = "/~!$&'()*+,;=:@?-._"

_TYPES: dict[type, str] = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
}


def type_name(value: Any) -> str:
    """The JSON Schema type of a value."""
    return _TYPES.get(type(value), "unknown")


def compact_size(value: Any) -> int:
    """UTF-8 bytes of the value's compact JSON."""
    return len(orjson.dumps(value))


# Keywords whose `actual` is a size rather than the value.
_MEASURES: dict[str, Callable[[Any], Any]] = {
    "maxLength": len,
    "minLength": len,
    "maxItems": len,
    "minItems": len,
    "maxProperties": len,
    "minProperties": len,
    "x-max-bytes": compact_size,
    "x-max-file-bytes": lambda value: value["size"],
    "type": type_name,
}


class _MaxBytes:
    def __init__(self, parent: dict[str, Any], value: int, path: list[str | int]) -> None:
        self.limit = value

    def validate(self, instance: Any) -> None:
        if compact_size(instance) > self.limit:
            raise ValueError(f"is larger than {self.limit} bytes of compact JSON")


class _MaxFileBytes:
    def __init__(self, parent: dict[str, Any], value: int, path: list[str | int]) -> None:
        self.limit = value

    def validate(self, instance: Any) -> None:
        if isinstance(instance, dict) and instance.get("size", 0) > self.limit:
            raise ValueError(f"is a file of more than {self.limit} bytes")


_KEYWORDS: dict[str, type[jsonschema_rs.KeywordValidator]] = {
    "x-max-bytes": _MaxBytes,
    "x-max-file-bytes": _MaxFileBytes,
}


def is_binary(schema: Any) -> bool:
    """Whether the schema describes a file: rules see one as `{filename, contentType, size}`."""
    return isinstance(schema, dict) and schema.get("format") == "binary"


def _with_files(schema: Any) -> Any:
    """The schema with each file's `{type: string, format: binary}` as the object that the view holds.

    What has no files in it is shared.
    """
    if isinstance(schema, list):
        items = [_with_files(item) for item in schema]
        return items if any(new is not old for new, old in zip(items, schema, strict=True)) else schema
    if not isinstance(schema, dict):
        return schema
    if is_binary(schema):
        return {**{key: value for key, value in schema.items() if key != "format"}, "type": "object"}
    inner = {key: _with_files(value) for key, value in schema.items()}
    return inner if any(inner[key] is not value for key, value in schema.items()) else schema


def _judged(document: Any) -> Any:
    """The document without the answers' examples, which no schema refers to: the engine keeps a copy of all it gets."""
    if not isinstance(document, dict):
        return document
    known = {key: value for key, value in document.items() if key != "components"}
    if isinstance(document.get("components"), dict):
        known["components"] = {key: value for key, value in document["components"].items() if key != "examples"}
    if isinstance(document.get(BUNDLED), dict):
        known[BUNDLED] = {name: _judged(file) for name, file in document[BUNDLED].items()}
    return known


@value
class Finding:
    """One broken constraint: where in the value, which keyword, its limit, and the pointer to its schema."""

    path: tuple[str | int, ...]
    keyword: str
    limit: Any
    actual: Any
    message: str
    schema: str
    # The schemas on the way from the root to the one that is broken, through every `$ref`, outermost first.
    trail: tuple[Mapping[str, Any], ...] = ()
    # The schema of the property that is missing, for `required`.
    missing: Mapping[str, Any] = field(default_factory=dict)

    @property
    def pointer(self) -> str:
        """JSON pointer into the value; a missing property is pointed at itself."""
        missing = (self.limit,) if self.keyword == "required" else ()
        return pointers.join(*self.path, *missing)

    def violation(self, root: str, answer: str) -> Violation:
        """The finding as a violation of a value that stands at the pointer `root` of the view."""
        return Violation(
            path=root + self.pointer,
            rule=self.keyword,
            limit=self.limit,
            actual=self.actual,
            answer=answer,
            message=self.message,
        )


Path = tuple[str | int, ...]
# Schemas on the way to one: a reference may lead back to where it came from.
_DEEPEST = 50
_NAME = 80


@dataclass(frozen=True, slots=True)
class _Place:
    """A keyword in a schema: its name and value, the schema that holds it, and those on the way there."""

    keyword: str
    limit: Any
    node: Any
    schema: str
    trail: tuple[Mapping[str, Any], ...]


class Schemas:
    """The schemas of one contract, compiled on demand by where they stand in its document.

    `lazily`: each when it is first asked, which is the time to hear of a schema that is none. Most of a server's never
    are: what is written as Python seldom needs the engine as well, and each costs it some 100 KB.
    """

    __slots__ = ("_compiled", "_lazily", "_registry", "document")

    def __init__(self, document: Mapping[str, Any], *, lazily: bool = False) -> None:
        self._lazily = lazily
        self.document: dict[str, Any] = _with_files(document)
        # The document is handed over once; each validator refers into it.
        self._registry = jsonschema_rs.Registry([(_CONTRACT, _judged(self.document))])
        self._compiled: dict[str, SchemaValidator] = {}

    def at(self, pointer: str) -> SchemaValidator:
        """The validator of the schema at the pointer. Raises `jsonschema_rs.ValidationError` where it is none."""
        if pointer not in self._compiled:
            validator = self._compiled[pointer] = SchemaValidator(self.document, pointer, self._registry, self)
            if not self._lazily:
                validator.compiled()
        return self._compiled[pointer]

    def fits_at(self, pointer: str) -> Fits:
        """Whether a value fits the schema at the pointer."""
        fits: Fits = self.at(pointer).compiled().is_valid
        return fits

    @staticmethod
    def fits_schema(schema: Mapping[str, Any]) -> Fits:
        """The same for a schema that refers to nothing."""
        fits: Fits = compile_schema(dict(schema)).is_valid
        return fits

    @staticmethod
    def anything() -> SchemaValidator:
        """The validator that every value fits."""
        return Schemas({"anything": True}).at("/anything")


class SchemaValidator:
    """A compiled schema of a contract. `fits` is fast; `findings` tells every broken constraint.

    `fits_surely` is faster for values of which the schema looks at little, such as a view, and for large ones:
    it is written in Python, when it is first asked. It takes what JSON is read as, and may err on anything else.
    """

    __slots__ = ("_document", "_place", "_registry", "_schemas", "_validator", "fits", "fits_surely", "pointer")

    def __init__(
        self, document: dict[str, Any], pointer: str, registry: jsonschema_rs.Registry, schemas: Schemas
    ) -> None:
        self._document = document
        self._schemas = schemas
        self.pointer = pointer
        self._registry = registry
        self._validator: jsonschema_rs.Validator | None = None
        self.fits: Fits = self._fits_at_first
        self.fits_surely: Fits = self._fits_surely_at_first
        self._place = lru_cache(maxsize=256)(self._find_place)

    def compiled(self) -> jsonschema_rs.Validator:
        """The engine's own validator. Raises `jsonschema_rs.ValidationError` where the schema is none."""
        if self._validator is None:
            reference = {"$ref": f"{_CONTRACT}#{quote(self.pointer, safe=_SAFE)}"}
            self._validator = compile_schema(reference, self._registry)
            self.fits = self._validator.is_valid
        return self._validator

    def _fits_at_first(self, value: Any) -> bool:
        return bool(self.compiled().is_valid(value))

    def _fits_surely_at_first(self, value: Any) -> bool:
        self.fits_surely = compile_predicate(self.pointer, self._document, self._schemas)
        return self.fits_surely(value)

    def findings(self, value: Any) -> Iterator[Finding]:
        """Every broken constraint of the value, with the innermost ones where `allOf`, `if` or `$ref` nest."""
        found = [self._finding(error) for error in self.compiled().iter_errors(value)]
        yield from sorted(found, key=self._rank) if len(found) > 1 else found

    def _rank(self, finding: Finding) -> list[int]:
        """Where the contract lists what is broken: its order decides which comes first, not that of what was sent."""
        node: Any = {"$ref": f"#{self.pointer}"}
        ranks = []
        for token in pointers.split(finding.pointer):
            node = dereference(node, self._document)
            properties = node.get("properties", {}) if isinstance(node, dict) else {}
            ranks.append(int(token) if token.isdecimal() else [*properties, token].index(token))
            node = properties.get(token, node.get("items") if isinstance(node, dict) else None)
        return ranks

    def _finding(self, error: jsonschema_rs.ValidationError) -> Finding:
        # What a client calls its properties is no key to keep: only as much of it as any contract's names have.
        at = tuple([0 if isinstance(token, int) else token[:_NAME] for token in error.instance_path])
        place = self._place(tuple(error.schema_path), tuple(error.evaluation_path), at)
        missing = error.kind.value if place.keyword == "required" else None
        measure = _MEASURES.get(place.keyword, shorten)
        return Finding(
            path=tuple(error.instance_path),
            keyword=place.keyword,
            limit=missing or place.limit,
            actual=None if missing else measure(error.instance),
            message=error.message if len(error.message) < 200 else f"{error.message[:200]}…",
            schema=place.schema,
            trail=place.trail,
            missing=self._property(place.node, missing),
        )

    def _find_place(self, schema_path: Path, evaluation_path: Path, at: Path) -> _Place:
        *schema, keyword = schema_path or ("",)
        node = pointers.follow(self._document, schema)
        limit = node.get(keyword) if isinstance(node, dict) else None
        return _Place(str(keyword), limit, node, pointers.join(*schema), self._trail(schema_path, evaluation_path, at))

    def _trail(self, schema_path: Path, evaluation_path: Path, at: Path) -> tuple[dict[str, Any], ...]:
        if evaluation_path[:1] != ("$ref",):
            # A custom keyword's evaluation path is its schema path, which tells nothing of the references before it.
            target = pointers.follow(self._document, schema_path[:-1])
            return self._route(pointers.resolve(self._document, self.pointer), target, at, ()) or ()
        node: Any = {**self._document, "$ref": f"#{self.pointer}"}
        trail = []
        for token in evaluation_path[:-1]:
            reference = token == "$ref"
            node = pointers.resolve(self._document, node["$ref"]) if reference else pointers.follow(node, [token])
            if isinstance(node, dict):
                trail.append(node)
        return tuple(trail)

    def _route(
        self, node: Any, target: Any, at: Path, trail: tuple[dict[str, Any], ...]
    ) -> tuple[dict[str, Any], ...] | None:
        """The schemas from `node` to `target`, which judges the value at the path `at` below the node's."""
        if not isinstance(node, dict) or len(trail) > _DEEPEST:
            return None
        trail = (*trail, node)
        if node is target and not at:
            return trail
        routes = (self._route(inner, target, rest, trail) for inner, rest in self._below(node, at))
        return next((route for route in routes if route), None)

    def _below(self, node: dict[str, Any], at: Path) -> Iterator[tuple[Any, Path]]:
        """The schemas in a schema that may judge the value at `at`, each with the path that is left for it."""
        if isinstance(node.get("$ref"), str):
            yield pointers.resolve(self._document, node["$ref"]), at
        for word in ("allOf", "anyOf", "oneOf"):
            yield from ((inner, at) for inner in node.get(word, ()))
        for word in ("if", "then", "else", "not"):
            yield node.get(word), at
        if at:
            yield node.get("properties", {}).get(at[0]), at[1:]
            for word in ("items", "contains", "additionalProperties", "unevaluatedProperties", "unevaluatedItems"):
                yield node.get(word), at[1:]
            for word in ("prefixItems", "patternProperties"):
                inner = node.get(word, ())
                yield from ((each, at[1:]) for each in (inner.values() if isinstance(inner, dict) else inner))

    def _property(self, node: Any, name: Any) -> dict[str, Any]:
        if name is None or not isinstance(node, dict):
            return {}
        schema = node.get("properties", {}).get(name, {})
        target = dereference(schema, self._document)
        return {**target, **schema} if isinstance(target, dict) and isinstance(schema, dict) else {}


def compile_schema(schema: Schema, registry: jsonschema_rs.Registry | None = None) -> jsonschema_rs.Validator:
    """A validator with our keywords, linear-time regexes, asserted formats, and no way to network or disk.

    Raises `jsonschema_rs.ValidationError` where the schema is none.
    """
    return jsonschema_rs.Draft202012Validator(
        schema,
        keywords=_KEYWORDS,
        validate_formats=True,
        pattern_options=jsonschema_rs.RegexOptions(),
        offline=True,
        registry=registry,
    )


def as_object(schema: Any, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema behind any references, as an object; `true`, `false` and nothing are the one that says nothing."""
    found = dereference(schema, document)
    return found if isinstance(found, dict) else {}


def located(pointer: str, document: Mapping[str, Any]) -> tuple[str, Any]:
    """Where what stands at the pointer stands in the end, behind any chain of `$ref`s, and what it is."""
    node = pointers.resolve(document, pointer)
    while isinstance(node, dict) and "$ref" in node:
        pointer = node["$ref"].removeprefix("#")
        node = pointers.resolve(document, pointer)
    return pointer, node


def dereference(schema: Any, document: Mapping[str, Any]) -> Any:
    """The schema itself behind any chain of `$ref`s."""
    while isinstance(schema, dict) and "$ref" in schema:
        schema = pointers.resolve(document, schema["$ref"])
    return schema
