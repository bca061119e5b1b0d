"""Curl lines: pasted into a shell, each sends exactly the request that it was made from."""

from __future__ import annotations

import http.server
import os
import shlex
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tiny import law
from understudy_validators import curl, multipart
from understudy_validators.wire import NOTHING, WireRequest

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
URL = "http://127.0.0.1:4010/tiny"
TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12)
WORDS = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,8}", fullmatch=True)
VALUES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=10)
JSON: st.SearchStrategy[Any] = st.dictionaries(
    TEXTS, st.none() | st.booleans() | st.integers(-9, 9) | TEXTS, max_size=3
)
PARTS = st.fixed_dictionaries({"name": WORDS, "value": TEXTS}) | st.fixed_dictionaries(
    {"name": WORDS, "filename": TEXTS, "content_type": st.just("text/plain"), "content": TEXTS}
)
REQUESTS = st.builds(
    lambda method, path, query, headers, body, parts: WireRequest(
        method, f"/{path}", headers, NOTHING if parts else body, parts or None, query=query
    ),
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH"]),
    path=st.from_regex(r"([a-z0-9.~-]|%[0-9A-F]{2}){0,8}", fullmatch=True),
    query=st.from_regex(r"([a-z0-9&=+]|%[0-9A-F]{2}){0,8}", fullmatch=True),
    headers=st.dictionaries(WORDS, VALUES, max_size=3),
    body=st.just(NOTHING) | TEXTS | JSON,
    parts=st.lists(PARTS, max_size=3),
)


def read(line: str) -> dict[str, Any]:
    """What the words of a line ask curl for."""
    words = shlex.split(line)
    assert words[:2] == ["curl", "-sS"]
    asked: dict[str, Any] = {"method": None, "headers": {}, "body": NOTHING, "parts": []}
    rest = iter(words[2:])
    for word in rest:
        match word:
            case "-X":
                asked["method"] = next(rest)
            case "-H":
                asked["headers"] |= read_header(next(rest))
            case "--data-raw":
                asked["body"] = next(rest)
            case "--form-string":
                name, _, value = next(rest).partition("=")
                asked["parts"].append({"name": name, "value": value})
            case "-F":
                asked["parts"].append(read_file(next(rest)))
            case _ if word.startswith("http"):
                asked["url"] = word
    sends = asked["body"] is not NOTHING or asked["parts"]
    return {**asked, "method": asked["method"] or ("POST" if sends else "GET")}


def read_header(word: str) -> dict[str, str]:
    """`Name: value`; `Name;` is one without a value, and `Name:` one that is left out."""
    name, colon, value = word.partition(":")
    if not colon:
        return {name.removesuffix(";"): ""}
    return {name: value.removeprefix(" ")} if value else {}


def read_file(word: str) -> dict[str, str]:
    """A part such as `name="content";filename="a.txt";type=text/plain`, its quotes taken off."""
    name, _, rest = word.partition("=")
    content, rest = unquoted(rest)
    filename, rest = unquoted(rest.removeprefix(";filename="))
    return {"name": name, "filename": filename, "content_type": rest.removeprefix(";type="), "content": content}


def unquoted(text: str) -> tuple[str, str]:
    """The text in the quotes at the beginning, in which a backslash escapes, and what follows them."""
    assert text[0] == '"'
    found, at = "", 1
    while text[at] != '"':
        at += text[at] == "\\"
        found += text[at]
        at += 1
    return found, text[at + 1 :]


@law
@given(REQUESTS)
def test_a_shell_reads_from_a_line_the_request_it_was_made_from(request: WireRequest) -> None:
    asked = read(curl.line(request, URL))
    assert asked["method"] == request.method
    assert asked["url"] == f"{URL}{request.path}" + (f"?{request.query}" if request.query else "")
    assert asked["headers"] == request.headers
    assert asked["parts"] == list(request.parts or ())
    if isinstance(request.body, dict):
        assert orjson.loads(asked["body"]) == request.body
    else:
        assert asked["body"] == request.body


@dataclass
class Recorder:
    """A server that remembers what it was sent."""

    url: str
    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    """A server on a free port."""
    recorded: list[tuple[str, str, dict[str, str], bytes]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def __getattr__(self, name: str) -> Callable[[], None]:
            if name.startswith("do_"):
                return self.record
            raise AttributeError(name)

        def record(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value.encode("latin-1").decode() for name, value in self.headers.items()}
            recorded.append((self.command, self.path, headers, body))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok" if self.command != "HEAD" else b"")

        def log_request(self, *args: Any, **kwargs: Any) -> None:
            """Says nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield Recorder(f"http://127.0.0.1:{server.server_port}/tiny", recorded)
        server.shutdown()
        thread.join()


def run(script: str, folder: Path) -> None:
    """Runs shell text as a user would, away from the user's own settings."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "NO_PROXY": "*"}
    done = subprocess.run(["sh", "-c", script], capture_output=True, env=environment, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr


def part(
    content: str, name: str = "files", filename: str = "a.txt", content_type: str = "text/plain"
) -> dict[str, str]:
    """A file part."""
    return {"name": name, "filename": filename, "content_type": content_type, "content": content}


def as_json(body: Any) -> WireRequest:
    """A request with a JSON body."""
    return WireRequest("POST", "/things/t1", {"Content-Type": "application/json"}, body)


SENT = {
    "get": WireRequest("GET", "/things/t1", {"Authorization": "Bearer alice-token"}),
    "get-with-query": WireRequest("GET", "/things", query="a=1&b%5B%5D=2&c=%C3%BC+x"),
    "encoded-path": WireRequest("GET", "/things/a%2Fb%20c"),
    "braces-in-the-path": WireRequest("GET", "/things/{thingId}"),
    "brackets-in-the-path": WireRequest("GET", "/things/[1-3]"),
    "dots-in-the-path": WireRequest("GET", "/things/../../etc/./x"),
    "post-without-a-body": WireRequest("POST", "/things/t1", {"X-A": "1"}),
    "put": WireRequest("PUT", "/things/t1", {"Content-Type": "text/plain"}, "text"),
    "delete": WireRequest("DELETE", "/things/t1"),
    "head": WireRequest("HEAD", "/things/t1"),
    "options": WireRequest("OPTIONS", "/things/t1"),
    "json": as_json({"text": 'it\'s "quoted" \\ $HOME `id` ! \n\t;&|<>*?~#%', "ü": "😀"}),
    "json-list": as_json([1, None, True]),
    "text-that-names-a-file": WireRequest("POST", "/", {"Content-Type": "text/plain"}, "@secret.txt"),
    "text-of-lines": WireRequest("POST", "/", {"Content-Type": "text/plain"}, "a\r\nb\n\n"),
    "empty-text": WireRequest("POST", "/", {"Content-Type": "text/plain"}, ""),
    "body-without-a-type": WireRequest("POST", "/", {}, "{}"),
    "header-without-a-value": WireRequest("GET", "/", {"X-Empty": ""}),
    "header-with-signs": WireRequest("GET", "/", {"X-Signs": "a; b=\"c\", 'd' $x; @y"}),
    "fields": WireRequest(
        "POST",
        "/",
        parts=[
            {"name": "a", "value": "plain"},
            {"name": "b", "value": "@secret.txt"},
            {"name": "c", "value": "<secret.txt"},
            {"name": "d", "value": "x;type=text/html;filename=y"},
            {"name": "e", "value": 'it\'s "quoted" \\ \n\r\n ü 😀 '},
            {"name": "f", "value": ""},
            {"name": "naïve ; name", "value": "="},
        ],
    ),
    "files": WireRequest(
        "PUT",
        "/things/t1",
        {"Authorization": "Bearer alice-token"},
        parts=[
            part("plain"),
            part("@secret.txt"),
            part("<secret.txt"),
            part("a;filename=evil.txt;type=text/html"),
            part('it\'s "quoted" \\ \\" $HOME'),
            part("line\nline\r\n\tü 😀 "),
            part(""),
            part("x", filename="two words; and, more.txt"),
            part("x", filename="@at.txt"),
            part("x", filename="日本語.png", content_type="image/png"),
            part("x", filename="back\\slash.txt"),
            part("{}", name="data", content_type="application/json; charset=utf-8"),
        ],
    ),
}


@needs_curl
@pytest.mark.parametrize("request_", SENT.values(), ids=SENT)
def test_curl_sends_what_the_request_says(request_: WireRequest, recorder: Recorder, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    recorder.requests.clear()
    run(curl.line(request_, recorder.url), tmp_path)
    ((method, path, headers, body),) = recorder.requests
    assert method == request_.method
    assert path == f"/tiny{request_.path}" + (f"?{request_.query}" if request_.query else "")
    wanted, content = request_.encode()
    own = {"host", "user-agent", "accept", "content-length", "expect"}
    sent = {name: value for name, value in headers.items() if name not in own}
    if request_.parts is None:
        assert body == content
        assert sent == {name.lower(): value for name, value in wanted.items()}
    else:
        assert multipart.parse(sent.pop("content-type"), body) == multipart.parse(wanted.pop("Content-Type"), content)
        assert sent == {name.lower(): value for name, value in wanted.items()}


@needs_curl
def test_a_name_with_quotes_arrives_as_browsers_send_it(recorder: Recorder, tmp_path: Path) -> None:
    recorder.requests.clear()
    request = WireRequest("POST", "/", parts=[part("x", filename='say "hi".txt')])
    run(curl.line(request, recorder.url), tmp_path)
    ((_, _, headers, body),) = recorder.requests
    (read,) = multipart.parse(headers["content-type"], body)
    assert read.filename in ('say "hi".txt', "say %22hi%22.txt")


@needs_curl
def test_a_script_sends_its_steps_in_order_and_so_often(recorder: Recorder, tmp_path: Path) -> None:
    recorder.requests.clear()
    steps = [(1, WireRequest("GET", "/a")), (3, as_json({"n": 1})), (2, WireRequest("DELETE", "/b"))]
    text = curl.script(steps, recorder.url)
    run(text, tmp_path)
    assert [(method, path) for method, path, _, _ in recorder.requests] == [
        ("GET", "/tiny/a"),
        *[("POST", "/tiny/things/t1")] * 3,
        *[("DELETE", "/tiny/b")] * 2,
    ]


def test_a_script_shows_the_last_answer_with_status_and_headers() -> None:
    first, last = curl.script([(1, WireRequest("GET", "/a")), (1, WireRequest("GET", "/b"))], URL).splitlines()
    assert shlex.split(first)[:4] == ["curl", "-sS", "-o", "/dev/null"]
    assert shlex.split(last)[:3] == ["curl", "-sS", "-i"]
    assert "-o" not in shlex.split(last)
