"""Contracts as files: safe YAML with line numbers, and `$ref`s that stay inside the contract's folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote, urlsplit

import orjson
import yaml

from understudy_validators import pointers
from understudy_validators.errors import ContractError, Mistake
from understudy_validators.yaml_core import MAX_DEPTH, MAX_NODES, SCALARS, TAG, Loader, plainly

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


_COLLECTIONS = {f"{TAG}map", f"{TAG}seq"}
_OPENING = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_CLOSING = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


def _nests_too_deep(text: str) -> bool:
    """Whether the text nests deeper than is read: libyaml's composer, which recurses in C, would end the process."""
    level = 0
    for event in yaml.parse(text, Loader=Loader):
        if isinstance(event, _OPENING):
            level += 1
            if level > MAX_DEPTH:
                return True
        elif isinstance(event, _CLOSING):
            level -= 1
    return False


class _Builder:
    """Turns composed nodes into values, noting lines and refusing what a contract must not hold."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[str, tuple[str, int]] = {}
        self.mistakes: list[Mistake] = []
        self.count = 0

    def build(self, node: yaml.Node, pointer: str, depth: int = 0) -> Any:
        self.count += 1
        if self.count > MAX_NODES or depth > MAX_DEPTH:
            raise ContractError([self._mistake(node, pointer, *_BOMB)])
        self.lines[pointer] = (self.path.name, node.start_mark.line + 1)
        if not isinstance(node, yaml.ScalarNode) and node.tag not in _COLLECTIONS:
            self.mistakes.append(self._mistake(node, pointer, f"the tag {node.tag} is not read", _PLAIN))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, pointer, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, f"{pointer}/{i}", depth + 1) for i, item in enumerate(node.value)]
        return self._scalar(cast(yaml.ScalarNode, node), pointer)

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

    def _scalar(self, node: yaml.ScalarNode, pointer: str) -> Any:
        read = SCALARS.get(node.tag)
        if read is None:
            self.mistakes.append(self._mistake(node, pointer, f"the tag {node.tag} is not read", _PLAIN))
            return None
        try:
            return read(node.value)
        except ValueError:
            problem = f"{node.value!r} is no {node.tag.rpartition(':')[2]}"
            self.mistakes.append(self._mistake(node, pointer, problem, _PLAIN))
            return None

    def _mistake(self, node: yaml.Node, pointer: str, problem: str, advice: str) -> Mistake:
        line = node.start_mark.line + 1
        return Mistake(file=self.path.name, line=line, pointer=pointer, problem=problem, advice=advice)


_PLAIN = "Only plain YAML values are read."
_BOMB = ("the document unfolds to too much", "Aliases may not multiply or contain themselves.")


def load(path: Path) -> Document:
    """Reads one YAML file. Raises `ContractError` with every mistake in its form."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ContractError([_whole(path, f"cannot be read: {error}", "Check that it is a UTF-8 text file.")]) from None
    lines = Lines((path, path.name, ""))
    plain = plainly(text)
    if plain is not None:
        return Document(path, orjson.loads(plain), lines)
    data, builder = read_with_care(path, text)
    if builder.mistakes:
        raise ContractError(builder.mistakes)
    return Document(path, data, lines)


def read_with_care(path: Path, text: str) -> tuple[Any, _Builder]:
    """The text's value, built with care, and what was noted of it."""
    try:
        if _nests_too_deep(text):
            raise ContractError([_whole(path, *_BOMB)])
        node = yaml.compose(text, Loader=Loader)
        if node is None:
            raise ContractError([_whole(path, "is empty", "Write the contract.")])
        builder = _Builder(path)
        return builder.build(node, ""), builder
    except yaml.YAMLError as error:
        raise ContractError([_syntax(path, error)]) from None


class Lines(Mapping[str, tuple[str, int]]):
    """The (file, line) at which each pointer's value starts. Files are read again for it: mistakes are rare."""

    def __init__(self, *files: tuple[Path, str, str]) -> None:
        """Of each file: where it is, its name, and the pointer below which it stands."""
        self.files = files
        self._found: dict[str, tuple[str, int]] | None = None

    def _all(self) -> dict[str, tuple[str, int]]:
        if self._found is None:
            self._found = {}
            for path, name, prefix in self.files:
                try:
                    text = path.read_text(encoding="utf-8")
                except OSError:
                    continue  # it was moved away since: its places are known no more
                _, builder = read_with_care(path, text)
                self._found |= {prefix + at: (name, line) for at, (_, line) in builder.lines.items()}
        return self._found

    def __getitem__(self, pointer: str) -> tuple[str, int]:
        return self._all()[pointer]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


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
        self.sources = [(path, path.name, "")]
        self.files: dict[str, Any] = {}
        self.mistakes: list[Mistake] = []
        self.references: list[tuple[str, dict[str, Any]]] = []

    def bundle(self) -> Document:
        self._rewrite(self.root, self.root.path.resolve())
        data = self.root.data
        if self.files and isinstance(data, dict):
            data[BUNDLED] = self.files
        document = Document(self.root.path, data, Lines(*self.sources))
        self.mistakes += _dangling(document, self.references)
        if self.mistakes:
            raise ContractError(self.mistakes)
        return document

    def _rewrite(self, document: Document, path: Path) -> None:
        """Makes every reference in the document start with `#/`, and takes in the files that they name."""
        places: dict[str, str | None] = {}
        found = list(references(document.data))
        prefix = self._place(path)
        self.references += [(prefix + pointer, node) for pointer, node in found]
        for pointer, node in found:
            target, _, fragment = node["$ref"].partition("#")
            if target not in places:
                places[target] = self._found(target, path)
            place = places[target]
            if place is None:
                advice = "A $ref may name files of the contract's own folder only."
                problem = f"$ref names {target!r}, which is not there"
                self.mistakes.append(document.mistake(pointer, problem, advice))
            else:
                node["$ref"] = f"#{place}{fragment}"

    def _found(self, target: str, path: Path) -> str | None:
        """Where the file that a reference in the file at `path` names stands in the bundle, if it may be named."""
        other = _resolved(path.parent / unquote(target)) if target else path
        if urlsplit(target).scheme or target.startswith("//") or not self._is_ours(other):
            return None
        self._include(other)
        return self._place(other)

    def _is_ours(self, path: Path) -> bool:
        try:
            return path.is_relative_to(self.folder) and path.is_file()
        except OSError:  # a name that is too long
            return False

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()

    def _place(self, path: Path) -> str:
        """The pointer below which a file stands in the bundle."""
        return "" if path == self.root.path.resolve() else pointers.join(BUNDLED, self._name(path))

    def _include(self, path: Path) -> None:
        name, prefix = self._name(path), self._place(path)
        if not prefix or name in self.files:
            return
        other = load(path)
        self.files[name] = other.data
        self.sources.append((path, name, prefix))
        self._rewrite(other, path)


def _resolved(path: Path) -> Path:
    """The path in full; `/` for what no file can be called."""
    try:
        return path.resolve()
    except (OSError, ValueError):
        return Path("/")


# Keywords whose value is data, in which a `$ref` is only a word; and those that hold named things of any name.
_DATA = {"value", "example", "const", "enum", "default", "x-trigger", BUNDLED}
_NAMED = {
    *("$defs", "definitions", "dependentSchemas", "patternProperties", "properties", "schemas"),
    *("callbacks", "examples", "headers", "links", "parameters", "pathItems", "paths", "requestBodies", "responses"),
    *("answers", "channels", "messages", "operations", "securitySchemes", "x-rules"),
}


def references(value: Any, pointer: str = "", named: bool = False) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object with a string `$ref`, with its pointer; what is data is not looked into."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from references(item, f"{pointer}/{index}")
    elif isinstance(value, dict):
        if isinstance(value.get("$ref"), str) and not named:
            yield pointer, value
        for key, item in value.items():
            if named or not _is_data(key, item):
                yield from references(item, pointers.child(pointer, key), not named and key in _NAMED)


def _is_data(key: str, value: Any) -> bool:
    return key in _DATA or (key == "examples" and isinstance(value, list))


def _dangling(document: Document, found: Iterable[tuple[str, dict[str, Any]]]) -> Iterator[Mistake]:
    flaws: dict[str, str] = {}
    for pointer, node in found:
        if node["$ref"].startswith("#"):
            if node["$ref"] not in flaws:
                flaws[node["$ref"]] = _flaw(document, node)
            problem = flaws[node["$ref"]]
            if problem:
                yield document.mistake(pointer, f"$ref {node['$ref']!r} {problem}", "Name something that exists.")


def _flaw(document: Document, node: Any) -> str:
    """What is wrong with where a reference leads in the end; nothing, if it leads somewhere."""
    seen: set[str] = set()
    while isinstance(node, dict) and isinstance(node.get("$ref"), str):
        if node["$ref"] in seen:
            return "leads back to itself"
        seen.add(node["$ref"])
        try:
            node = pointers.resolve(document.data, node["$ref"])
        except KeyError:
            return "leads nowhere"
    return ""
