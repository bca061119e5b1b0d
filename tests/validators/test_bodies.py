"""Bodies: read by their media type, refused where they cannot be, and completed with defaults once they are valid."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import tiny
from tests.tiny import answers, found, judge, law
from understudy_validators import Verdict
from understudy_validators.bodies import FormError, essence, parse_json
from understudy_validators.case import MAX_DEPTH
from understudy_validators.multipart import Part
from understudy_validators.wire import encode_parts

FORM = """
requestBody:
  content:
    application/json: null
    multipart/form-data:
      schema:
        type: object
        properties:
          text: {type: string, maxLength: 5}
          count: {type: integer, maximum: 9}
          open: {type: boolean}
          data: {type: object, x-max-bytes: 20}
          tags: {type: array, maxItems: 2, items: {type: string}}
          either: {oneOf: [{type: object}, {type: array}]}
          anything: {}
          avatar: {type: string, format: binary, x-max-file-bytes: 4}
          files: {type: array, maxItems: 2, items: {$ref: "#/components/schemas/File"}}
"""
FILE = "{components: {schemas: {File: {type: string, format: binary, x-max-file-bytes: 4}}}}"
RULES = "[{id: form, answer: unreadable}, {id: schema, answer: invalid}]"
FORM_TYPE = {"content-type": "multipart/form-data; boundary=b"}


def form(*parts: dict[str, str], **fields: str) -> Verdict:
    """What is found of a form of these fields, then these parts."""
    content = encode_parts([*({"name": n, "value": v} for n, v in fields.items()), *parts], "b")
    return judge(tiny.contract(operation=FORM, openapi=FILE), raw=content, headers=FORM_TYPE)


def file(name: str, content: str = "text", filename: str = "a.txt", content_type: str = "text/plain") -> dict[str, str]:
    """A file as a part."""
    return {"name": name, "filename": filename, "content_type": content_type, "content": content}


@pytest.mark.parametrize(
    ("content_type", "name"),
    [
        ("application/json", "application/json"),
        ("Application/JSON; charset=utf-8", "application/json"),
        (" text/plain ;x=y", "text/plain"),
        ("", ""),
        (";", ""),
    ],
)
def test_a_media_type_is_named_without_its_parameters_in_lower_case(content_type: str, name: str) -> None:
    assert essence(content_type) == name


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "APPLICATION/JSON",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"; x=y',
    ],
)
def test_the_body_is_read_as_the_type_that_its_header_names(content_type: str) -> None:
    verdict = judge(tiny.contract(), {"text": "ü"}, headers={"content-type": content_type})
    assert (found(verdict), verdict.view["body"]) == ([], {"text": "ü"})


@pytest.mark.parametrize("content_type", [None, "", "text/plain", "application/jsonx", "multipart/form-data", "json"])
def test_a_type_that_the_operation_does_not_read_is_refused(content_type: str | None) -> None:
    verdict = judge(tiny.contract(), headers={"content-type": content_type})
    assert (found(verdict), answers(verdict)) == ([("/body", "media-type")], ["unreadable"])
    assert verdict.violations[0].limit == ["application/json"]


@pytest.mark.parametrize(
    ("content_type", "raw", "body"),
    [
        ("application/json", b'{"text":"a"}', {"text": "a"}),
        ("application/merge-patch+json", b'{"text":null}', {"text": None}),
        ("text/plain; charset=utf-8", "grüß".encode(), "grüß"),
        ("image/png", b"\x89PNG", {"filename": "", "contentType": "image/png", "size": 4, "upload": 0}),
        ("application/x-www-form-urlencoded", b"text=a+b%C3%BC&n=5&x=&n=6", {"text": "a bü", "n": 6, "x": ""}),
    ],
)
def test_each_media_type_has_its_way_of_being_read(content_type: str, raw: bytes, body: Any) -> None:
    operation = """
        requestBody:
          content:
            application/json: {schema: {type: object}}
            application/merge-patch+json: {schema: {type: object}}
            text/plain: {schema: {type: string}}
            application/x-www-form-urlencoded: {schema: {type: object, properties: {n: {type: integer}}}}
            "*/*": {schema: {type: string, format: binary}}
    """
    verdict = judge(
        tiny.contract(operation=operation, schema="{type: object}"), raw=raw, headers={"content-type": content_type}
    )
    assert (found(verdict), verdict.view["body"]) == ([], body)


def test_a_media_type_without_a_schema_takes_anything() -> None:
    contract = tiny.contract(operation="{requestBody: {content: {text/plain: {}}}}")
    verdict = judge(contract, raw=b"hello", headers={"content-type": "text/plain"})
    assert (found(verdict), verdict.view["body"]) == ([], "hello")


def test_a_type_may_be_assumed_whatever_the_header_says() -> None:
    contract = tiny.contract(operation="{requestBody: {x-assume: application/json}}")
    for content_type in (None, "text/plain", "application/x-www-form-urlencoded"):
        assert judge(contract, headers={"content-type": content_type}).accepted
        assert found(judge(contract, raw=b"text=hello", headers={"content-type": content_type})) == [("/body", "form")]


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b" ",
        b"{'text': 1}",
        b'{"text": NaN}',
        b'{"text": Infinity}',
        b'{"text": 1e999}',
        b'{"text": 01}',
        b'{"text": "\xff"}',
        b'{"text": "\\ud800"}',
        b'{"text": "a\nb"}',
        b'{"text": 1,}',
        b'{"text": 1} x',
        b"\xef\xbb\xbf{}",
        b"[" * 100_000,
        b"[" * 1000 + b"]" * 1000,
        '{"text": "ü"}'.encode("utf-16"),
    ],
    ids=lambda raw: repr(raw)[:20],
)
def test_what_is_no_json_is_refused_once(raw: bytes) -> None:
    verdict = judge(tiny.contract(rules=RULES), raw=raw)
    assert (found(verdict), answers(verdict)) == ([("/body", "form")], ["unreadable"])


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "iso-8859-1"])
def test_json_in_another_charset_is_refused(charset: str) -> None:
    verdict = judge(tiny.contract(), headers={"content-type": f"application/json; charset={charset}"})
    assert found(verdict) == [("/body", "form")]


@pytest.mark.parametrize(("depth", "fits"), [(MAX_DEPTH, True), (MAX_DEPTH + 1, False)])
def test_json_nests_so_deep_and_no_deeper(depth: int, fits: bool) -> None:
    for text in ("[" * depth + "]" * depth, '{"a":' * (depth - 1) + "{}" + "}" * (depth - 1)):
        if fits:
            parse_json(text)
        else:
            with pytest.raises(FormError):
                parse_json(text)


@law
@given(st.binary(max_size=40) | st.text(alphabet='{}[]":,0e-\\u d8', max_size=20).map(str.encode))
def test_judging_never_raises_whatever_the_bytes(raw: bytes) -> None:
    judge(tiny.contract(), raw=raw)


def test_no_body_counts_as_an_empty_object_unless_one_is_required() -> None:
    for content_type in ("application/json", None, "text/plain"):
        optional = judge(tiny.contract(rules=RULES), raw=b"", headers={"content-type": content_type})
        assert (found(optional), optional.view["body"]) == ([("/body/text", "required")], {})
        required = tiny.contract(rules=RULES, operation="{requestBody: {required: true}}")
        verdict = judge(required, raw=b"", headers={"content-type": content_type})
        assert (found(verdict), answers(verdict)) == ([("/body", "required")], ["unreadable"])


@pytest.mark.parametrize("raw", [b"null", b"[]", b'"text"', b"5"])
def test_json_that_is_no_object_breaks_the_schema(raw: bytes) -> None:
    assert found(judge(tiny.contract(), raw=raw)) == [("/body", "type")]


def test_the_parts_of_a_form_become_values_by_their_schemas() -> None:
    verdict = form(text="5", count="5", open="true", data='{"a":1}', tags='["x","y"]', either="[1]", anything="[1]")
    assert found(verdict) == []
    assert verdict.view["body"] == {
        "text": "5",
        "count": 5,
        "open": True,
        "data": {"a": 1},
        "tags": ["x", "y"],
        "either": [1],
        "anything": "[1]",
    }


def test_a_part_that_no_one_knows_is_left_out() -> None:
    """A field of that name, a file, JSON that is broken: nothing looks at it."""
    verdict = form({"name": "unknown", "value": "{"}, {"name": "unknown", "value": "x"}, file("other"), text="a")
    assert (found(verdict), verdict.view["body"], list(verdict.uploads)) == ([], {"text": "a"}, [])


def test_a_part_that_no_one_knows_is_refused_where_the_schema_says_so() -> None:
    schema = "{type: object, additionalProperties: false, properties: {text: {type: string}}}"
    operation = f"{{requestBody: {{content: {{multipart/form-data: {{schema: {schema}}}}}}}}}"
    content = encode_parts([{"name": "text", "value": "a"}, {"name": "unknown", "value": "x"}], "b")
    verdict = judge(tiny.contract(operation=operation), raw=content, headers=FORM_TYPE)
    assert found(verdict) == [("/body", "additionalProperties")]


def test_a_file_input_in_which_nothing_was_chosen_sends_nothing() -> None:
    """Browsers send a part without a file name and without bytes."""
    verdict = form(file("files", "", filename=""), file("avatar", "", filename=""), file("files", "", "empty.txt"))
    assert [kept["filename"] for kept in verdict.view["body"].pop("files")] == ["empty.txt"]
    assert verdict.view["body"] == {}


def test_json_may_come_as_a_file_part_too() -> None:
    verdict = form(file("data", '{"a":1}', content_type="application/json"))
    assert (found(verdict), verdict.view["body"], list(verdict.uploads)) == ([], {"data": {"a": 1}}, [])


def test_files_are_seen_by_rules_and_kept_for_the_handler() -> None:
    verdict = form(file("files", "one"), file("avatar", "me", "me.png", "Image/PNG; x=y"), file("files", "", "b", ""))
    assert found(verdict) == []
    assert verdict.view["body"] == {
        "files": [
            {"filename": "a.txt", "contentType": "text/plain", "size": 3, "upload": 0},
            {"filename": "b", "contentType": "application/octet-stream", "size": 0, "upload": 2},
        ],
        "avatar": {"filename": "me.png", "contentType": "image/png", "size": 2, "upload": 1},
    }
    assert [upload.content for upload in verdict.uploads] == [b"one", b"me", b""]


def test_a_file_without_a_name_gets_one() -> None:
    """Its type tells it from a text (RFC 7578, section 4.4: a part without a type is text/plain)."""
    part = b'--b\r\nContent-Disposition: form-data; name="avatar"\r\nContent-Type: image/png\r\n\r\nme\r\n--b--\r\n'
    verdict = judge(tiny.contract(operation=FORM, openapi=FILE), raw=part, headers=FORM_TYPE)
    assert found(verdict) == []
    assert verdict.view["body"]["avatar"]["filename"] == "upload"
    assert verdict.view["body"]["avatar"]["contentType"] == "image/png"


def test_a_text_is_no_file() -> None:
    verdict = form(avatar="me", files="{}")
    assert found(verdict) == [("/body/avatar", "type"), ("/body/files/0", "type")]
    assert list(verdict.uploads) == []


@pytest.mark.parametrize(
    ("parts", "violation"),
    [
        ([{"name": "text", "value": "sixsix"}], ("/body/text", "maxLength")),
        ([{"name": "count", "value": "10"}], ("/body/count", "maximum")),
        ([{"name": "count", "value": "1_0"}], ("/body/count", "type")),
        ([{"name": "count", "value": "٥"}], ("/body/count", "type")),
        ([{"name": "data", "value": '{"text": "twenty"}'}], None),
        ([{"name": "data", "value": '{ "text": "not twenty" }'}], ("/body/data", "x-max-bytes")),
        ([{"name": "data", "value": "[]"}], ("/body/data", "type")),
        ([{"name": "tags", "value": '["a", "b", "c"]'}], ("/body/tags", "maxItems")),
        ([{"name": "data", "value": "{"}], ("/body", "form")),
        ([{"name": "tags", "value": "a,b"}], ("/body", "form")),
        ([{"name": "text", "value": "a"}] * 2, ("/body", "form")),
        ([file("avatar", "four")], None),
        ([file("avatar", "fives")], ("/body/avatar", "x-max-file-bytes")),
        ([file("files", "ok"), file("files", "fives")], ("/body/files/1", "x-max-file-bytes")),
        ([file("files")] * 2, None),
        ([file("files")] * 3, ("/body/files", "maxItems")),
    ],
)
def test_a_form_is_held_to_its_schema(parts: list[dict[str, str]], violation: tuple[str, str] | None) -> None:
    assert found(form(*parts)) == ([violation] if violation else [])


def test_a_files_limit_counts_bytes() -> None:
    assert found(form(file("avatar", "üü"))) == []
    assert found(form(file("avatar", "üüü"))) == [("/body/avatar", "x-max-file-bytes")]


def test_a_part_that_is_no_utf_8_is_refused_and_a_file_is_not() -> None:
    content = encode_parts([{"name": "text", "value": "?"}, file("avatar", "?")], "b")
    contract = tiny.contract(operation=FORM, openapi=FILE)
    text = content.replace(b"\r\n?\r\n", b"\r\n\xff\r\n", 1)
    assert found(judge(contract, raw=text, headers=FORM_TYPE)) == [("/body", "form")]
    assert judge(contract, raw=content.replace(b"?", b"\xff").replace(b"\xff", b"?", 1), headers=FORM_TYPE).accepted


@pytest.mark.parametrize("raw", [b"", b"--b--\r\n"])
def test_an_empty_form_has_no_fields(raw: bytes) -> None:
    verdict = judge(tiny.contract(operation=FORM, openapi=FILE), raw=raw, headers=FORM_TYPE)
    assert (found(verdict), verdict.view["body"]) == ([], {})


@pytest.mark.parametrize("raw", [b"--b", b"hello", encode_parts([{"name": "text", "value": "a"}], "c")])
def test_a_broken_form_is_refused(raw: bytes) -> None:
    contract = tiny.contract(operation=FORM, openapi=FILE)
    assert found(judge(contract, raw=raw, headers=FORM_TYPE)) == [("/body", "form")]


@pytest.mark.parametrize("media_type", ["application/json", "multipart/form-data"])
def test_a_property_may_be_anything(media_type: str) -> None:
    """`true` is a schema too."""
    content = f"{{{media_type}: {{schema: {{type: object, properties: {{text: true}}}}}}}}"
    schema = "{type: object, properties: {text: true}}"
    contract = tiny.contract(operation=f"{{requestBody: {{content: {content}}}}}", schema=schema)
    sent = {
        "application/json": b'{"text":"a"}',
        "multipart/form-data": encode_parts([{"name": "text", "value": "a"}], "b"),
    }
    verdict = judge(contract, raw=sent[media_type], headers={"content-type": f"{media_type}; boundary=b"})
    assert (found(verdict), verdict.view["body"]) == ([], {"text": "a"})


DEFAULTS = """
type: object
properties:
  text: {type: string, default: hello}
  n: {type: integer, default: 5, maximum: 9}
  none: {default: null}
  inner: {type: object, default: {}, properties: {deep: {default: [1]}}}
  list: {type: array, items: {$ref: "#/components/schemas/Item"}}
"""
ITEM = """
components:
  schemas:
    Item: {type: object, properties: {x: {default: 7}, next: {$ref: "#/components/schemas/Item"}}}
"""


@pytest.mark.parametrize(
    ("sent", "completed"),
    [
        ({}, {"text": "hello", "n": 5, "none": None, "inner": {"deep": [1]}}),
        (
            {"text": "a", "n": 0, "none": 1, "inner": {"deep": 2}},
            {"text": "a", "n": 0, "none": 1, "inner": {"deep": 2}},
        ),
        ({"list": [{}, {"x": 8}]}, {"list": [{"x": 7}, {"x": 8}]}),
        ({"list": [{"next": {"next": {}}}]}, {"list": [{"x": 7, "next": {"x": 7, "next": {"x": 7}}}]}),
    ],
)
def test_defaults_of_missing_properties_are_filled_in_at_every_depth(sent: Any, completed: Any) -> None:
    verdict = judge(tiny.contract(schema=DEFAULTS, openapi=ITEM), sent)
    assert found(verdict) == []
    assert {name: verdict.view["body"][name] for name in completed} == completed


def test_nothing_is_filled_into_a_body_that_is_not_valid() -> None:
    verdict = judge(tiny.contract(schema=DEFAULTS, openapi=ITEM), {"n": 10})
    assert (found(verdict), verdict.view["body"]) == ([("/body/n", "maximum")], {"n": 10})


def test_rules_after_the_schema_see_defaults_and_those_before_it_do_not() -> None:
    rule = "{id: says-something, require: {properties: {body: {required: [text]}}}, answer: missing}"
    form_, schema = "{id: form, answer: invalid}", "{id: schema, answer: invalid}"
    before = tiny.contract(schema=DEFAULTS, openapi=ITEM, rules=f"[{form_}, {rule}, {schema}]")
    after = tiny.contract(schema=DEFAULTS, openapi=ITEM, rules=f"[{form_}, {schema}, {rule}]")
    assert answers(judge(before, {})) == ["missing"]
    assert judge(after, {}).accepted


def test_filling_in_defaults_leaves_the_contract_as_it_was() -> None:
    contract = tiny.contract(schema=DEFAULTS, openapi=ITEM, operation="{summary: Its own.}")
    before = copy.deepcopy(contract.document.data)
    judge(contract, {}).view["body"]["inner"]["deep"].append("changed")
    assert contract.document.data == before
    assert judge(contract, {}).view["body"]["inner"] == {"deep": [1]}


def test_parts_are_plain_values() -> None:
    assert Part("a", b"secret") == Part("a", b"secret", None, "")
    assert "secret" not in repr(Part("a", b"secret"))
