"""`understudy replay`: repeat what a bundle holds."""

# ruff: noqa: D301 - a backspace in a help text is how click is told to leave lines as they are

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import orjson

from understudy_mockserver.cli import FINDINGS
from understudy_mockserver.control import playing
from understudy_mockserver.control.playing import Difference, Played
from understudy_validators.errors import UsageError

#: Characters of a value that are shown, and before the first one that differs.
_SHOWN, _BEFORE = 160, 40


@click.command(short_help="Repeat what a bundle holds, and compare the answers.")
@click.argument("file", metavar="BUNDLE")
@click.option("--json", "as_json", is_flag=True, help="Print {entries, differences, notes} as JSON.")
def command(file: str, as_json: bool) -> None:
    """Repeat what BUNDLE holds (`-`: standard input) in a fresh mock, in this process, and compare all that it answers.

    Exits with 0 where it is the same, byte for byte; with 1, and what differs, where it is not; with 2 where the bundle
    can't be played.

    \b
    Examples:
      understudy replay bug-17.json
    """
    played = asyncio.run(playing.play(playing.load(_read(file))))
    if as_json:
        facts = {
            "entries": played.entries,
            "notes": played.notes,
            "differences": [{"recorded": one.recorded, "played": one.played} for one in played.differences],
        }
        click.echo(orjson.dumps(facts, option=orjson.OPT_INDENT_2).decode())
    else:
        _show(played)
    if played.differences:
        sys.exit(FINDINGS)


def _read(file: str) -> Any:
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return orjson.loads(content)
    except OSError as error:
        raise UsageError(f"{file} can't be read: {error.strerror}.") from None
    except orjson.JSONDecodeError as error:
        raise UsageError(f"{file} is no JSON: {error}.") from None


def _show(played: Played) -> None:
    for note in played.notes:
        click.echo(note, err=True)
    for difference in played.differences:
        click.echo("\n".join(_lines(difference)))
    same = played.entries - len(played.differences)
    text = (
        f"{played.entries} entries, all the same."
        if not played.differences
        else f"{same} of {played.entries} entries are the same."
    )
    click.echo(text)


def _lines(difference: Difference) -> list[str]:
    recorded, again = difference.recorded, difference.played
    if recorded is None or again is None:
        what = _name(recorded or again or {})
        return [f"{what} {'happened, and had not' if recorded is None else 'did not happen again'}."]
    lines = [_name(recorded)]
    for word in difference.words:
        one, other = _text(recorded.get(word)), _text(again.get(word))
        at = max(0, _first_difference(one, other) - _BEFORE)
        lines += [
            f"  {word}: recorded {one[at : at + _SHOWN]}",
            f"  {' ' * len(word)}  played   {other[at : at + _SHOWN]}",
        ]
    return lines


def _name(entry: Mapping[str, Any]) -> str:
    if entry.get("kind") == "event":
        return f"#{entry['number']} {entry['direction']} {entry['event']}"
    return f"#{entry.get('number')} {entry.get('method')} {entry.get('path')}"


def _text(value: Any) -> str:
    if isinstance(value, dict) and value.keys() in ({"text"}, {"base64"}):
        return str(next(iter(value.values())))
    return orjson.dumps(value).decode()


def _first_difference(one: str, other: str) -> int:
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
