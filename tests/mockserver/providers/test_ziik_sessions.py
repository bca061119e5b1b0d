"""Ziik: logging in, and renewing a token."""

import json
from typing import Any

import pytest

from tests.mockserver.providers.ziik import (
    CASES,
    CONTRACT,
    JANE,
    JANE_AS_AUTHOR,
    LOGIN,
    NOW,
    ROOT,
    Mock,
    content,
    handled,
    judged,
    only,
    refused,
    succeeded,
)
from understudy_mockserver import tokens
from understudy_validators.records import World

JSON_LOGIN = json.dumps(LOGIN)


@pytest.fixture
def mock() -> Mock:
    return Mock()


@pytest.fixture
def world() -> World:
    """A world as the handlers change it."""
    return CONTRACT.world.copy()


def claims(session: dict[str, Any]) -> dict[str, Any]:
    """What the session's token says, which the mock must have signed."""
    key = only(CONTRACT.world, "settings", name="token-key")["value"]
    found = tokens.verify(session["jwt"], key.encode())
    assert found is not None
    return found


def lifetime() -> int:
    return int(only(CONTRACT.world, "settings", name="token-lifetime")["value"])


def test_a_login_answers_a_signed_token_and_its_end_in_an_array_of_one(mock: Mock) -> None:
    session = mock.session("authenticate", json=LOGIN)
    assert session.keys() == {"jwt", "expires"}
    assert session["expires"] == NOW + lifetime()
    assert claims(session) == {"iss": ROOT, "sub": "1", "iat": NOW, "exp": session["expires"], "jti": "1001"}


@pytest.mark.parametrize("path", ["/authenticate", "/api/authenticate"])
def test_the_guides_login_without_a_json_content_type_is_accepted(mock: Mock, path: str) -> None:
    content = b'{"username":"jane@example.com","password":"jane-secret"}'
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    [session] = succeeded("authenticate", mock.send("POST", path, "", content=content, headers=form))
    assert mock.write({"message": "hello"}, token=session["jwt"])["author"] == JANE_AS_AUTHOR


@pytest.mark.parametrize("operation", ["renew", "renewByGet"])
def test_a_renewal_answers_another_token_of_the_same_user(mock: Mock, operation: str) -> None:
    session = mock.session(operation, JANE)
    assert claims(session) == {"iss": ROOT, "sub": "2", "iat": NOW, "exp": NOW + lifetime(), "jti": "1001"}
    assert mock.write({"message": "hello"}, token=session["jwt"])["author"] == JANE_AS_AUTHOR


@pytest.mark.parametrize("operation", ["renew", "renewByGet"])
def test_the_renewed_token_stays_valid(mock: Mock, operation: str) -> None:
    first = mock.session("authenticate", json=LOGIN)["jwt"]
    second = mock.session(operation, first)["jwt"]
    assert first != second
    assert [mock.write({"message": "hello"}, token=token)["id"] for token in (first, second)] == [1001, 1002]


@pytest.mark.parametrize("path", ["/renew", "/api/renew"])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("content", [b"", b"{", b"username=john"])
def test_a_renewal_reads_no_body(mock: Mock, path: str, method: str, content: bytes) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert succeeded("renew", mock.send(method, path, content=content, headers=form))


def test_each_session_has_a_token_of_its_own(mock: Mock) -> None:
    """Even within a second."""
    sessions = [mock.session("authenticate", json=LOGIN) for _ in range(3)]
    assert [claims(session)["jti"] for session in sessions] == ["1001", "1002", "1003"]
    assert len({session["jwt"] for session in sessions}) == 3


def test_a_login_is_stored_as_a_credential_until_its_end(world: World) -> None:
    [session] = handled("authenticate", world, body=JSON_LOGIN, now=NOW + 0.75).body
    expected = {"token": session["jwt"], "userId": 1, "expiresAt": NOW + lifetime()}
    assert only(world, "tokens", token=session["jwt"]) == expected
    assert session["expires"] == expected["expiresAt"]
    assert only(world, "counters", name="tokens")["next"] == 1002


def test_a_token_is_refused_from_its_end_on(world: World) -> None:
    [session] = handled("authenticate", world, body=JSON_LOGIN).body
    assert judged("renew", world, session["jwt"], now=session["expires"] - 0.001).accepted
    at_its_end = judged("renew", world, session["jwt"], now=session["expires"])
    assert [violation.answer for violation in at_its_end.violations] == ["token-expired"]


def test_the_worlds_settings_decide_how_long_a_token_lives_and_what_signs_it(world: World) -> None:
    world["settings"].replace(only(world, "settings", name="token-lifetime"), value=60)
    world["settings"].replace(only(world, "settings", name="token-key"), value="another key")
    [session] = handled("renew", world).body
    found = tokens.verify(session["jwt"], b"another key")
    assert found is not None
    assert (found["exp"], session["expires"]) == (NOW + 60, NOW + 60)


@pytest.mark.parametrize("case", CASES["refused_logins"], ids=lambda case: case["case"])
def test_a_refused_login_makes_no_token(mock: Mock, case: dict[str, Any]) -> None:
    refused(mock.send("POST", "/authenticate", "", **content(case)), case["status"], case["code"])
    assert claims(mock.session("authenticate", json=LOGIN))["jti"] == "1001"


@pytest.mark.parametrize("operation", ["renew", "renewByGet"])
@pytest.mark.parametrize(
    ("token", "code"), [("", "unauthenticated"), ("a.b.c", "unauthenticated"), ("mock.expired.token", "token_expired")]
)
def test_a_token_that_is_not_valid_cannot_be_renewed(mock: Mock, operation: str, token: str, code: str) -> None:
    method = CONTRACT.operation(operation).method
    refused(mock.send(method, "/renew", token), 401, code)


def test_a_token_is_used_so_often_a_minute_and_no_more(mock: Mock) -> None:
    """Over all calls; another token of the same user has a minute of its own."""
    other = mock.session("authenticate", json=LOGIN)["jwt"]
    limit = int(mock.send("POST", "/renew").headers["x-ratelimit-limit"])
    left = [mock.send("POST", "/renew").headers["x-ratelimit-remaining"] for _ in range(limit - 1)]
    assert (left[0], left[-1]) == (str(limit - 2), "0")
    one_more = mock.send("POST", "/conversations/123/messages", json={"message": "hello"})
    refused(one_more, 429, "too_many_requests")
    assert int(one_more.headers["retry-after"]) > 0
    assert int(one_more.headers["x-ratelimit-reset"]) > NOW
    assert mock.write({"message": "hello"}, token=other)["id"] == 1001


def test_a_token_holds_in_its_own_namespace_alone(mock: Mock) -> None:
    here, there = {"Understudy-Namespace": "here"}, {"Understudy-Namespace": "there"}
    token = mock.session("authenticate", json=LOGIN, headers=here)["jwt"]
    assert mock.session("renew", token, headers=here)
    assert mock.session("authenticate", json=LOGIN, headers=there)["jwt"] != token
    refused(mock.send("POST", "/renew", token, headers=there), 401, "unauthenticated")
