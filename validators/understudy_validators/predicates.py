"""JSON Schemas as Python source: what rules ask of a view is mostly a few `get`s, done before an engine is even called.

A schema is written as statements about one variable, which run `fail` where the value does not fit. What Python would
not judge exactly as JSON Schema does, a pattern or a format, say, is left to the engine, keyword by keyword.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

import orjson

from understudy_validators import pointers
from understudy_validators.viewpaths import MISSING

Fits = Callable[[Any], bool]

# They judge nothing.
_ANNOTATIONS = frozenset(
    (
        *("title", "description", "summary", "default", "example", "examples", "deprecated", "readOnly", "writeOnly"),
        *("$comment", "$defs", "x-source", "x-answers", "discriminator", "externalDocs"),
    )
)
_TYPES = {
    "null": "{0} is None",
    "boolean": "type({0}) is bool",
    "string": "type({0}) is str",
    "array": "type({0}) is list",
    "object": "type({0}) is dict",
    "integer": "(type({0}) is int or (type({0}) is float and {0}.is_integer()))",
    "number": "(type({0}) is int or type({0}) is float)",
}
# Keywords that compare a size or a number: the type that they concern, and when they are broken.
_BOUNDS = {
    "minLength": ("string", "len({0}) < {1}"),
    "maxLength": ("string", "len({0}) > {1}"),
    "minItems": ("array", "len({0}) < {1}"),
    "maxItems": ("array", "len({0}) > {1}"),
    "minProperties": ("object", "len({0}) < {1}"),
    "maxProperties": ("object", "len({0}) > {1}"),
    "minimum": ("number", "{0} < {1}"),
    "maximum": ("number", "{0} > {1}"),
    "exclusiveMinimum": ("number", "{0} <= {1}"),
    "exclusiveMaximum": ("number", "{0} >= {1}"),
    "x-max-bytes": ("", "len(dumps({0})) > {1}"),
}
# Judged by the engine, each by itself: the type that it concerns.
_SINGLE = {"pattern": "string", "format": "string", "uniqueItems": "array", "multipleOf": "number"}
# In-place applicators whose properties count only where they fit, and what takes any property.
_DEPENDING = frozenset(
    (
        *("anyOf", "oneOf", "if", "then", "else", "dependentSchemas", "$dynamicRef"),
        *("additionalProperties", "patternProperties"),
    )
)
_WRITTEN = frozenset(
    (
        *("type", "const", "enum", "$ref", "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "items", "contains"),
        *("properties", "required", "additionalProperties", "unevaluatedProperties", *_BOUNDS, *_SINGLE),
    )
)
# Deeper ones get a function of their own: Python bounds how deep a block may be indented.
_DEEPEST = 8
_FALSE = "return False"


class Engine(Protocol):
    """Judges what is not written as Python."""

    def fits_at(self, pointer: str) -> Fits:
        """Whether a value fits the schema at the pointer of the document."""
        ...

    def fits_schema(self, schema: Mapping[str, Any]) -> Fits:
        """The same for a schema that refers to nothing."""
        ...


class Source:
    """Python functions under construction: their lines, and the objects that they name."""

    def __init__(self, document: Any, engine: Engine) -> None:
        self._document = document
        self._engine = engine
        self._functions: list[list[str]] = []
        self._names: dict[str, str] = {}
        self._constants: dict[str, str] = {}
        self._count = 0
        self._objects: dict[str, Any] = {"MISSING": MISSING, "dumps": orjson.dumps}

    def name(self, prefix: str = "v") -> str:
        """A name that nothing has yet."""
        self._count += 1
        return f"{prefix}{self._count}"

    def constant(self, value: Any, key: str = "") -> str:
        """A name for the object; the same for each with that key."""
        name = self._constants.get(key) or self.name("c")
        if key:
            self._constants[key] = name
        self._objects.setdefault(name, value)
        return name

    def function(self, pointer: str) -> str:
        """The name of a function that tells whether a value fits the schema at the pointer."""
        pointer = self._target(pointer)
        if pointer not in self._names:
            name = self._names[pointer] = self.name("fits")  # known before it is written: a schema may contain itself
            judged = self.schema(pointer, "value", _FALSE)
            body = self._remembering(name, judged) if self._is_shared(pointer) else [*judged, "return True"]
            lines = [f"def {name}(value):", "    try:", *indented(indented(body)), f"    except KeyError: {_FALSE}"]
            self._functions.append(lines)
        return self._names[pointer]

    def _is_shared(self, pointer: str) -> bool:
        """Whether it is a schema of objects that others refer to by name, such as that of a user."""
        node = self._at(pointer)
        return "/schemas/" in pointer and isinstance(node, dict) and node.get("type") == "object"

    def _remembering(self, name: str, judged: list[str]) -> list[str]:
        """The lines, for all but the last object that fitted: records never change, and many replies hold the same."""
        last = f"last_{name}"
        self._objects[last] = MISSING
        return [f"global {last}", f"if value is {last}: return True", *judged, f"{last} = value", "return True"]

    def compiled(self, lines: Iterable[str] = ()) -> Mapping[str, Any]:
        """All functions by name, with those that the lines define; of the contract's words they hold literals alone."""
        text = "\n".join([line for function in self._functions for line in function] + list(lines))
        exec(compile(text, "<contract>", "exec"), self._objects)
        return self._objects

    def schema(self, pointer: str, value: str, fail: str, depth: int = 0) -> list[str]:
        """Statements that do `fail` where `value` does not fit the schema at the pointer."""
        node = self._at(pointer)
        if isinstance(node, bool):
            return [] if node else [fail]
        if not self._is_plain(node):
            return [f"if not {self.constant(self._engine.fits_at(pointer), pointer)}({value}): {fail}"]
        if depth > _DEEPEST:
            return [f"if not {self.function(pointer)}({value}): {fail}"]
        return list(_Writer(self, node, pointer, value, fail, depth).lines())

    def asked(self, pointer: str, value: str) -> str:
        """An expression that is true where the value fits the schema at the pointer."""
        node = self._at(pointer)
        if isinstance(node, dict) and node.keys() - _ANNOTATIONS == {"type"}:
            return f"({_has_type(node['type'], value)})"
        return f"{self.function(pointer)}({value})"

    def engine(self, word: str, limit: Any) -> str:
        """The name of a function with which the engine judges one keyword."""
        key = f"{word} {limit!r}"
        return self._constants.get(key) or self.constant(self._engine.fits_schema({word: limit}), key)

    def evaluated(self, node: Any) -> set[str] | None:
        """The properties that a schema looks at, whatever the value; `None` where that depends on it, or is all."""
        if isinstance(node, bool):
            return set()
        if node.keys() & _DEPENDING or node.get("unevaluatedProperties", False) is not False:
            return None
        inner = [self._at(node["$ref"].removeprefix("#"))] if "$ref" in node else []
        known = set(node.get("properties", ()))
        for found in map(self.evaluated, [*inner, *node.get("allOf", ())]):
            if found is None:
                return None
            known |= found
        return known

    def _at(self, pointer: str) -> Any:
        return pointers.follow(self._document, pointers.split(pointer))

    def _target(self, pointer: str) -> str:
        """Where the schema at the pointer stands, if it is nothing but a reference."""
        node = self._at(pointer)
        while isinstance(node, dict) and node.keys() - _ANNOTATIONS == {"$ref"}:
            pointer = node["$ref"].removeprefix("#")
            node = self._at(pointer)
        return pointer

    def _is_plain(self, node: Mapping[str, Any]) -> bool:
        """Whether every keyword of the schema itself can be written."""
        if not node.keys() <= _WRITTEN | _ANNOTATIONS:
            return False
        return "unevaluatedProperties" not in node or self.evaluated(node) is not None


class _Writer:
    """Writes one schema about one variable."""

    def __init__(self, source: Source, node: Mapping[str, Any], at: str, value: str, fail: str, depth: int) -> None:
        self._source = source
        self._node = node
        self._at = at
        self._value = value
        self._fail = fail
        self._depth = depth
        types = node.get("type", ())
        self._types = [types] if isinstance(types, str) else list(types)

    def lines(self) -> Iterator[str]:
        if self._types:
            yield f"if not ({_has_type(self._types, self._value)}): {self._fail}"
        yield from self._of_value()
        yield from self._of_branches()
        yield from self._of_array()
        yield from self._guarded("object", list(self._of_object()))

    def _of_value(self) -> Iterator[str]:
        node, value = self._node, self._value
        for word in node.keys() & {"const", "enum"}:
            yield f"if not ({self._is_among(word)}): {self._fail}"
        for word in _BOUNDS.keys() & node.keys():
            kind, broken = _BOUNDS[word]
            yield from self._guarded(kind, [f"if {broken.format(value, repr(node[word]))}: {self._fail}"])
        for word in _SINGLE.keys() & node.keys():
            fits = self._source.engine(word, node[word])
            yield from self._guarded(_SINGLE[word], [f"if not {fits}({value}): {self._fail}"])
        if "$ref" in node:
            yield f"if not {self._source.function(node['$ref'].removeprefix('#'))}({value}): {self._fail}"

    def _of_branches(self) -> Iterator[str]:
        node, value, fail = self._node, self._value, self._fail
        for index in range(len(node.get("allOf", ()))):
            yield from self._source.schema(f"{self._at}/allOf/{index}", value, fail, self._depth)
        if "anyOf" in node:
            yield f"if not ({' or '.join(self._branches('anyOf'))}): {fail}"
        if "oneOf" in node:
            yield f"if {' + '.join(self._branches('oneOf'))} != 1: {fail}"
        if "not" in node:
            yield f"if {self._asked('not')}: {fail}"
        if "if" in node:
            for word, negation in (("then", ""), ("else", "not ")):
                if word in node:
                    yield f"if {negation}{self._asked('if')} and not {self._asked(word)}: {fail}"

    def _of_array(self) -> Iterator[str]:
        for word, broken in (("items", "not all"), ("contains", "not any")):
            if word in self._node:
                fits = self._source.function(f"{self._at}/{word}")
                yield from self._guarded("array", [f"if {broken}(map({fits}, {self._value})): {self._fail}"])

    def _of_object(self) -> Iterator[str]:
        properties, required = self._node.get("properties", {}), self._node.get("required", ())
        for key in required:
            if key not in properties:
                yield f"if {key!r} not in {self._value}: {self._fail}"
        for key in properties:
            inner = self._source.name()
            at = f"{self._at}/properties{pointers.join(key)}"
            lines = self._source.schema(at, inner, self._fail, self._depth + 1)
            yield from self._of_property(key, inner, lines, key in required)
        yield from self._of_others()

    def _of_property(self, key: str, inner: str, lines: list[str], required: bool) -> Iterator[str]:
        if not lines:
            if required:
                yield f"if {key!r} not in {self._value}: {self._fail}"
        elif required and self._fail == _FALSE:  # in a function, which takes a `KeyError` for that
            yield f"{inner} = {self._value}[{key!r}]"
            yield from lines
        else:
            yield f"{inner} = {self._value}.get({key!r}, MISSING)"
            if required:
                yield f"if {inner} is MISSING: {self._fail}"
                yield from lines
            else:
                yield f"if {inner} is not MISSING:"
                yield from indented(lines)

    def _of_others(self) -> Iterator[str]:
        node, value, fail = self._node, self._value, self._fail
        if "unevaluatedProperties" in node:
            yield f"if not {value}.keys() <= {self._source.constant(self._source.evaluated(node))}: {fail}"
        others = node.get("additionalProperties", True)
        if others is True:
            return
        known = self._source.constant(frozenset(node.get("properties", ())))
        if others is False:
            yield f"if not {value}.keys() <= {known}: {fail}"
        else:
            fits = self._source.function(f"{self._at}/additionalProperties")
            judged = f"all({fits}(each) for key, each in {value}.items() if key not in {known})"
            yield f"if {value} and not {judged}: {fail}"

    def _guarded(self, kind: str, lines: list[str]) -> Iterator[str]:
        """The lines, run where the value is of the type that they are about."""
        if not lines or (kind and self._types and not {kind, "integer" if kind == "number" else kind} & {*self._types}):
            return
        rest = [each for each in self._types if each not in (kind, "integer" if kind == "number" else kind)]
        if not kind or (self._types and not rest):
            yield from lines
            return
        condition = f"{self._value} is not None" if rest == ["null"] else _TYPES[kind].format(self._value)
        yield f"if {condition}:"
        yield from indented(lines)

    def _branches(self, word: str) -> list[str]:
        return [self._asked(f"{word}/{index}") for index in range(len(self._node[word]))]

    def _asked(self, below: str) -> str:
        return self._source.asked(f"{self._at}/{below}", self._value)

    def _is_among(self, word: str) -> str:
        """An expression that is true where the value is the constant, or one of the enumeration."""
        value, values = self._value, self._node["enum"] if word == "enum" else [self._node["const"]]
        texts = [each for each in values if isinstance(each, str)]
        others = [each for each in values if each is None or isinstance(each, bool)]
        if len(texts) + len(others) < len(values):
            return f"{self._source.engine(word, self._node[word])}({value})"
        tests = [f"{value} is {each!r}" for each in others]
        if len(texts) == 1:
            tests.append(f"{value} == {texts[0]!r}")
        elif texts:
            tests.append(f"type({value}) is str and {value} in {self._source.constant(frozenset(texts))}")
        return " or ".join(tests)


def _has_type(types: Any, value: str) -> str:
    names = [types] if isinstance(types, str) else types
    return " or ".join(_TYPES[name].format(value) for name in names)


def indented(lines: list[str]) -> list[str]:
    """The lines as a block's."""
    return [f"    {line}" for line in lines]


def compile_predicate(pointer: str, document: Any, engine: Engine) -> Fits:
    """A function that tells whether a JSON value fits the schema at the pointer of the document."""
    source = Source(document, engine)
    name = source.function(pointer)
    fits: Fits = source.compiled()[name]
    return fits
