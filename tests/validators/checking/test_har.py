"""Exchanges as HAR: what is written can be read again, and what strangers write is read or told where it is wrong."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import tiny
from tests.validators.checking.exchanges import STARTED, exchange
from understudy_validators import multipart
from understudy_validators.checking.har import product_version, to_har
from understudy_validators.checking.har_reader import Frame, Recorded, read_har
from understudy_validators.errors import UsageError
from understudy_validators.exchange import Exchange

NAMES = st.from_regex(r"[A-Za-z][A-Za-z-]{0,10}", fullmatch=True).filter(lambda name: name.lower() != "content-type")
HEADERS = st.lists(st.tuples(NAMES, st.text(max_size=8)), max_size=3).map(tuple)


def read(*entries: dict[str, Any]) -> list[Recorded]:
    return read_har(orjson.dumps({"log": {"entries": entries}}), "some.har")


def entry(request: dict[str, Any] | None = None, response: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """An entry as the smallest recorder writes it, patched."""
    return {
        "request": {"method": "POST", "url": "http://127.0.0.1/things/t1", "headers": [], **(request or {})},
        "response": {"status": 201, "headers": [], "content": {}, **(response or {})},
        **more,
    }


def test_an_exchange_is_written_as_the_format_says() -> None:
    one = exchange(url="http://127.0.0.1:8000/api/tiny/things/t1?a=b%20c", operation="addThing", comment="a comment")
    assert to_har([one], "a log") == {
        "log": {
            "version": "1.2",
            "creator": {"name": "understudy", "version": product_version()},
            "entries": [
                {
                    "startedDateTime": "2026-01-01T00:00:00.000Z",
                    "time": 250.0,
                    "request": {
                        "method": "POST",
                        "url": "http://127.0.0.1:8000/api/tiny/things/t1?a=b%20c",
                        "httpVersion": "HTTP/1.1",
                        "cookies": [],
                        "headers": [
                            {"name": "Content-Type", "value": "application/json"},
                            {"name": "Authorization", "value": "Bearer alice-token"},
                        ],
                        "queryString": [{"name": "a", "value": "b c"}],
                        "headersSize": -1,
                        "bodySize": 16,
                        "postData": {"mimeType": "application/json", "text": '{"text":"hello"}'},
                    },
                    "response": {
                        "status": 201,
                        "statusText": "Created",
                        "httpVersion": "HTTP/1.1",
                        "cookies": [],
                        "headers": [{"name": "Content-Type", "value": "application/json"}],
                        "content": {"size": 11, "mimeType": "application/json", "text": '{"id":"t9"}'},
                        "redirectURL": "",
                        "headersSize": -1,
                        "bodySize": 11,
                    },
                    "cache": {},
                    "timings": {"send": 0, "wait": 250.0, "receive": 0},
                    "_operation": "addThing",
                    "comment": "a comment",
                }
            ],
            "comment": "a log",
        }
    }


def test_a_body_that_is_no_text_is_written_in_base64() -> None:
    log = to_har([exchange(request_body=b"\xff\x00", response_body=b"\xfe")])["log"]
    assert log["entries"][0]["request"]["postData"]["text"] == b64encode(b"\xff\x00").decode()
    assert log["entries"][0]["response"]["content"]["encoding"] == "base64"


@tiny.law
@given(
    st.builds(
        Exchange,
        method=st.sampled_from(["GET", "POST", "PURGE"]),
        url=st.just("http://127.0.0.1/things/t1?a=1"),
        request_headers=HEADERS.map(lambda headers: (*headers, ("Content-Type", "text/plain"))),
        request_body=st.binary(min_size=1),
        status=st.integers(200, 599),
        response_headers=HEADERS.map(lambda headers: (*headers, ("Content-Type", "text/plain"))),
        response_body=st.binary(min_size=1),
        started=st.just(STARTED),
        seconds=st.sampled_from([0.0, 0.25]),
    )
)
def test_what_is_written_is_read_again(one: Exchange) -> None:
    [recorded] = read_har(orjson.dumps(to_har([one])), "some.har")
    assert (recorded.request_known, recorded.answer_known) == (True, True)
    for name in ("method", "url", "request_headers", "request_body", "status", "response_headers", "response_body"):
        assert getattr(recorded.exchange, name) == getattr(one, name)
    assert (recorded.exchange.started, recorded.exchange.seconds) == (one.started, one.seconds)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "some.har is no HAR: it is not JSON"),
        (b"[]", "some.har is no HAR 1.2: /log is missing."),
        (b'{"log": {"entries": {}}}', "/log/entries is not a list."),
        (b'{"log": {"entries": [5]}}', "/log/entries/0 is not an object."),
        (b'{"log": {"entries": [{"request": {}}]}}', "/log/entries/0/response is missing."),
    ],
)
def test_what_is_no_har_is_told_with_the_place(content: bytes, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_har(content, "some.har")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (entry({"url": 5}), "/log/entries/1/request/url is not a text."),
        (entry({"headers": [{"name": "a"}]}), "/log/entries/1/request/headers/0/value is missing."),
        (entry({}, {"status": "200"}), "/log/entries/1/response/status is not a number."),
        (entry({}, {"status": True}), "/log/entries/1/response/status is not a number."),
        (
            entry({}, {"content": {"text": "%", "encoding": "base64"}}),
            "/log/entries/1/response/content/text is not base64.",
        ),
        (entry(startedDateTime="yesterday"), "/log/entries/1/startedDateTime is no time."),
        (entry({"postData": "x"}), "/log/entries/1/request/postData is not an object."),
        (entry(_webSocketMessages=[{"type": "send"}]), "/log/entries/1/_webSocketMessages/0/data is missing."),
    ],
)
def test_a_wrong_entry_is_told_with_the_place(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(entry(), wrong)
    assert message in str(caught.value)


def test_bodies_that_were_not_recorded_are_told_from_empty_ones() -> None:
    known = [
        (one.request_known, one.answer_known)
        for one in read(
            entry({"bodySize": 0}),
            entry({"bodySize": 20}, {"content": {"size": 20, "text": "x"}}),
            entry({"bodySize": 20, "postData": {"mimeType": "text/plain", "text": "cut"}}),
            entry({"bodySize": -1, "postData": {"mimeType": "text/plain", "text": "whole"}}),
        )
    ]
    assert known == [(True, False), (False, True), (False, False), (True, False)]


def test_a_form_that_a_proxy_lists_by_its_fields_is_put_together_again() -> None:
    fields = [{"name": "a", "value": "1 2"}, {"name": "ü", "value": "&"}]
    [plain] = read(entry({"postData": {"mimeType": "application/x-www-form-urlencoded", "params": fields}}))
    assert plain.exchange.request_body == b"a=1+2&%C3%BC=%26"
    file = {"name": "files", "fileName": "a.txt", "contentType": "text/plain", "value": "content"}
    [form] = read(entry({"postData": {"mimeType": "multipart/form-data", "params": [fields[0], file]}}))
    parts = multipart.parse(form.exchange.request_header("content-type"), form.exchange.request_body)
    assert [(part.name, part.filename, part.content) for part in parts] == [
        ("a", None, b"1 2"),
        ("files", "a.txt", b"content"),
    ]
    [lost] = read(entry({"postData": {"mimeType": "multipart/form-data", "params": [{**file, "value": ""}]}}))
    assert not lost.request_known


def test_what_recorders_add_or_leave_out_is_put_right() -> None:
    [one] = read(
        entry(
            {"method": "get", "url": "http://127.0.0.1/a#part", "headers": [{"name": ":authority", "value": "x"}]},
            {"content": {"text": "e30=", "encoding": "base64", "mimeType": "application/json"}},
            startedDateTime="2026-01-01T01:00:00.5+01:00",
            time=-1,
        )
    )
    exchange = one.exchange
    assert (exchange.method, exchange.url, exchange.request_headers) == ("GET", "http://127.0.0.1/a", ())
    assert (exchange.response_body, exchange.header("content-type")) == (b"{}", "application/json")
    assert (exchange.started, exchange.seconds) == (STARTED + 0.5, 0.0)


def test_frames_of_a_websocket_are_read_and_binary_ones_left_out() -> None:
    messages = [
        {"type": "send", "data": "2probe", "opcode": 1, "time": 1.0},
        {"type": "receive", "data": "3probe", "opcode": 1},
        {"type": "receive", "data": "AAAA", "opcode": 2},
    ]
    frames = [one.frames for one in read(entry(_webSocketMessages=messages), entry(_resourceType="websocket"), entry())]
    assert frames == [(Frame(True, "2probe"), Frame(False, "3probe")), (), None]


def test_a_byte_order_mark_is_no_mistake() -> None:
    assert read_har(b'\xef\xbb\xbf{"log": {"entries": []}}', "some.har") == []
