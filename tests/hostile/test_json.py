"""JSON that is none, hardly any, or more than anybody asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.attack import ALICE, HELLO, MESSAGES, Answer, Target, fresh, ids, is_clean, is_framed
from understudy_validators import Contract
from understudy_validators.bodies import FormError, parse_json

DEEP = 100_000
SUITE = Path(__file__).parent / "jsontestsuite" / "cases.json"
PLAIN = json.dumps(HELLO)


def suite() -> dict[str, bytes]:
    """The files of JSONTestSuite, by name."""
    cases: dict[str, Any] = json.loads(SUITE.read_text(encoding="utf-8"))
    return {name: _bytes(case) for name, case in cases.items()}


def _bytes(case: Any) -> bytes:
    return case.encode("latin-1") if isinstance(case, str) else b"".join(t.encode() * n for t, n in case)


def rules(answer: Answer) -> list[str]:
    """Which checks a request broke."""
    return [violation["rule"] for violation in json.loads(answer.headers.get("understudy-violations", "[]"))]


def post(target: Target, body: bytes, content_type: str = "application/json") -> Answer:
    """A message to Amity's mock, and the proof that it did no harm."""
    answer = target.ask("POST", fresh(MESSAGES), {**ALICE, "Content-Type": content_type}, body)
    is_clean(answer)
    return answer


def test_the_suite_is_whole() -> None:
    kinds = [name[0] for name in suite()]
    assert (len(kinds), kinds.count("y"), kinds.count("n"), kinds.count("i")) == (318, 95, 188, 35)


@pytest.mark.parametrize("name", sorted(name for name in suite() if name[0] == "y"))
def test_what_is_json_is_read(name: str) -> None:
    parse_json(suite()[name])


@pytest.mark.parametrize("name", sorted(name for name in suite() if name[0] == "n"))
def test_what_is_no_json_is_refused(name: str) -> None:
    with pytest.raises(FormError):
        parse_json(suite()[name])


def test_every_file_of_the_suite_gets_the_vendors_answer(target: Target, contracts: dict[str, Contract]) -> None:
    codes = {contracts["amity"].code(answer) for answer in contracts["amity"].answers.values()}
    for name, body in suite().items():
        answer = post(target, body)
        assert answer.status in (400, 422, 500), (name, answer)
        assert str(answer.value["code"]) in codes, (name, answer)
        if body:
            assert ("form" in rules(answer)) == (name[0] == "n") or name[0] == "i", (name, answer)
    target.lives()


def text(value: str) -> bytes:
    """A message whose text stands in JSON as given."""
    return f'{{"channelId": "general", "data": {{"text": {value}}}}}'.encode()


def nested(opening: str, closing: str, depth: int) -> bytes:
    """A message with something deep in it."""
    return (
        f'{{"channelId": "general", "data": {{"text": "x"}}, "metadata": {opening * depth}{closing * depth}}}'.encode()
    )


# (name, the body, whether it can be read)
BODIES = [
    ("nan", text("NaN"), False),
    ("infinity", text("Infinity"), False),
    ("minus-infinity", text("-Infinity"), False),
    ("a-number-too-large-for-a-float", text("1e999"), False),
    ("a-number-of-5000-digits", text("1" * 5000), False),
    ("a-number-of-300-digits", text("1" * 300), True),
    ("a-fraction-of-5000-digits", text("0." + "1" * 5000), True),
    ("an-exponent-of-5000-digits", text("1e" + "1" * 5000), False),
    ("a-number-beyond-64-bits", text(str(2**64)), True),
    ("64-levels", nested("[", "]", 63), True),
    ("65-levels", nested("[", "]", 64), False),
    ("100000-arrays", nested("[", "]", DEEP), False),
    ("100000-objects", nested('{"a":', "}", DEEP).replace(b":}", b":1}", 1), False),
    ("100000-open-arrays", b"[" * DEEP, False),
    ("100000-open-objects", b'{"a":' * DEEP, False),
    ("overlong-utf-8", text('"\xc0\xaf"').replace("À¯".encode(), b"\xc0\xaf"), False),
    ("a-byte-that-is-no-utf-8", text('"?"').replace(b"?", b"\xff"), False),
    ("a-surrogate-as-utf-8", text('"?"').replace(b"?", b"\xed\xa0\x80"), False),
    ("cut-utf-8", text('"?"').replace(b"?", b"\xe6\x97"), False),
    ("utf-16", PLAIN.encode("utf-16"), False),
    ("utf-16-le", PLAIN.encode("utf-16-le"), False),
    ("utf-16-be", PLAIN.encode("utf-16-be"), False),
    ("utf-32", PLAIN.encode("utf-32"), False),
    ("utf-7", b"+AHsAIg-channelId+ACI-:1+AH0-", False),
    ("a-bom", b"\xef\xbb\xbf" + PLAIN.encode(), False),
    ("two-documents", PLAIN.encode() * 2, False),
    ("a-nul-behind", PLAIN.encode() + b"\0", False),
    ("a-nul-in-a-text", text('"a\0b"'), False),
    ("an-escaped-nul", text(r'"a\u0000b"'), True),
    ("a-lone-surrogate", text(r'"\ud800"'), None),
    ("a-lone-low-surrogate", text(r'"\udc00"'), None),
    ("surrogates-the-wrong-way-round", text(r'"\udc00\ud800"'), None),
    ("an-escaped-emoji", text(r'"\ud83d\ude00"'), True),
    ("right-to-left", text('"\u202egnp.exe"'), True),
    ("a-zero-width-joiner", text('"\u200d"'), True),
    ("combining-marks", text('"Z' + "\u0301" * 1000 + '"'), True),
    ("a-newline-in-a-text", text('"a\nb"'), False),
    ("single-quotes", b"{'channelId': 'general'}", False),
    ("a-comment", b'{"channelId": "general" /* here */}', False),
    ("a-trailing-comma", b'{"channelId": "general",}', False),
    ("yaml", b"channelId: general", False),
    ("xml", b"<channelId>general</channelId>", False),
    ("an-entity-bomb", b'<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>', False),
    ("a-form", b"channelId=general&data[text]=hello", False),
    ("nothing-but-spaces", b" " * 1000, False),
    ("a-duplicate-key", b'{"channelId": "nowhere", "channelId": "general", "data": {"text": "x"}}', True),
    ("proto", b'{"__proto__": {"channelId": "general"}, "channelId": "general", "data": {"text": "x"}}', True),
    ("constructor", b'{"constructor": {"prototype": {}}, "channelId": "general", "data": {"text": "x"}}', True),
    ("dunder-class", b'{"__class__": "os.system", "channelId": "general", "data": {"text": "x"}}', True),
    ("an-empty-key", b'{"": 1, "channelId": "general", "data": {"text": "x"}}', True),
    ("a-key-of-100-kb", b'{"' + b"k" * 100_000 + b'": 1, "channelId": "general", "data": {"text": "x"}}', True),
    ("50000-keys", json.dumps({f"k{n}": n for n in range(50_000)}).encode(), True),
    ("100000-items", text(json.dumps([0] * 100_000)), True),
    ("a-ref", b'{"$ref": "file:///etc/passwd", "channelId": "general", "data": {"text": "x"}}', True),
    ("a-placeholder", text('"{path.projectId} {violation.limit} {0.__class__}"'), True),
    ("a-percent-format", text('"%s%n%d%(x)s"'), True),
    ("a-template", text('"{{ 7 * 7 }} ${7*7} <%= 7*7 %>"'), True),
    ("a-script", text('"<script>alert(1)</script>"'), True),
    ("a-query", text('"\'; DROP TABLE messages; --"'), True),
    ("an-array", b"[]", True),
    ("a-text", b'"x"', True),
    ("null", b"null", True),
    ("true", b"true", True),
    ("a-number", b"1", True),
]


@pytest.mark.parametrize(("name", "body", "readable"), BODIES, ids=ids(BODIES))
def test_a_body_is_read_or_refused(target: Target, name: str, body: bytes, readable: bool | None) -> None:
    answer = post(target, body)
    if readable is not None:
        assert ("form" not in rules(answer)) == readable, answer
    target.lives()


# (media type, whether a JSON body so called is read)
TYPES = [
    ("application/json", True),
    ("Application/JSON", True),
    ("APPLICATION/JSON; CHARSET=UTF-8", True),
    ("application/json;charset=utf-8", True),
    ("application/json ; charset=utf-8", True),
    ('application/json; charset="utf-8"', True),
    ("application/json; charset=utf8", True),
    ("application/json; charset=us-ascii", True),
    ("application/json; profile=x; charset=utf-8", True),
    ("application/json; boundary=x", True),
    ("application/json;", True),
    ("application/json; charset=utf-16", False),
    ("application/json; charset=latin-1", False),
    ("application/json; charset=klingon", False),
    ("application/json; charset=" + "x" * 8000, False),
    ("application/json; charset=utf-8; charset=utf-16", True),
    ("application/json, text/plain", False),
    ("text/plain", False),
    ("text/json", False),
    ("application/x-www-form-urlencoded", False),
    ("application/octet-stream", False),
    ("multipart/form-data", False),
    ("multipart/form-data; boundary=x", False),
    ("application/xml", False),
    ("json", False),
    ("/", False),
    (";", False),
    ("application/", False),
    ("application/json\xff", False),
    ("", False),
]


@pytest.mark.parametrize(("content_type", "read"), TYPES, ids=[name[:50] or "none" for name, _ in TYPES])
def test_a_media_type_is_known_in_any_spelling_and_else_refused(target: Target, content_type: str, read: bool) -> None:
    answer = post(target, PLAIN.encode(), content_type)
    assert (answer.status == 200) == read, answer
    assert read or answer.status in (400, 415), answer
    target.lives()


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_body_in_chunks_is_read_as_one(target: Target, size: int) -> None:
    body = PLAIN.encode()
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    head = f"POST {fresh(MESSAGES)} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer alice-token\r\n".encode()
    head += b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks = [b"%x\r\n%b\r\n" % (len(part), part) for part in parts]
    answer = target.send(head, *chunks, b"0\r\n\r\n")
    assert answer is not None
    assert answer.status == 200


@pytest.mark.parametrize("chunked", [False, True])
def test_json_of_a_megabyte_is_read_and_more_is_not(
    target: Target, contracts: dict[str, Contract], chunked: bool
) -> None:
    def sent(size: int) -> Answer | None:
        body = PLAIN.encode().ljust(size)
        length = {"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": str(size)}
        head = "\r\n".join([f"POST {fresh(MESSAGES)} HTTP/1.1", "Host: x", *(f"{k}: {v}" for k, v in length.items())])
        head = head.replace("Host: x", "Host: localhost\r\nAuthorization: Bearer alice-token")
        content = b"%x\r\n%b\r\n0\r\n\r\n" % (size, body) if chunked else body
        return target.send(f"{head}\r\nContent-Type: application/json\r\n\r\n".encode() + content)

    whole = sent(1024 * 1024)
    assert whole is not None
    assert whole.status == 200
    is_framed(sent(1024 * 1024 + 1), contracts["amity"], "body-too-large")
    target.lives()


def test_metadata_of_a_megabyte_is_the_vendors_to_refuse(target: Target) -> None:
    body = json.dumps({"metadata": {"x": "y" * 1024 * 1024}}).encode()
    answer = post_group(target, body)
    assert "x-max-bytes" in rules(answer), answer


def post_group(target: Target, body: bytes) -> Answer:
    """A new group of Replyke's mock."""
    headers = {**ALICE, "Content-Type": "application/json"}
    path = fresh("/replyke/b0000000-0000-4000-8000-000000000001/api/v7/conversations")
    answer = target.ask("POST", path, headers, body)
    is_clean(answer)
    return answer
