"""Contracts as files: safe YAML with line numbers, and `$ref`s that stay inside the contract's folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import yaml

from understudy_validators import pointers
from understudy_validators.errors import ContractError, Mistake

# Nodes after aliases are expanded; the largest contract holds some ten thousand. More is an alias bomb.
MAX_NODES = 500_000
MAX_DEPTH = 200
# Where documents that others refer to are put when a contract becomes one document.
BUNDLED = "x-files"


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file as plain values; `lines` has the (file, line) at which each pointer's value starts."""

    path: Path
    data: Any
    lines: Mapping[str, tuple[str, int]] = field(repr=False)

    def locate(self, pointer: str) -> tuple[str, int]:
        """File and line (from 1) of the value at the pointer, or of the nearest one around it."""
        while pointer and pointer not in self.lines:
            pointer = pointer.rpartition("/")[0]
        return self.lines.get(pointer, (self.path.name, 1))

    def mistake(self, pointer: str, problem: str, advice: str) -> Mistake:
        """A mistake at the pointer, with its file and line."""
        file, line = self.locate(pointer)
        return Mistake(file=file, line=line, pointer=pointer, problem=problem, advice=advice)


class _Loader(yaml.CSafeLoader):
    """YAML 1.2's view of scalars: only true and false are booleans, and a time is a string."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if not tag.endswith((":timestamp", ":merge"))]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_BOOLEANS = {"true": True, "false": False}


class _Builder:
    """Turns composed nodes into values, noting lines and refusing what a contract must not hold."""

    def __init__(self, path: Path, loader: _Loader) -> None:
        self.path = path
        self.loader = loader
        self.lines: dict[str, tuple[str, int]] = {}
        self.mistakes: list[Mistake] = []
        self.count = 0

    def build(self, node: yaml.Node, pointer: str, depth: int = 0) -> Any:
        self.count += 1
        if self.count > MAX_NODES or depth > MAX_DEPTH:
            raise ContractError([self._mistake(node, pointer, *_BOMB)])
        self.lines[pointer] = (self.path.name, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, pointer, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, f"{pointer}/{i}", depth + 1) for i, item in enumerate(node.value)]
        return self._scalar(node, pointer)

    def _mapping(self, node: yaml.MappingNode, pointer: str, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node, pointer)
            if key in result:
                self.mistakes.append(self._mistake(key_node, pointer, f"the key {key!r} stands twice", "Keep one."))
            result[key] = self.build(value_node, pointers.child(pointer, key), depth + 1)
        return result

    def _key(self, node: yaml.Node, pointer: str) -> str:
        value = self._scalar(node, pointer) if isinstance(node, yaml.ScalarNode) else None
        if isinstance(value, str):
            return value
        self.mistakes.append(self._mistake(node, pointer, "a key is not a string", "Put it in quotes."))
        return str(getattr(node, "value", ""))

    def _scalar(self, node: yaml.Node, pointer: str) -> Any:
        if node.tag.endswith(":bool"):
            return _BOOLEANS.get(node.value, node.value)
        try:
            return self.loader.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            problem = str(getattr(error, "problem", error))
            self.mistakes.append(self._mistake(node, pointer, problem, "Only plain YAML values are read."))
            return None

    def _mistake(self, node: yaml.Node, pointer: str, problem: str, advice: str) -> Mistake:
        line = node.start_mark.line + 1
        return Mistake(file=self.path.name, line=line, pointer=pointer, problem=problem, advice=advice)


_BOMB = ("the document unfolds to too much", "Aliases may not multiply or contain themselves.")


def load(path: Path) -> Document:
    """Reads one YAML file. Raises `ContractError` with every mistake in its form."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ContractError([_whole(path, f"cannot be read: {error}", "Check that it is a UTF-8 text file.")]) from None
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise ContractError([_whole(path, "is empty", "Write the contract.")])
        builder = _Builder(path, loader)
        data = builder.build(node, "")
    except yaml.YAMLError as error:
        raise ContractError([_syntax(path, error)]) from None
    finally:
        loader.dispose()
    if builder.mistakes:
        raise ContractError(builder.mistakes)
    return Document(path, data, builder.lines)


def _whole(path: Path, problem: str, advice: str) -> Mistake:
    return Mistake(file=path.name, line=1, pointer="", problem=problem, advice=advice)


def _syntax(path: Path, error: yaml.YAMLError) -> Mistake:
    mark = getattr(error, "problem_mark", None)
    problem = str(getattr(error, "problem", None) or error).splitlines()[0]
    line = mark.line + 1 if mark else 1
    return Mistake(file=path.name, line=line, pointer="", problem=problem, advice="Mend the YAML syntax.")


def bundle(path: Path) -> Document:
    """The file at `path` and all that its `$ref`s name, as one document whose references all start with `#/`.

    Files referred to are put under the root's `x-files`. Raises `ContractError` for a reference that leaves the
    folder, names another protocol, or leads nowhere: nothing is ever fetched.
    """
    return _Bundler(path).bundle()


class _Bundler:
    def __init__(self, path: Path) -> None:
        self.root = load(path)
        self.folder = path.resolve().parent
        self.lines = dict(self.root.lines)
        self.files: dict[str, Any] = {}
        self.mistakes: list[Mistake] = []

    def bundle(self) -> Document:
        self._rewrite(self.root, "", "")
        data = self.root.data
        if self.files and isinstance(data, dict):
            data[BUNDLED] = self.files
        document = Document(self.root.path, data, self.lines)
        self.mistakes += _dangling(document)
        if self.mistakes:
            raise ContractError(self.mistakes)
        return document

    def _rewrite(self, document: Document, prefix: str, name: str) -> None:
        for pointer, node in references(document.data):
            target, _, fragment = node["$ref"].partition("#")
            if target in ("", name):
                node["$ref"] = f"#{prefix}{fragment}"
            elif self._include(document, pointer, target):
                node["$ref"] = f"#{self._place(target)}{fragment}"

    def _place(self, target: str) -> str:
        if (self.folder / target).resolve() == self.root.path.resolve():
            return ""
        return pointers.join(BUNDLED, target)

    def _include(self, document: Document, pointer: str, target: str) -> bool:
        path = (self.folder / unquote(target)).resolve()
        if urlsplit(target).scheme or not path.is_relative_to(self.folder) or not path.is_file():
            advice = "A $ref may name files of the contract's own folder only."
            self.mistakes.append(document.mistake(pointer, f"$ref names {target!r}, which is not there", advice))
            return False
        if target not in self.files and self._place(target):
            other = load(path)
            prefix = pointers.join(BUNDLED, target)
            self.files[target] = other.data
            self.lines.update({prefix + at: line for at, line in other.lines.items()})
            self._rewrite(other, prefix, target)
        return True


def references(value: Any, pointer: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object with a string `$ref`, with its pointer; examples' values are not looked into."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from references(item, f"{pointer}/{index}")
    elif isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield pointer, value
        for key, item in value.items():
            if key not in ("value", "example", "const", "enum", "default", BUNDLED):
                yield from references(item, pointers.child(pointer, key))


def _dangling(document: Document) -> Iterator[Mistake]:
    for pointer, node in references(document.data):
        try:
            pointers.resolve(document.data, node["$ref"])
        except KeyError:
            yield document.mistake(pointer, f"$ref {node['$ref']!r} leads nowhere", "Name something that exists.")
