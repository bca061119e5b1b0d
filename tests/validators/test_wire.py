"""Requests built from a contract's own examples: what a step does not say, the operation says."""

from __future__ import annotations

from typing import Any

import pytest

from tests import tiny
from tests.shipped import CONTRACTS
from tests.tiny import NOW, found
from understudy_validators import Contract, UsageError, judging
from understudy_validators.multipart import parse
from understudy_validators.times import to_seconds
from understudy_validators.wire import FORM, NOTHING, WireRequest, build, fill, from_parts, merge_patch, to_parts

STEPS = [
    pytest.param(contract, operation.id, id=f"{contract.name}-{operation.id}")
    for contract in CONTRACTS.values()
    for operation in contract
    if operation.media_types and operation.media_types[0].name != "*/*"
]


@pytest.mark.parametrize(("contract", "operation"), STEPS)
def test_a_step_that_says_nothing_makes_a_good_request(contract: Contract, operation: str) -> None:
    request = build(contract, {"send": operation})
    verdict = judging.judge(
        contract.operation(operation),
        request.to_request(),
        request.parameters,
        contract.world,
        to_seconds(contract.now),
    )
    assert found(verdict) == []


def sent(step: dict[str, Any], **patches: str) -> WireRequest:
    """The request of a step to the one operation."""
    return build(tiny.contract(**patches), {"send": "addThing", **step})


def test_everything_comes_from_the_operation() -> None:
    assert sent({}) == WireRequest(
        method="POST",
        path="/things/t1",
        headers={"Authorization": "Bearer alice-token", "Content-Type": "application/json"},
        body={"text": "hello"},
        parameters={"thingId": "t1"},
        operation="addThing",
    )


@pytest.mark.parametrize(
    ("step", "authorization"),
    [
        ({}, "Bearer alice-token"),
        ({"as": "bob-token"}, "Bearer bob-token"),
        ({"as": None}, None),
        ({"headers": {"authorization": "Basic x"}}, "Basic x"),
        ({"headers": {"Authorization": None}}, None),
        ({"as": "bob-token", "headers": {"AUTHORIZATION": None}}, None),
    ],
)
def test_a_step_may_be_another_ones_or_no_ones(step: dict[str, Any], authorization: str | None) -> None:
    headers = {name.lower(): value for name, value in sent(step).headers.items()}
    assert headers.get("authorization") == authorization


@pytest.mark.parametrize(
    ("words", "headers", "query"),
    [
        ("type: apiKey, in: header, name: X-Key", {"X-Key": "alice-token"}, ""),
        ("type: apiKey, in: query, name: key", {}, "key=alice-token"),
        ("type: http, scheme: jwt", {"Authorization": "jwt alice-token"}, ""),
    ],
)
def test_a_credential_goes_where_its_scheme_says(words: str, headers: dict[str, str], query: str) -> None:
    credentials = "x-credentials: {lookup: tokens, where: {token: credential}, example: alice-token}"
    contract = tiny.contract(
        openapi=f"{{components: {{securitySchemes: {{key: {{{words}, {credentials}}}}}}}}}",
        operation="{security: [{key: []}]}",
    )
    request = build(contract, {"send": "addThing"})
    assert {name: value for name, value in request.headers.items() if name != "Content-Type"} == headers
    assert request.query == query
    operation = next(iter(contract))
    assert judging.judge(operation, request.to_request(), request.parameters, contract.world, NOW).accepted


PARAMETERS = """
- {name: page, in: query, required: true, schema: {type: integer, maximum: 3}, example: 1}
- {name: q, in: query, schema: {type: string}, example: never}
- {name: X-Must, in: header, required: true, schema: {type: string}, example: must}
- {name: X-May, in: header, schema: {type: string}, example: never}
"""


@pytest.mark.parametrize(
    ("step", "path", "query", "header"),
    [
        ({}, "/things/t1", "page=1", "must"),
        ({"path": {"thingId": "t2"}}, "/things/t2", "page=1", "must"),
        ({"path": {"thingId": "a/b ü?{x}"}}, "/things/a%2Fb%20%C3%BC%3F%7Bx%7D", "page=1", "must"),
        ({"query": {"page": 2, "q": "a b&c"}}, "/things/t1", "page=2&q=a+b%26c", "must"),
        ({"query": {"page": None}}, "/things/t1", "", "must"),
        ({"headers": {"x-must": "other"}}, "/things/t1", "page=1", "other"),
        ({"headers": {"X-MUST": None}}, "/things/t1", "page=1", None),
        ({"headers": {"X-Must": 5}}, "/things/t1", "page=1", "5"),
    ],
)
def test_single_parameters_are_replaced_added_or_left_out(
    step: dict[str, Any], path: str, query: str, header: str | None
) -> None:
    """Of those that are not required none is sent unless it is asked for."""
    request = sent(step, parameters=PARAMETERS)
    assert (request.path, request.query) == (path, query)
    lower = {name.lower(): value for name, value in request.headers.items()}
    assert (lower.get("x-must"), lower.get("x-may")) == (header, None)


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ({"body": {"other": 1}}, {"other": 1}),
        ({"body": None}, None),
        ({"body": []}, []),
        ({"patch": {"more": {"a": 1}}}, {"text": "hello", "more": {"a": 1}}),
        ({"patch": {"text": None}}, {}),
        ({"raw": "{"}, "{"),
        ({"raw": ""}, ""),
        ({"past": "/body/text/maxLength"}, {"text": "helloxxxxxx"}),
        ({"past": "/body/text/required"}, {}),
        ({"past": "/body/text/maxLength", "body": {"a": 1}}, {"a": 1, "text": "xxxxxxxxxxx"}),
        ({"past": "/body/text/type", "patch": {"b": 2}}, {"text": 5, "b": 2}),
    ],
)
def test_the_body_is_the_example_patched_replaced_or_broken(step: dict[str, Any], body: Any) -> None:
    request = sent(step)
    assert request.body == body
    assert request.headers["Content-Type"] == "application/json"


def test_the_type_of_the_body_may_be_said() -> None:
    assert sent({"headers": {"content-type": "text/plain"}}).headers["content-type"] == "text/plain"
    assert "Content-Type" not in sent({"headers": {"content-type": "text/plain"}}).headers


def test_a_method_may_be_another_one() -> None:
    assert sent({"method": "delete"}).method == "DELETE"


def test_a_step_may_go_where_no_operation_is() -> None:
    contract = tiny.contract()
    assert build(contract, {"url": "/nowhere"}) == WireRequest("GET", "/nowhere")
    step = {"url": "/x", "method": "put", "headers": {"A": 1, "B": None}, "body": {"c": 2}}
    assert build(contract, step) == WireRequest("PUT", "/x", {"A": "1"}, {"c": 2})


@pytest.mark.parametrize(
    ("pointer", "place"),
    [("/query/page/maximum", ("query", "page=4")), ("/body/text/maxLength", ("body", {"text": "helloxxxxxx"}))],
)
def test_any_constraint_of_the_request_can_be_broken(pointer: str, place: tuple[str, Any]) -> None:
    request = sent({"past": pointer}, parameters=PARAMETERS)
    assert getattr(request, place[0]) == place[1]


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({"past": "/body/text/minLength"}, "No constraint at /body/text/minLength. There is: .*/body/text/maxLength"),
        ({"send": "nothing"}, "tiny has no operation 'nothing'. It has: addThing."),
    ],
)
def test_a_step_that_makes_no_sense_is_told_what_would(step: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        sent(step)


def test_there_is_nothing_to_break_where_there_is_no_body() -> None:
    with pytest.raises(UsageError, match="addThing has no body"):
        sent({"past": "/body/text/maxLength"}, operation="{requestBody: null}")


FORMS = """
requestBody:
  content:
    application/json: {schema: {type: object, properties: {text: {maxLength: 10}}}}
    multipart/form-data:
      schema:
        type: object
        properties:
          text: {type: string}
          data: {type: object, x-max-bytes: 20}
          files: {type: array, maxItems: 2, items: {type: string, format: binary, x-max-file-bytes: 4}}
          avatar: {type: string, format: binary}
"""
PARTS = [
    {"name": "text", "value": "hello"},
    {"name": "files", "filename": "a.txt", "content_type": "text/plain", "content": "one"},
    {"name": "files", "filename": "b.txt", "content_type": "text/html", "content": "two"},
    {"name": "avatar", "filename": "me.png", "content_type": "image/png", "content": "png"},
    {"name": "data", "value": '{"a":1}'},
]


def test_parts_are_sent_as_they_stand() -> None:
    request = sent({"multipart": PARTS}, operation=FORMS)
    assert sorted(map(repr, request.parts or ())) == sorted(map(repr, PARTS))
    assert "Content-Type" not in request.headers
    headers, body = request.encode()
    assert headers["Content-Type"].startswith(f"{FORM}; boundary=")
    assert {part.name for part in parse(headers["Content-Type"], body)} == {"text", "files", "avatar", "data"}


def test_a_forms_limits_can_be_broken_too() -> None:
    many = sent({"multipart": PARTS, "past": "/body/files/maxItems"}, operation=FORMS)
    assert [part["name"] for part in many.parts or ()].count("files") == 3
    large = sent({"past": "/body/files/items/x-max-file-bytes"}, operation=FORMS)
    assert [part["content"] for part in large.parts or () if part["name"] == "files"] == ["xxxxx"]


def test_the_first_media_type_that_knows_a_limit_is_used() -> None:
    assert sent({"past": "/body/text/maxLength"}, operation=FORMS).parts is None
    assert sent({"past": "/body/data/x-max-bytes"}, operation=FORMS).parts is not None


def test_parts_and_fields_are_two_forms_of_the_same() -> None:
    schema = tiny.read(FORMS)["requestBody"]["content"][FORM]["schema"]
    fields = from_parts(PARTS, schema, {})
    assert fields["text"] == "hello"
    assert [file["content"] for file in fields["files"]] == ["one", "two"]
    assert sorted(map(repr, to_parts(fields, schema, {}))) == sorted(map(repr, PARTS))


def test_a_field_may_be_anything() -> None:
    """`true` is a schema too."""
    schema = {"properties": {"any": True}}
    parts = [{"name": "any", "value": "5"}]
    assert from_parts(parts, schema, {}) == {"any": "5"}
    assert to_parts({"any": "5"}, schema, {}) == parts


@pytest.mark.parametrize(
    ("value", "text"), [("a", "a"), (5, "5"), (True, "true"), (None, ""), ({"a": "ü"}, '{"a":"ü"}'), ([1, 2], "[1,2]")]
)
def test_a_field_is_text_or_json(value: Any, text: str) -> None:
    assert to_parts({"data": value}, {}, {}) == [{"name": "data", "value": text}]


def test_a_file_may_be_no_more_than_its_text() -> None:
    schema = {"properties": {"files": {"items": {"format": "binary"}}}}
    assert to_parts({"files": ["one", "two"]}, schema, {}) == [
        {"name": "files", "filename": "file-1.txt", "content_type": "text/plain", "content": "one"},
        {"name": "files", "filename": "file-2.txt", "content_type": "text/plain", "content": "two"},
    ]


@pytest.mark.parametrize(
    ("request_", "content"),
    [
        (WireRequest("GET", "/"), b""),
        (WireRequest("POST", "/", body={"a": "ü"}), '{"a":"ü"}'.encode()),
        (WireRequest("POST", "/", body="ü"), "ü".encode()),
        (WireRequest("POST", "/", body=None), b"null"),
    ],
)
def test_a_body_goes_over_the_wire_as_compact_json_or_as_the_text_itself(request_: WireRequest, content: bytes) -> None:
    assert request_.encode() == ({}, content)


def test_a_judge_takes_the_same_request() -> None:
    request = WireRequest("POST", "/a%20b", {"X-Name": "V"}, {"a": 1}, query="q=1").to_request()
    assert (request.method, request.path, request.headers) == ("POST", "/a%20b", {"x-name": "V"})
    assert (request.query, request.body) == ("q=1", b'{"a":1}')


@pytest.mark.parametrize(
    ("request_", "as_dict"),
    [
        (WireRequest("GET", "/a", query="b=1"), {"method": "GET", "path": "/a?b=1", "headers": {}}),
        (WireRequest("POST", "/a", body=None), {"method": "POST", "path": "/a", "headers": {}, "body": None}),
        (
            WireRequest("POST", "/a", {"A": "b"}, NOTHING, PARTS[:1]),
            {"method": "POST", "path": "/a", "headers": {"A": "b"}, "multipart": PARTS[:1]},
        ),
    ],
)
def test_a_request_can_be_written_as_json(request_: WireRequest, as_dict: dict[str, Any]) -> None:
    assert request_.as_dict() == as_dict


@pytest.mark.parametrize(
    ("template", "parameters", "path"),
    [
        ("/a/{x}/{y}", {"x": "1", "y": "{x}"}, "/a/1/%7Bx%7D"),
        ("/a/{x}", {"x": "ü/?"}, "/a/%C3%BC%2F%3F"),
        ("/a", {"x": "1"}, "/a"),
    ],
)
def test_a_template_is_filled_in_with_encoded_texts(template: str, parameters: dict[str, str], path: str) -> None:
    assert fill(template, parameters) == path


@pytest.mark.parametrize(
    ("original", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_patches_merge_as_rfc_7396_says(original: Any, patch: Any, result: Any) -> None:
    """Its appendix A."""
    assert merge_patch(original, patch) == result
