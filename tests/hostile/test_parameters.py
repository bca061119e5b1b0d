"""Path, query and header values that are nearly numbers, nearly paths, or nothing of the kind."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from tests.hostile.attack import ALICE, MESSAGES, Target, fresh, is_clean

NUMBERS = [
    *(
        "1_0",
        "٥",
        "५",
        "１",
        "+1",
        " 1",
        "1 ",
        "1.0",
        "1e3",
        "0x10",
        "0b1",
        "0o7",
        "010",
        "-0",
        "--1",
        "1,0",
        "½",
        "²",
        "Ⅷ",
    ),
    *(
        "NaN",
        "Infinity",
        "-Infinity",
        "inf",
        "null",
        "true",
        "True",
        "[]",
        "{}",
        "",
        "9" * 19,
        "9" * 400,
        "-" + "9" * 30,
    ),
    *("1;2", "1\n", "1\x00", "%31", "1e999", "1e-999", "0.1", ".5", "5.", "1'", '1"', "\u202e1", "1\u200b"),
]
SEGMENTS = [
    *(
        "..",
        ".",
        "%2e%2e",
        "%2e%2e%2f%2e%2e%2f",
        "..%2f..%2f..%2fetc%2fpasswd",
        "..\\..\\x",
        "%5c..%5c",
        "%252e%252e%252f",
    ),
    *("a%2fb", "a%2Fb", "%2f", "a/b", "//", "%00", "a%00b", "%0d%0aX-Evil:%20x", "%0a", "%ff", "%c0%af", "%e0%80%af"),
    *(
        "%",
        "%zz",
        "%u0041",
        "%F0%9F%98%80",
        "a;b=c",
        "a:b",
        "a@b",
        "~",
        "~x",
        "*",
        "'",
        "%22",
        "%3Cscript%3E",
        "$",
        "|id",
    ),
    *(
        "{messageId}",
        "%7B0.__class__%7D",
        "__proto__",
        "constructor",
        "null",
        "undefined",
        "NaN",
        "-1",
        "0",
        "x" * 4000,
    ),
    *("con", "nul.txt", "..;", "%20", "+", "a+b", "a%20b", "\u202e".encode().decode("latin-1")),
]
QUERIES = [
    *(
        "&" * 1000,
        "=" * 1000,
        "a=1&" * 1500,
        "a[b]=1",
        "a[b][c]=1",
        "a[" * 500,
        "a]" * 500,
        "[]=1",
        "options[limit]=1_0",
    ),
    *(
        "options[limit]=" + "9" * 4000,
        "options[__proto__]=1",
        "options=1&options[limit]=1",
        "options[limit]=1&options[limit]=2",
    ),
    *(
        "%",
        "%zz=%zz",
        "%ff=%fe",
        "a=%00",
        "a=%0d%0aSet-Cookie:x",
        ";",
        "a;b",
        "?",
        "??a=1",
        "#",
        "a=#b",
        "%26a=1",
        "+",
        "\xff",
    ),
    *(
        "type=text&type=image",
        "type[]=text",
        "type[0]=text",
        "channelId",
        "channelId=",
        "channelId=general",
        "=general",
    ),
    *(
        "filterByParentId=maybe",
        "filterByParentId=TRUE",
        "filterByParentId=1",
        "isDeleted=%74rue",
        "tags[]=" + "x" * 7000,
    ),
]


@pytest.mark.parametrize("value", NUMBERS, ids=range(len(NUMBERS)))
def test_what_is_no_number_is_taken_for_none(target: Target, value: str) -> None:
    answer = target.ask("GET", fresh(f"/ziik/conversations/123/messages?limit={quote(value)}"), ZIIK)
    is_clean(answer)
    violations = json.loads(answer.headers.get("understudy-violations", "[]"))
    assert [v for v in violations if v["path"] == "/query/limit"] or answer.status in (200, 404), answer
    bad = target.ask("GET", fresh(f"/ziik/conversations/{quote(value, safe='')}/messages"), ZIIK)
    is_clean(bad)
    assert bad.status >= 400, bad
    target.lives()


ZIIK = {"Authorization": "Bearer mock.john.token"}


@pytest.mark.parametrize("segment", SEGMENTS, ids=range(len(SEGMENTS)))
def test_no_path_leads_out(target: Target, segment: str) -> None:
    for path in (f"{MESSAGES}/{segment}", f"/{segment}", f"/amity/{segment}", f"/_understudy/docs/{segment}"):
        answer = target.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode("latin-1"))
        is_clean(answer)
        assert answer is not None, path
        assert b"root:" not in answer.content
        assert "x-evil" not in answer.headers
    target.lives()


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_no_query_breaks_anything(target: Target, query: str) -> None:
    for path in (MESSAGES, "/ziik/conversations/123/messages", "/replyke/socket.io/"):
        line = f"GET {fresh(path)}?{query} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer alice-token\r\n\r\n"
        answer = target.send(line.encode("latin-1"))
        is_clean(answer)
        assert answer is not None, path
        assert "set-cookie" not in answer.headers
    target.lives()


NAMESPACES = [
    "..",
    "a/b",
    "%2e%2e",
    "x" * 65,
    "ü".encode().decode("latin-1"),
    "-a",
    "_",
    " ",
    "a b",
    "a\tb",
    "{}",
    "~",
    "%00",
]


@pytest.mark.parametrize("name", NAMESPACES, ids=range(len(NAMESPACES)))
def test_a_name_that_is_none_makes_no_world(target: Target, name: str) -> None:
    for path, headers in (("/ziik/docs", {"Understudy-Namespace": name}), (f"/~{name}/ziik/docs", {})):
        answer = target.send(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\n".encode("latin-1")
            + "".join(f"{n}: {v}\r\n" for n, v in headers.items()).encode("latin-1")
            + b"\r\n"
        )
        is_clean(answer)
    target.lives()


PREFERENCES = [
    *(
        "code=abc",
        "code=99999999999",
        "code=٤٠٠".encode().decode("latin-1"),
        "code=-1",
        "code=",
        "example=",
        "example=../x",
        "example=__class__",
        "=,=;=",
    ),
    *(
        "example=" + "x" * 5000,
        "code=403, " * 500,
        "return=minimal",
        "code=403;example=x",
        "\xff",
        "{}",
        "wait=1e999",
        ";" * 999,
    ),
]


@pytest.mark.parametrize("preference", PREFERENCES, ids=range(len(PREFERENCES)))
def test_no_preference_breaks_anything(target: Target, preference: str) -> None:
    answer = target.ask("POST", fresh(MESSAGES), {**ALICE, "Prefer": preference}, b"{}")
    is_clean(answer)
    target.lives()


ACCEPTS = [
    "",
    "*",
    "*/",
    "/*",
    ";",
    "text/html;q=x",
    "a/b," * 1000,
    "*/*;q=" + "9" * 999,
    "\xff",
    "application/json;q=0",
]


@pytest.mark.parametrize("accept", ACCEPTS, ids=range(len(ACCEPTS)))
def test_no_accept_breaks_anything(target: Target, accept: str) -> None:
    is_clean(target.ask("GET", fresh("/ziik/conversations/123/messages"), {**ZIIK, "Accept": accept}))
    target.lives()
