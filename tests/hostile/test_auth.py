"""Credentials that someone made up, stole in part, or grew to a size."""

from __future__ import annotations

import base64
import json

import pytest

from tests.hostile.attack import HELLO, MESSAGES, Target, fresh, ids, is_clean, is_framed, request
from understudy_mockserver.tokens import sign
from understudy_validators import Contract

BODY = json.dumps(HELLO).encode()
CLAIMS = {"sub": "alice", "userId": "alice", "exp": 9_999_999_999}


def part(value: object) -> str:
    """A part of a JSON Web Token."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def token(signature: str = "", **header: object) -> str:
    """A token with a header of one's own."""
    return f"{part({'typ': 'JWT', **header})}.{part(CLAIMS)}.{signature}"


GOOD = "alice-token"
TOKENS = [
    ("empty", ""),
    ("a-space", " "),
    ("a-known-one-cut", GOOD[:-1]),
    ("a-known-one-and-more", GOOD + "x"),
    ("a-known-one-in-capitals", GOOD.upper()),
    ("a-known-one-twice", f"{GOOD} {GOOD}"),
    ("two-known-ones", f"{GOOD}, bob-token"),
    ("a-known-one-quoted", f'"{GOOD}"'),
    ("a-known-one-and-a-fraction", f"{GOOD};x=1"),
    ("a-star", "*"),
    ("a-query", "' OR '1'='1"),
    ("a-template", "{token}"),
    ("true", "true"),
    ("null", "null"),
    ("an-object", '{"$ne": null}'),
    ("a-path", "../../../../etc/passwd"),
    ("an-address", "http://127.0.0.1:1/key"),
    ("a-percent-escape", "alice%2Dtoken"),
    ("other-letters", "аlice-token".encode().decode("latin-1")),
    ("a-high-byte", "alice-token\xff"),
    ("alg-none", token(alg="none")),
    ("alg-None", token(alg="None")),
    ("alg-none-with-a-signature", token("AAAA", alg="none")),
    ("no-alg", token()),
    ("alg-is-null", token(alg=None)),
    ("alg-is-a-list", token(alg=["HS256"])),
    ("alg-is-an-object", token(alg={})),
    ("key-confusion", sign(CLAIMS, b"-----BEGIN PUBLIC KEY-----")),
    ("alg-rs256", token("AAAA", alg="RS256")),
    ("an-empty-key", sign(CLAIMS, b"")),
    ("a-guessed-key", sign(CLAIMS, b"secret")),
    ("kid-is-a-path", token("AAAA", alg="HS256", kid="../../../../dev/null")),
    ("kid-is-a-query", token("AAAA", alg="HS256", kid="x' UNION SELECT 'key")),
    ("kid-is-a-command", token("AAAA", alg="HS256", kid="|id")),
    ("jku-is-an-address", token("AAAA", alg="RS256", jku="http://127.0.0.1:1/jwks.json")),
    ("jwk-in-the-header", token("AAAA", alg="RS256", jwk={"kty": "oct", "k": "AAAA"})),
    ("x5u-is-an-address", token("AAAA", alg="RS256", x5u="http://127.0.0.1:1/x")),
    ("crit-in-the-header", token("AAAA", alg="HS256", crit=["x"])),
    ("zip-in-the-header", token("AAAA", alg="HS256", zip="DEF")),
    ("an-encrypted-one", "a.b.c.d.e"),
    ("only-dots", "." * 1000),
    ("no-base64", "\x21.\x21.\x21"),
    ("a-header-that-is-a-list", f"{part([])}.{part(CLAIMS)}."),
    ("a-header-nested-deep", f"{base64.urlsafe_b64encode(b'[' * 5000).decode()}.{part(CLAIMS)}."),
    ("a-number-of-many-digits", f"{base64.urlsafe_b64encode(b'1' * 5000).decode()}.{part(CLAIMS)}."),
]
SCHEMES = ["Bearer", "bearer", "BEARER", "Basic", "Digest", "Token", "", "Bearer:", "B" * 100]


def ask(target: Target, authorization: str, path: str = MESSAGES) -> int:
    """What a message with the header is answered with; it never gets through."""
    headers = {"Authorization": authorization, "Content-Type": "application/json"}
    answer = target.send(request("POST", fresh(path), headers, BODY))
    is_clean(answer)
    assert answer is not None
    return answer.status


@pytest.mark.parametrize(("name", "credential"), TOKENS, ids=ids(TOKENS))
def test_no_made_up_credential_is_let_in(target: Target, name: str, credential: str) -> None:
    assert ask(target, f"Bearer {credential}") in (400, 401, 403)
    target.lives()


@pytest.mark.parametrize("contract", ["replyke", "ziik", "avaya-spaces"])
def test_no_contract_lets_any_of_them_in(target: Target, contracts: dict[str, Contract], contract: str) -> None:
    operation = contracts[contract].main_operation
    path = f"/{contract}{operation.path}"
    for parameter in operation.parameters:
        if parameter.location == "path":
            path = path.replace(f"{{{parameter.name}}}", str(parameter.example))
    for name, credential in TOKENS:
        assert ask(target, f"Bearer {credential}", path) in (400, 401, 403), name
    target.lives()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_strange_scheme_breaks_nothing(target: Target, scheme: str) -> None:
    assert ask(target, f"{scheme} nobody".strip()) in (400, 401, 403)
    target.lives()


@pytest.mark.parametrize("size", [8_000, 30_000])
def test_a_large_credential_is_refused_as_any_other(target: Target, size: int) -> None:
    assert ask(target, "Bearer " + "x" * size) in (401, 403)
    target.lives()


@pytest.mark.parametrize("size", [40_000, 100_000, 1_000_000])
def test_a_credential_of_any_size_beyond_is_too_large(
    target: Target, contracts: dict[str, Contract], size: int
) -> None:
    answer = target.send(request("POST", MESSAGES, {"Authorization": "Bearer " + "x" * size}, BODY))
    is_framed(answer, contracts["amity"], "headers-too-large")
    target.lives()


TWO = [
    ("good-and-bad", ["Bearer alice-token", "Bearer nobody"]),
    ("bad-and-good", ["Bearer nobody", "Bearer alice-token"]),
    ("two-people", ["Bearer alice-token", "Bearer bob-token"]),
    ("good-and-empty", ["Bearer alice-token", ""]),
]


@pytest.mark.parametrize(("name", "values"), TWO, ids=ids(TWO))
def test_two_credentials_are_none(target: Target, name: str, values: list[str]) -> None:
    lines = [f"POST {fresh(MESSAGES)} HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
    lines += [f"Authorization: {value}" for value in values]
    answer = target.send("\r\n".join([*lines, f"Content-Length: {len(BODY)}", "", ""]).encode() + BODY)
    is_clean(answer)
    assert answer is not None
    assert answer.status in (400, 401, 403), answer
    target.lives()
