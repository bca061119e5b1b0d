"""Settings that need not be typed: from `[tool.understudy]` in pyproject.toml, or understudy.toml, and UNDERSTUDY_*.

A flag goes before the environment, the environment before a file; all else has its default.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from understudy_validators.errors import UsageError

#: Where the mock answers, and what commands steer, unless something else is said.
DEFAULT_PORT, DEFAULT_NAMESPACE = 4010, "default"
FILE, PROJECT, TABLE = "understudy.toml", "pyproject.toml", "tool.understudy"
PREFIX = "UNDERSTUDY_"

#: Every key: what it holds, and what it is for. A table's entries are NAME=VALUE on the command line.
KEYS: Mapping[str, tuple[str, str]] = {
    "contracts": ("list", "contracts to serve, as CONTRACT or CONTRACT=PORT"),
    "host": ("text", "address to listen on"),
    "port": ("number", "port to listen on"),
    "seed": ("number", "repeat exactly"),
    "world": ("table", "worlds of your own, by contract"),
    "auth": ("text", "strict or lenient"),
    "allow-host": ("list", "host names to answer to"),
    "limit": ("table", "limits, by name"),
    "ready-file": ("path", "file that tells where the server answers"),
    "control-token": ("text", "what clients of other machines steer the mock with"),
    "url": ("text", "the running mock that commands speak to"),
    "namespace": ("text", "the namespace that commands steer"),
}
_KINDS: Mapping[str, tuple[type, ...]] = {
    "text": (str,),
    "path": (str,),
    "number": (int,),
    "list": (list, str),
    "table": (dict,),
}
_SAID = {"text": "a text", "path": "a path", "number": "a whole number", "list": "a list of texts", "table": "a table"}


@dataclass(frozen=True, slots=True)
class Value:
    """What was set, as the command line takes it, and where."""

    value: Any
    origin: str


def load(folder: Path | None = None, environment: Mapping[str, str] | None = None) -> dict[str, Value]:
    """What is set, by key. Raises `UsageError` for a key that there is not, or a value of another kind."""
    found = _of_file(find(folder or Path.cwd()))
    return {**found, **_of_environment(os.environ if environment is None else environment)}


def find(folder: Path) -> Path | None:
    """The file that holds: the nearest one, from the folder upwards; understudy.toml goes first."""
    for place in (folder, *folder.parents):
        if (place / FILE).is_file():
            return place / FILE
        if (place / PROJECT).is_file() and _table(place / PROJECT) is not None:
            return place / PROJECT
    return None


def _table(path: Path) -> dict[str, Any] | None:
    """Our table in the file, if it has one."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path.name} can't be read: {error}.") from None
    table: dict[str, Any] | None = data if path.name == FILE else data.get("tool", {}).get("understudy")
    return table


def _of_file(path: Path | None) -> dict[str, Value]:
    table = _table(path) if path else None
    if path is None or table is None:
        return {}
    place = path.name if path.name == FILE else f"{path.name}, [{TABLE}]"
    found = {}
    for key, value in table.items():
        kind = _kind(key, place)
        if not isinstance(value, _KINDS[kind]) or isinstance(value, bool):
            raise UsageError(f"{place}: {key} = {value!r} should be {_SAID[kind]}: {KEYS[key][1]}.")
        found[key] = Value(_as_flag(key, kind, value, path.parent), place)
    return found


def _as_flag(key: str, kind: str, value: Any, folder: Path) -> Any:
    """The value as the command line takes it; paths are the file's, not those of who runs the command."""
    if kind == "table":
        entries = {name: str(folder / inner) if key == "world" else inner for name, inner in value.items()}
        return [f"{name}={inner}" for name, inner in entries.items()]
    if kind == "list":
        return [value] if isinstance(value, str) else [str(item) for item in value]
    return str(folder / value) if kind == "path" else value


def _of_environment(environment: Mapping[str, str]) -> dict[str, Value]:
    found = {}
    for name, text in environment.items():
        if not name.startswith(PREFIX) or not text:
            continue
        key = name.removeprefix(PREFIX).lower().replace("_", "-")
        kind = _kind(key, "the environment", name)
        found[key] = Value(_parsed(text, kind, name), name)
    return found


def _parsed(text: str, kind: str, name: str) -> Any:
    if kind in ("list", "table"):
        return [part.strip() for part in text.split(",") if part.strip()]
    if kind == "number":
        try:
            return int(text)
        except ValueError:
            raise UsageError(f"{name}={text} should be a whole number.") from None
    return text


def _kind(key: str, place: str, name: str = "") -> str:
    if key in KEYS:
        return KEYS[key][0]
    close = get_close_matches(key, KEYS, 1)
    near = f"{PREFIX}{close[0].upper().replace('-', '_')}" if close and name else "".join(close)
    advice = f"Did you mean {near}?" if close else f"There is: {', '.join(KEYS)}."
    raise UsageError(f"{place} sets {name or key}, which there is not. {advice}")


class Configured(click.Command):
    """A command whose options may be set in a file or the environment."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Reads what is set before the command line is."""
        extra.setdefault("default_map", defaults(self))
        return super().make_context(info_name, args, parent, **extra)


def defaults(command: click.Command) -> dict[str, Any]:
    """What is set of a command's options and arguments, by their names in Python."""
    names = {key_of(parameter): parameter.name for parameter in command.params}
    return {str(names[key]): value.value for key, value in load().items() if key in names}


def key_of(parameter: click.Parameter) -> str:
    """The key that sets a parameter: its longest option, or its name."""
    options = [option for option in parameter.opts if option.startswith("--")]
    return max(options, key=len).removeprefix("--") if options else str(parameter.name)
