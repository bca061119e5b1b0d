"""Whole requests as JSON: they go to the operation that is asked about, or are no request to it."""

from __future__ import annotations

from typing import Any

import pytest

from tests import tiny
from understudy_validators import UsageError
from understudy_validators.multipart import parse
from understudy_validators.requests import from_json, is_whole
from understudy_validators.wire import build

ALIAS = '{paths: {"/things/{thingId}": {x-aliases: ["/v2/t/{thingId}", "/v2/all"]}}}'


def taken(value: dict[str, Any]) -> tuple[Any, dict[str, str]]:
    """What is made of a request to the one operation."""
    contract = tiny.contract(openapi=ALIAS)
    return from_json(contract, next(iter(contract)), value)


@pytest.mark.parametrize(
    ("value", "whole"),
    [
        ({"path": "/a"}, True),
        ({"method": "POST", "path": "/a", "headers": {}, "body": 1}, True),
        ({"path": "/a", "multipart": []}, True),
        ({"path": "/a", "text": "hello"}, False),
        ({"path": 5}, False),
        ({"body": {}}, False),
        ({}, False),
        ([], False),
        ("path", False),
    ],
)
def test_a_request_says_where_it_goes_and_nothing_unknown(value: Any, whole: bool) -> None:
    assert is_whole(value) is whole


@pytest.mark.parametrize(
    ("path", "parameters", "query"),
    [
        ("/things/t1", {"thingId": "t1"}, ""),
        ("/tiny/things/t1", {"thingId": "t1"}, ""),
        ("/things/a%2Fb%20c?x=1&y=%20", {"thingId": "a/b c"}, "x=1&y=%20"),
        ("/v2/t/t1", {"thingId": "t1"}, ""),
        ("/v2/all", {}, ""),
    ],
)
def test_the_path_is_read_as_the_mock_reads_it(path: str, parameters: dict[str, str], query: str) -> None:
    request, found = taken({"path": path})
    assert (found, request.query, request.method) == (parameters, query, "POST")


@pytest.mark.parametrize("value", [{"path": "/nowhere"}, {"path": "/things"}, {"path": "/things/t1", "method": "get"}])
def test_a_request_to_elsewhere_is_told_where_the_operation_is(value: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"does not go to addThing: that is POST /things/\{thingId\}"):
        taken(value)


@pytest.mark.parametrize("value", [{"headers": []}, {"headers": "x"}, {"multipart": {}}, {"multipart": "x"}])
def test_what_is_no_request_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="`headers` is an object"):
        taken({"path": "/things/t1", **value})


def test_a_body_is_json_unless_it_says_otherwise() -> None:
    request, _ = taken({"path": "/things/t1", "body": {"text": "ü"}, "headers": {"X-A": 5}})
    assert request.headers == {"x-a": "5", "content-type": "application/json"}
    assert request.body == '{"text":"ü"}'.encode()
    request, _ = taken({"path": "/things/t1", "body": "<a>", "headers": {"CONTENT-TYPE": "text/xml"}})
    assert (request.headers, request.body) == ({"content-type": "text/xml"}, b"<a>")
    assert taken({"path": "/things/t1"})[0].headers == {}


def test_a_form_is_written_out() -> None:
    request, _ = taken({"path": "/things/t1", "multipart": [{"name": "a", "value": "b"}]})
    (part,) = parse(request.headers["content-type"], request.body)
    assert (part.name, part.content) == ("a", b"b")


@pytest.mark.parametrize(
    "step", [{}, {"as": None}, {"path": {"thingId": "a b/c"}}, {"query": {"q": "1 2"}}, {"raw": "{"}]
)
def test_what_a_trigger_is_written_as_is_read_as_the_same_request(step: dict[str, Any]) -> None:
    contract = tiny.contract()
    wire = build(contract, {"send": "addThing", **step})
    request, parameters = from_json(contract, next(iter(contract)), wire.as_dict())
    expected = wire.to_request()
    assert parameters == wire.parameters
    assert (request.method, request.headers, request.query, request.body) == (
        expected.method,
        expected.headers,
        expected.query,
        expected.body,
    )
