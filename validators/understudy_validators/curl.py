"""Requests as curl lines that run as pasted into a POSIX shell."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

import orjson

from understudy_validators.wire import NOTHING, Part, WireRequest

#: Bytes of an argument beyond which a body goes through standard input: Linux takes 128 KiB for one.
MAX_ARGUMENT = 100_000
SILENT = "-sS -o /dev/null"
SHOWING = r"-sS -i -w '\n'"


def line(request: WireRequest, base_url: str, *, options: str = "-sS") -> str:
    """One curl command for the request; `base_url` is the contract's root, without a slash at its end.

    `options` stand in the shell as they are.
    """
    url = f"{base_url}{request.path}" + (f"?{request.query}" if request.query else "")
    words = ["curl", options, *_literally(url), *_method(request), shlex.quote(url)]
    return " ".join([*words, *_headers(request), *_body(request)])


def script(steps: Iterable[tuple[int, WireRequest]], base_url: str, *, options: str = "") -> str:
    """Shell lines that send requests in order, each so many times; the last one shows status and headers."""
    *before, (times, last) = list(steps)
    lines = [
        _repeated(count, line(request, base_url, options=f"{SILENT} {options}".strip())) for count, request in before
    ]
    if times > 1:
        lines.append(_repeated(times - 1, line(last, base_url, options=f"{SILENT} {options}".strip())))
    lines.append(line(last, base_url, options=f"{SHOWING} {options}".strip()))
    return "\n".join(lines) + "\n"


def _repeated(times: int, command: str) -> str:
    return command if times == 1 else f"i=0; while [ $i -lt {times} ]; do {command}\ni=$((i+1)); done"


def _literally(url: str) -> list[str]:
    """Options for addresses in which curl would see patterns or dots to resolve."""
    glob = ["-g"] if any(character in url for character in "{}[]") else []
    return [*glob, "--path-as-is"] if "/." in url else glob


def _method(request: WireRequest) -> list[str]:
    if request.method == "HEAD":
        return ["-I"]
    implied = "POST" if request.parts is not None or request.body is not NOTHING else "GET"
    return [] if request.method == implied else ["-X", request.method]


def _headers(request: WireRequest) -> list[str]:
    texts = [f"{name}: {value}" if value else f"{name};" for name, value in request.headers.items()]
    carries = request.body is not NOTHING and request.parts is None
    if carries and "content-type" not in {name.lower() for name in request.headers}:
        texts.append("Content-Type:")  # else curl sends a form's
    return [word for text in texts for word in ("-H", shlex.quote(text))]


def _body(request: WireRequest) -> list[str]:
    if request.parts is not None:
        return [word for part in request.parts for word in _part(part)]
    if request.body is NOTHING:
        return []
    text = request.body if isinstance(request.body, str) else orjson.dumps(request.body).decode()
    if len(text.encode()) > MAX_ARGUMENT:
        return ["--data-binary", "@-", f"<<'END_OF_BODY'\n{text}\nEND_OF_BODY"]
    return ["--data-raw", shlex.quote(text)]


def _part(part: Part) -> list[str]:
    if "filename" not in part:
        return ["--form-string", shlex.quote(f"{part['name']}={part['value']}")]
    content, filename = _quoted(part["content"]), _quoted(part["filename"])
    return ["-F", shlex.quote(f"{part['name']}={content};filename={filename};type={part['content_type']}")]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
