"""Requests as curl lines that run as pasted into a POSIX shell."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

import orjson

from understudy_validators.wire import NOTHING, Part, WireRequest


def line(request: WireRequest, base_url: str, *, options: str = "-sS") -> str:
    """One curl command for the request; `base_url` is the contract's root, without a slash at its end."""
    url = f"{base_url}{request.path}" + (f"?{request.query}" if request.query else "")
    words = ["curl", *options.split(), *_method(request), shlex.quote(url), *_headers(request), *_body(request)]
    return " ".join(words)


def script(steps: Iterable[tuple[int, WireRequest]], base_url: str) -> str:
    """A shell script that sends requests in order, each so many times; the last one shows status and headers."""
    lines = ["#!/bin/sh"]
    *before, last = list(steps)
    for times, request in before:
        lines.append(_repeated(times, f"{line(request, base_url)} -o /dev/null"))
    times, request = last
    if times > 1:
        lines.append(_repeated(times - 1, f"{line(request, base_url)} -o /dev/null"))
    lines.append(line(request, base_url, options="-sS -i"))
    return "\n".join(lines) + "\n"


def _repeated(times: int, command: str) -> str:
    return command if times == 1 else f"i=0; while [ $i -lt {times} ]; do {command}; i=$((i+1)); done"


def _method(request: WireRequest) -> list[str]:
    implied = "POST" if request.parts is not None or request.body is not NOTHING else "GET"
    return [] if request.method == implied else ["-X", request.method]


def _headers(request: WireRequest) -> list[str]:
    return [word for name, value in request.headers.items() for word in ("-H", shlex.quote(f"{name}: {value}"))]


def _body(request: WireRequest) -> list[str]:
    if request.parts is not None:
        return [word for part in request.parts for word in _part(part)]
    if request.body is NOTHING:
        return []
    text = request.body if isinstance(request.body, str) else orjson.dumps(request.body).decode()
    return ["--data-raw", shlex.quote(text)]


def _part(part: Part) -> list[str]:
    if "filename" not in part:
        return ["--form-string", shlex.quote(f"{part['name']}={part['value']}")]
    content, filename = _quoted(part["content"]), _quoted(part["filename"])
    return ["-F", shlex.quote(f"{part['name']}={content};filename={filename};type={part['content_type']}")]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
