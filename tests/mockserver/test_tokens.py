"""The mock's own JSON Web Tokens."""

import base64
import hmac
import json

import pytest

from understudy_mockserver import tokens

KEY = b"an invented key"
CLAIMS = {"sub": "Zoë", "iat": 1767225600}
# Made with another program (OpenSSL) from the same claims and key.
TOKEN = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
    ".eyJpYXQiOjE3NjcyMjU2MDAsInN1YiI6IlpvXHUwMGViIn0"
    ".b4A_kMefIvEHkUmZGUqtIfLhSBEg_FINicjHOe7nNRo"
)


def test_a_token_is_what_other_programs_make_of_the_claims() -> None:
    assert tokens.sign(CLAIMS, KEY) == TOKEN


def test_the_order_of_the_claims_makes_no_difference() -> None:
    assert tokens.sign(dict(reversed(CLAIMS.items())), KEY) == TOKEN


def test_a_token_gives_its_claims_back() -> None:
    assert tokens.verify(TOKEN, KEY) == CLAIMS


@pytest.mark.parametrize("claims", [{"exp": float("nan")}, {"sub": b"1"}])
def test_claims_that_json_cannot_hold_are_refused(claims: dict[str, object]) -> None:
    with pytest.raises((TypeError, ValueError)):
        tokens.sign(claims, KEY)


def test_another_key_does_not_fit() -> None:
    assert tokens.verify(TOKEN, KEY + b"!") is None


@pytest.mark.parametrize("position", [0, 5, 40, 60, -43, -1])
def test_a_changed_character_is_noticed(position: int) -> None:
    """The last one too, although its lowest bits carry nothing."""
    characters = list(TOKEN)
    characters[position] = chr(ord(characters[position]) ^ 1)
    assert tokens.verify("".join(characters), KEY) is None


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "...",
        "mock.john.token",
        TOKEN + "=",
        TOKEN + ".",
        TOKEN + "\n",
        TOKEN[:-1],
        TOKEN + "é",
        TOKEN * 2,
    ],
)
def test_any_other_text_is_no_token(token: str) -> None:
    assert tokens.verify(token, KEY) is None


def test_a_token_without_its_signature_is_refused() -> None:
    header = encoded(b'{"alg":"none","typ":"JWT"}')
    assert tokens.verify(f"{header}.{TOKEN.split('.')[1]}.", KEY) is None


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "HS512", "typ": "JWT"},
        {"alg": "hs256"},
        {"alg": ["HS256"]},
        {"typ": "JWT"},
        {"alg": "HS256", "crit": ["b64"]},
        [],
    ],
)
def test_hs256_alone_is_read(header: object) -> None:
    """Even where the signature is right."""
    assert tokens.verify(signed(header, CLAIMS), KEY) is None
    assert tokens.verify(signed({"alg": "HS256"}, CLAIMS), KEY) == CLAIMS


@pytest.mark.parametrize("claims", [[], "text", None, 1])
def test_claims_are_an_object(claims: object) -> None:
    assert tokens.verify(signed({"alg": "HS256"}, claims), KEY) is None


@pytest.mark.parametrize("payload", ["", "e30=", "!", "bm90IGpzb24", "_w", "e", "e30.e30", "W1tb" * 50_000])
def test_signed_nonsense_is_no_token(payload: str) -> None:
    """Bad base64url, UTF-8 or JSON, a part too many, and arrays without end."""
    assert tokens.verify(with_signature(encoded(b'{"alg":"HS256"}') + "." + payload), KEY) is None


def signed(header: object, claims: object) -> str:
    return with_signature(f"{encoded(json.dumps(header).encode())}.{encoded(json.dumps(claims).encode())}")


def with_signature(content: str) -> str:
    return f"{content}.{encoded(hmac.digest(KEY, content.encode(), 'sha256'))}"


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
