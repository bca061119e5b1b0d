"""From a JSON Schema to values that fit it.

What can be constructed is; what a schema says by `not`, `contains` and their like is then looked for among what was
constructed. Recursive schemas end, since deep values are plain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, islice
from typing import Any

from understudy_validators.fuzzing import formats, objects
from understudy_validators.fuzzing.checks import Checks, is_type
from understudy_validators.fuzzing.numbers import integers, numbers
from understudy_validators.fuzzing.regexes import matching
from understudy_validators.fuzzing.shapes import SILENT, flat, types_of
from understudy_validators.fuzzing.sources import Dice, Plainest, Source
from understudy_validators.fuzzing.text import LARGEST, PIECES, PLAIN, fitted, texts
from understudy_validators.schemas import compact_size, is_binary

Node = Mapping[str, Any]
#: Makes a value; the number is how deep it stands in the whole.
Make = Callable[[Source, int], Any]
#: Levels below which nothing optional is made, and below which nothing is.
DEEP, DEEPEST = 4, 16
_TYPES = ("string", "integer", "boolean", "object", "array", "number", "null")
#: Words whose fulfilment is not constructed, but checked.
_CHECKED = frozenset(
    (
        *("not", "oneOf", "anyOf", "if", "x-also", "pattern", "format", "multipleOf"),
        *("contains", "uniqueItems", "unevaluatedItems"),
        *("dependentRequired", "dependentSchemas", "propertyNames", "patternProperties"),
        *("unevaluatedProperties", "minProperties", "maxProperties"),
    )
)
_ATTEMPTS = 6
#: Values that are looked for where attempts fail, and how long.
_KNOWN, _ROLLS = 8, 300
_BY_WORD = {
    "object": ("properties", "required", "additionalProperties", "minProperties", "patternProperties"),
    "array": ("items", "minItems", "maxItems", "contains", "prefixItems"),
    "number": ("minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum"),
}
_PLAINEST = Plainest()
_FALLBACKS: tuple[Any, ...] = ("x", 1, True, {}, [], None, "xx", 0, -1, 1.5, [1], {"x": 1}, "")


class UnfitError(Exception):
    """No value was found that fits a schema."""


class Values:
    """Compiles the schemas of one document, each once."""

    def __init__(self, document: Node) -> None:
        self.document = document
        self._references: dict[str, Make] = {}
        self._checks: Checks | None = None

    def fits(self, schema: Any) -> Callable[[Any], bool]:
        """Whether values fit a schema that may refer into the document."""
        self._checks = self._checks or Checks(self.document)
        return self._checks.fits(schema)

    def of(self, schema: Any) -> Make:
        """Makes values that fit the schema. The maker raises `UnfitError` where it finds none."""
        if isinstance(schema, Mapping) and set(schema) == {"$ref"}:
            return self._reference(schema["$ref"])
        return self._compiled(flat(schema, self.document), schema)

    def _reference(self, reference: str) -> Make:
        def make(source: Source, depth: int) -> Any:
            if reference not in self._references:
                node = flat({"$ref": reference}, self.document)
                self._references[reference] = self._compiled(node, {"$ref": reference})
            return self._references[reference](source, depth)

        return make

    def _compiled(self, node: Node | bool, schema: Any) -> Make:
        if node is False:
            return _nothing
        if node is True or not isinstance(node, Mapping):
            return anything
        make = self._alternatives(node)
        if is_binary(node) or not (_CHECKED & node.keys() or {"enum", "const"} & node.keys()):
            return make
        return _Checked(self, schema if isinstance(schema, Mapping) and "$ref" not in schema else node, make)

    def _alternatives(self, node: Node) -> Make:
        """One of the branches of `oneOf`, `anyOf` or `if`, with all that stands beside it."""
        for word in ("oneOf", "anyOf"):
            if word in node:
                rest = {other: value for other, value in node.items() if other != word}
                return _one_of([self._branch(rest, branch) for branch in node[word]])
        if "if" in node:
            rest = {other: value for other, value in node.items() if other not in ("if", "then", "else")}
            both = {"allOf": [node["if"], node.get("then", True)]}
            return _one_of([self._branch(rest, node.get("else", True)), self._branch(rest, both)])
        return self._plain(node)

    def _branch(self, rest: Node, branch: Any) -> Make:
        """Makes values of a branch, with all that stands beside it; compiled when needed, since it may be recursive."""
        if not rest.keys() - SILENT:
            return self.of(branch) if isinstance(branch, Mapping) and set(branch) == {"$ref"} else self._later(branch)
        return self._later({"allOf": [rest, branch]})

    def _later(self, schema: Any) -> Make:
        compiled: list[Make] = []

        def make(source: Source, depth: int) -> Any:
            if not compiled:
                compiled.append(self.of(schema))
            return compiled[0](source, depth)

        return make

    def _plain(self, node: Node) -> Make:
        if "const" in node:
            return lambda source, depth: node["const"]
        if "enum" in node:
            choices = [value for value in node["enum"] if _of_types(value, node)]
            return lambda source, depth: source.pick(choices) if choices else _nothing(source, depth)
        if is_binary(node):
            return _file(node)
        named = types_of(node.get("type"))
        names = named or _suggested(node)
        makes = [self._of_type(name, node) for name in names]
        return _weighed(node, makes[0] if len(makes) == 1 else _one_of(makes))

    def _of_type(self, name: str, node: Node) -> Make:
        if name == "object":
            return objects.objects(self, node)
        if name == "array":
            return objects.arrays(self, node)
        if name == "string":
            return _strings(node)
        if name == "integer":
            return integers(node)
        if name == "number":
            return numbers(node)
        return (lambda source, depth: source.pick((False, True))) if name == "boolean" else lambda source, depth: None


class _Checked:
    """Makes values until one fits; the last resort is what was found to fit once."""

    def __init__(self, values: Values, schema: Any, make: Make) -> None:
        self._values, self._schema, self._make = values, schema, make
        self._fits: Callable[[Any], bool] | None = None
        self._known: list[Any] = []

    def __call__(self, source: Source, depth: int) -> Any:
        self._fits = self._fits or self._values.fits(self._schema)
        for _ in range(_ATTEMPTS):
            try:
                value = self._make(source, depth)
            except UnfitError:
                continue
            if self._fits(value):
                return value
        return self._last_resort(source, depth)

    def _last_resort(self, source: Source, depth: int) -> Any:
        if not self._known:
            fitting = (value for value in self._candidates(depth) if self._fits and self._fits(value))
            self._known = list(islice(fitting, _KNOWN))
        if not self._known:
            raise UnfitError(f"nothing was found that fits {self._schema!r}")
        return source.pick(self._known)

    def _candidates(self, depth: int) -> Iterator[Any]:
        """What the schema itself has for examples, and what can be made of it by chance; then anything."""
        node = flat(self._schema, self._values.document)
        if not isinstance(node, bool):
            yield from (*node.get("examples", ()), node.get("default"), node.get("example"))
        sources: Iterator[Source] = chain((_PLAINEST,), map(Dice, range(_ROLLS)))
        for source in sources:
            with suppress(UnfitError):
                yield self._make(source, depth)
        yield from _FALLBACKS


def _nothing(source: Source, depth: int) -> Any:
    raise UnfitError("the schema lets nothing pass")


def anything(source: Source, depth: int) -> Any:
    """Any JSON value, mostly small."""
    kind = source.integer(0, 7 if depth < DEEP else 5)
    if kind < 2:
        return source.pick((PLAIN, *PIECES))
    if kind == 6:
        return [anything(source, depth + 1) for _ in range(source.integer(0, 2))]
    if kind == 7:
        return {source.pick(("x", "y", "é")): anything(source, depth + 1)}
    return (None, False, True, source.integer(-1000, 1000))[kind - 2]


def _one_of(makes: Sequence[Make]) -> Make:
    def make(source: Source, depth: int) -> Any:
        if not makes:
            raise UnfitError("no branch lets anything pass")
        if depth <= DEEP:
            return source.pick(makes)(source, depth)
        for branch in makes:
            try:
                return branch(source, depth + 1)
            except (UnfitError, RecursionError):
                continue
        raise UnfitError("no branch ends")

    return make


def _of_types(value: Any, node: Node) -> bool:
    names = types_of(node.get("type"))
    return not names or any(is_type(value, name) for name in names)


def _suggested(node: Node) -> Sequence[str]:
    """The types that the words of an untyped schema are about, else all."""
    about = [name for name, words in _BY_WORD.items() if any(word in node for word in words)]
    if {"minLength", "maxLength", "pattern", "format"} & node.keys():
        about.insert(0, "string")
    return about or _TYPES


def _strings(node: Node) -> Make:
    least, most = node.get("minLength", 0), node.get("maxLength")
    free = texts(least, most)
    if "pattern" in node:
        return _patterned(node["pattern"], least, most)
    build = formats.BUILDS.get(node.get("format", ""))
    return (lambda source, depth: build(source)) if build else (lambda source, depth: free(source))


def _patterned(pattern: str, least: int, most: int | None) -> Make:
    build, free = matching(pattern), texts(least, most)

    def make(source: Source, depth: int) -> Any:
        text = build(source) if build and source.integer(0, 3) else free(source)
        return text if most is None else fitted(text, 0, most)

    return make


def _file(node: Node) -> Make:
    limit = node.get("x-max-file-bytes")
    sizes = [0, limit] if limit and limit <= LARGEST else [0]

    def make(source: Source, depth: int) -> Any:
        kind = source.integer(0, 5)
        content = PLAIN if kind < 3 else source.pick(PIECES) if kind < 5 else PLAIN * source.pick(sizes)
        name = source.pick(("file.txt", "ünï 👍.bin", 'q"uote.txt', "no-extension", "x" * 255))
        content_type = source.pick(("text/plain", "application/octet-stream", "image/png"))
        return {"filename": name, "content_type": content_type, "content": content}

    return make


def _weighed(node: Node, make: Make) -> Make:
    """With `x-max-bytes`: values that weigh no more, one in four exactly that."""
    limit = node.get("x-max-bytes")
    if limit is None:
        return make

    def weighed(source: Source, depth: int) -> Any:
        value = make(source, depth)
        if compact_size(value) > limit:
            value = make(_PLAINEST, depth)
        return objects.filled(value, limit, node) if limit <= LARGEST and source.integer(0, 3) == 3 else value

    return weighed
