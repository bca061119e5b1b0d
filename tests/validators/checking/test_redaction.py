"""Credentials become markers, in whatever place a contract or the web puts them; all else stays as it is."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests import tiny
from tests.shipped import CONTRACTS
from tests.validators.checking.exchanges import exchange
from understudy_validators import Contract
from understudy_validators.exchange import Exchange
from understudy_validators.redaction import Redactor, marker
from understudy_validators.scrubbing import Scrubber
from understudy_validators.wire import encode_parts

SCHEMA = """
type: object
properties:
  text: {type: string}
  login: {type: object, properties: {password: {type: [string, "null"], format: password}}}
  keys: {type: array, items: {type: string, format: password}}
  pin: {type: string, format: password}
"""
TINY = tiny.contract(
    schema=SCHEMA,
    parameters="[{name: X-Pin, in: header, schema: {type: string, format: password}}]",
    operation="""
    responses:
      "201": {content: {application/json: {schema: {properties: {token: {type: string, format: password}}}}}}
    """,
)
REDACTOR = Redactor([TINY])
SECRET = "not-for-your-eyes"


def body(value: Any, media_type: str = "application/json") -> Any:
    return json.loads(REDACTOR.body("addThing", json.dumps(value).encode(), media_type))


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Authorization", f"Bearer {SECRET}", f"Bearer {marker(SECRET)}"),
        ("authorization", f"jwt  {SECRET}", f"jwt {marker(SECRET)}"),
        ("Authorization", SECRET, marker(SECRET)),
        ("Authorization", f"{SECRET} {SECRET}", marker(f"{SECRET} {SECRET}")),
        ("Cookie", f"sid={SECRET}; theme=dark", marker(f"sid={SECRET}; theme=dark")),
        ("Set-Cookie", f"sid={SECRET}", marker(f"sid={SECRET}")),
        ("X-PIN", SECRET, marker(SECRET)),
        ("X-Other", SECRET, SECRET),
    ],
)
def test_a_header_that_carries_a_credential_shows_its_marker(name: str, value: str, shown: str) -> None:
    assert REDACTOR.header(name, value) == shown
    raw = REDACTOR.raw_headers([(name.lower().encode(), value.encode())])
    assert raw == [(name.lower().encode(), shown.encode())]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ""),
        ("a=1&b=%20", "a=1&b=%20"),
        (f"a=+&access_token={SECRET}&b=%2F", f"a=+&access_token={marker(SECRET)}&b=%2F"),
        (f"access%5Ftoken={SECRET}", f"access%5Ftoken={marker(SECRET)}"),
        ("password", "password"),
        ("page_token=abc", "page_token=abc"),
    ],
)
def test_a_query_keeps_all_but_its_credentials(query: str, shown: str) -> None:
    assert REDACTOR.query(query) == shown


def test_what_a_schema_calls_a_password_is_left_out_of_bodies_and_nothing_else() -> None:
    sent = {"text": "hi", "login": {"password": SECRET, "user": "me"}, "keys": [SECRET, "b"], "pin": None}
    assert body(sent) == {
        "text": "hi",
        "login": {"password": marker(SECRET), "user": "me"},
        "keys": [marker(SECRET), marker("b")],
        "pin": None,
    }
    assert body({"token": SECRET}) == {"token": marker(SECRET)}
    assert body({"text": "hi", "password": "x"}) == {"text": "hi", "password": "x"}
    assert body({"pin": [SECRET]}) == {"pin": marker(str([SECRET]))}


def test_a_body_without_secrets_stays_byte_for_byte() -> None:
    content = b'{ "text" : "hi" }'
    assert REDACTOR.body("addThing", content, "application/json") is content
    assert REDACTOR.body("another", b"{broken", "application/json") == b"{broken"


def test_a_body_that_cannot_be_read_becomes_a_marker_where_secrets_are_taken() -> None:
    for content, media_type in ((b'{"pin": "sec', "application/json"), (b"--x", "multipart/form-data; boundary=x")):
        assert REDACTOR.body("addThing", content, media_type) == marker(content.decode()).encode()


def test_forms_lose_their_secrets_too() -> None:
    form = REDACTOR.body("addThing", f"text=hi&pin={SECRET}".encode(), "application/x-www-form-urlencoded")
    assert form == f"text=hi&pin={marker(SECRET)}".encode()
    parts = encode_parts([{"name": "pin", "value": SECRET}, {"name": "text", "value": "hi"}], "x")
    assert REDACTOR.body("addThing", parts, "multipart/form-data; boundary=x") == parts.replace(
        SECRET.encode(), marker(SECRET).encode()
    )


def test_a_credential_of_an_exchange_is_left_out_wherever_else_it_stands() -> None:
    carried = exchange(
        {"text": f"my token is {SECRET}"},
        answer={"echo": {SECRET: SECRET}},
        operation="addThing",
        url=f"http://me:pass@127.0.0.1/things/{SECRET}?note={SECRET}",
        request_headers=(("Authorization", f"Bearer {SECRET}"), ("X-Copy", SECRET)),
        response_headers=(("Location", f"/x?t={SECRET}"),),
        comment=SECRET,
    )
    shown = REDACTOR.exchange(carried)
    assert SECRET not in repr(shown)
    assert "me:pass" not in shown.url
    assert shown.request_header("x-copy") == marker(SECRET)


def test_a_credential_is_known_however_it_is_written() -> None:
    secret = 'q"ü/+ %é'
    scrubber = Scrubber([secret], marker)
    for written in (secret, "q%22%C3%BC%2F%2B%20%25%C3%A9", json.dumps(secret), json.dumps(secret, ensure_ascii=False)):
        assert marker(secret) in scrubber.text(f"<{written}>")
        assert marker(secret).encode() in scrubber.content(written.encode())


def test_a_long_credential_that_was_cut_is_left_out_as_well() -> None:
    secret = "eyJ" + "abcDEF123" * 20
    text = Scrubber([secret], marker).text(f"'{secret[:80]}…' does not match")
    assert secret[40:80] not in text
    assert text.endswith("…' does not match")


def test_a_short_value_is_a_word_and_stays() -> None:
    assert Scrubber(["abc"], marker).text("abc") == "abc"


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_the_credentials_of_a_contracts_world_are_known(contract: Contract) -> None:
    redactor = Redactor([contract])
    example = next(iter(contract.credentials.values()))["example"]
    assert example in redactor.known
    carried: Exchange = replace(exchange(), response_body=f"<p>{example}</p>".encode())
    assert example not in repr(redactor.exchange(carried))


@pytest.mark.parametrize(
    ("contract", "operation", "path"),
    [
        ("replyke", "signIn", "/body/password"),
        ("replyke", "requestNewAccessToken", "/body/refreshToken"),
        ("amity", "createSession", "/body/accessToken"),
        ("amity", "createSession", "/headers/x-api-key"),
        ("avaya-spaces", "authenticateAnonymously", "/body/token"),
        ("avaya-spaces", "createChat", "/headers/spaces-x-space-password"),
        ("ziik", "authenticate", "/body/password"),
        ("ziik", "renew", "/body/0/jwt"),
    ],
)
def test_the_contracts_say_which_fields_are_secret(contract: str, operation: str, path: str) -> None:
    assert Redactor([CONTRACTS[contract]]).is_secret(operation, path)


def test_a_page_token_is_no_secret() -> None:
    amity, avaya = Redactor([CONTRACTS["amity"]]), Redactor([CONTRACTS["avaya-spaces"]])
    assert avaya.query("pageToken=abc") == "pageToken=abc"
    assert amity.query("options%5Btoken%5D=abc") == "options%5Btoken%5D=abc"


def test_a_secret_is_found_from_wherever_its_schemas_are_entered() -> None:
    """Two schemas that hold each other: neither hides from the other what it holds."""
    nodes = """
    components:
      schemas:
        Outer:
          properties: {key: {type: string, format: password}, inner: {$ref: "#/components/schemas/Inner"}}
        Inner: {type: object, properties: {outer: {$ref: "#/components/schemas/Outer"}}}
    """
    responses = """
    responses:
      "201": {content: {application/json: {schema: {$ref: "#/components/schemas/Inner"}}}}
    """
    contract = tiny.contract(schema='{$ref: "#/components/schemas/Outer"}', openapi=nodes, operation=responses)
    redactor = Redactor([contract])
    for path, secret in (("/body/key", True), ("/body/outer/key", True), ("/body/text", False)):
        assert redactor.is_secret("addThing", path) is secret
