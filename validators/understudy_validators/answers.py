"""Answers: the named entries of the error catalogue, ready to be sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from understudy_validators import pointers, viewpaths
from understudy_validators.viewpaths import MISSING
from understudy_validators.violation import Violation

PLACEHOLDER = re.compile(r"\{([a-z][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*)+)\}")

Render = Callable[[Mapping[str, Any], Violation | None], Any]


@dataclass(frozen=True, slots=True)
class Source:
    """Who says that an API does so: `is` of `documented`, `observed`, `assumed`, and where."""

    kind: str = "assumed"
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One refusal: its stable name, its status and media type, and the body as the contract has it.

    A refusal of a realtime event has no status, but the name of the event that carries it; with `echo`, what was sent
    stands beneath the body's keys.
    """

    name: str
    status: int
    media_type: str
    value: Any
    summary: str = ""
    source: Source = Source()
    trigger: tuple[Mapping[str, Any], ...] = ()
    forced: str = ""
    event: str = ""
    echo: bool = False
    # Where the vendor's code stands, if elsewhere than in the contract's other bodies.
    code: str = ""
    render: Render = field(compare=False, repr=False, default=lambda view, violation: None)

    def body(self, view: Mapping[str, Any], violation: Violation | None) -> Any:
        """The body as a value, its placeholders filled in; what leads nowhere becomes null, or nothing in a text."""
        return self.render(view, violation)


def encode(value: Any, media_type: str) -> bytes:
    """A body's bytes: compact JSON, or the text itself where the media type is text."""
    if isinstance(value, bytes):
        return value
    return value.encode() if media_type.startswith("text/") and isinstance(value, str) else orjson.dumps(value)


def renderer(template: Any) -> Render:
    """A function from (view, violation) to the template with its placeholders filled in."""
    if isinstance(template, str):
        return _text(template)
    if isinstance(template, list):
        return _array([renderer(item) for item in template], template)
    if isinstance(template, dict):
        return _object({key: renderer(item) for key, item in template.items()}, template)
    return lambda view, violation: template


def has_placeholders(template: Any) -> bool:
    """Whether any string in the template holds a placeholder."""
    return any(True for _ in placeholders(template))


def placeholders(template: Any) -> list[str]:
    """The dotted paths of all placeholders in the template."""
    if isinstance(template, str):
        return PLACEHOLDER.findall(template)
    inner = template.values() if isinstance(template, dict) else template if isinstance(template, list) else ()
    return [name for item in inner for name in placeholders(item)]


def _array(items: list[Render], template: Any) -> Render:
    if not has_placeholders(template):
        return lambda view, violation: template
    return lambda view, violation: [item(view, violation) for item in items]


def _object(items: dict[str, Render], template: Any) -> Render:
    if not has_placeholders(template):
        return lambda view, violation: template
    return lambda view, violation: {key: item(view, violation) for key, item in items.items()}


def _text(template: str) -> Render:
    whole = PLACEHOLDER.fullmatch(template)
    if whole:
        get = _value(whole[1])
        return lambda view, violation: _or_none(get(view, violation))
    parts = PLACEHOLDER.split(template)
    if len(parts) == 1:
        return lambda view, violation: template
    values = [_value(name) for name in parts[1::2]]

    def render(view: Mapping[str, Any], violation: Violation | None) -> str:
        filled = [as_text(value(view, violation)) for value in values]
        return "".join(part for pair in zip(parts[::2], [*filled, ""], strict=True) for part in pair)

    return render


def _value(name: str) -> Render:
    root, _, rest = name.partition(".")
    if root == "violation":
        return lambda view, violation: getattr(violation, rest, MISSING)
    get = viewpaths.getter(name)
    return lambda view, violation: get(view)


def _or_none(value: Any) -> Any:
    return None if value is MISSING else value


def as_text(value: Any) -> str:
    """A value as it stands in the middle of a text."""
    if value is None or value is MISSING:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def collect(pointer: str, bodies: list[Any]) -> Any:
    """The first body, with the lists that all bodies hold at the pointer joined into its own."""
    tokens = pointers.split(pointer)
    joined: list[Any] = []
    for body in bodies:
        for item in _list_at(body, tokens):
            if item not in joined:
                joined.append(item)
    return _with(bodies[0], tokens, joined)


def _list_at(body: Any, tokens: list[str]) -> list[Any]:
    try:
        found = pointers.follow(body, tokens)
    except KeyError:
        return []
    return found if isinstance(found, list) else []


def _with(body: Any, tokens: list[str], value: Any) -> Any:
    if not tokens:
        return value
    first, *rest = tokens
    inner = body if isinstance(body, dict) else {}
    return {**inner, first: _with(inner.get(first), rest, value)}
