"""No credential ever reaches a report, wherever the exchanges carry it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shipped import CONTRACTS
from tests.tiny import law
from tests.validators.reports.samples import difference
from understudy_validators import Contract
from understudy_validators.checking.coverage import Coverage
from understudy_validators.checking.finding import Finding
from understudy_validators.checking.report import Report
from understudy_validators.exchange import Exchange
from understudy_validators.redaction import Redactor
from understudy_validators.reports import KINDS, render

PLACES = (
    *("authorization", "bare", "cookie", "set-cookie", "api-key", "query", "encoded-query", "body", "reply"),
    *("text", "path", "header", "answered-header", "comment"),
)


def exchange(redactor: Redactor, operation: str, credential: str, places: set[str]) -> Exchange:
    """An exchange that carries the credential in these places."""
    quoted = quote(credential, safe="")
    headers = {
        "authorization": ("Authorization", f"Bearer {credential}"),
        "bare": ("Proxy-Authorization", credential),
        "cookie": ("Cookie", f"theme=dark; sid={credential}"),
        "header": ("X-Any", f"about {credential}"),
    }
    named = [(name, credential) for name in sorted(redactor.headers) if "api-key" in places and "cookie" not in name]
    parameter = max(redactor.parameters)
    query = [f"{parameter}={quoted}"] if "query" in places else []
    query += [f"%{ord(parameter[0]):02x}{parameter[1:]}={quoted}"] if "encoded-query" in places else []
    body = {"password": credential} if "body" in places else {"note": credential} if "text" in places else {}
    answered = {"set-cookie": ("Set-Cookie", f"sid={credential}"), "answered-header": ("X-Echo", credential)}
    return Exchange(
        method="POST",
        url=f"http://127.0.0.1/{quoted if 'path' in places else 'x'}?{'&'.join(query)}",
        request_headers=(*[headers[place] for place in PLACES if place in places & headers.keys()], *named),
        request_body=json.dumps(body, ensure_ascii="text" in places).encode(),
        status=400,
        response_headers=(
            ("Content-Type", "application/json"),
            *[answered[place] for place in PLACES if place in places & answered.keys()],
        ),
        response_body=json.dumps({"echo": [credential]} if "reply" in places else {}).encode(),
        operation=operation,
        comment=credential if "comment" in places else "",
    )


def report(contract: Contract, exchanges: list[Exchange], credential: str) -> Report:
    """A report whose finding speaks of the credential as well."""
    said = difference(message=f"not {credential!r}", actual={credential: [credential]}, expected=credential)
    finding = Finding(
        contract=contract.name,
        operation=exchanges[0].operation,
        difference=said,
        exchanges=tuple(exchanges),
        curl=f"curl -H 'Authorization: Bearer {credential}' http://127.0.0.1/",
    )
    return Report(
        contract=contract,
        title="understudy check",
        base_url="http://127.0.0.1",
        started=0.0,
        seconds=1.0,
        findings=(finding,),
        coverage=Coverage(contract),
        exchanges=tuple(exchanges),
    )


def assert_nowhere(contract: Contract, exchanges: list[Exchange], credential: str) -> None:
    written = {credential, quote(credential, safe=""), json.dumps(credential)[1:-1]}
    told = report(contract, exchanges, credential)
    for kind in KINDS:
        text: Any = render(kind, told)
        assert not [form for form in written if form in text], kind


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_no_credential_of_a_contracts_world_reaches_a_report(contract: Contract) -> None:
    redactor = Redactor([contract])
    operation = next(iter(contract)).id
    assert redactor.known
    for credential in sorted(redactor.known):
        assert_nowhere(contract, [exchange(redactor, operation, credential, set(PLACES))], credential)


# Long enough to be no word, and of letters that no digest has; with what must be escaped somewhere.
CREDENTIALS = st.text(st.sampled_from('ghijkXYZ-_."/+=%&\\ü'), min_size=8, max_size=120).map(lambda text: f"Zz{text}zZ")
CARRIED = st.sampled_from(["authorization", "bare", "cookie", "set-cookie", "api-key", "query", "encoded-query"])


@law
@given(
    credential=CREDENTIALS,
    place=CARRIED,
    elsewhere=st.sets(st.sampled_from([place for place in PLACES if place != "body"])),
)
def test_no_other_credential_that_an_exchange_carries_reaches_a_report(
    credential: str, place: str, elsewhere: set[str]
) -> None:
    contract = CONTRACTS["replyke"]
    redactor = Redactor([contract])
    cookies = {"cookie", "set-cookie"}
    if cookies & {place, *elsewhere}:  # a semicolon or a quote ends a cookie's value
        credential = credential.replace('"', "g")
    exchanges = [exchange(redactor, "sendMessage", credential, {place, *elsewhere})]
    assert_nowhere(
        contract, [*exchanges, exchange(redactor, "listMessages", credential, {"text", "reply"})], credential
    )


@pytest.mark.parametrize(
    ("contract", "operation", "sent", "answered"),
    [
        ("replyke", "signIn", {"email": "a@b.c", "password": "SECRET"}, {"accessToken": "SECRET", "refreshToken": "x"}),
        ("replyke", "verifyExternalUser", {"userJwt": "SECRET"}, {"refreshToken": "SECRET"}),
        ("amity", "createSession", {"userId": "a", "authToken": "SECRET"}, {"accessToken": "SECRET"}),
        ("avaya-spaces", "authenticateAnonymously", {}, {"token": "SECRET"}),
        ("ziik", "authenticate", {"username": "a", "password": "SECRET"}, [{"jwt": "SECRET"}]),
    ],
)
def test_no_password_or_token_of_a_body_reaches_a_report(
    contract: str, operation: str, sent: Any, answered: Any
) -> None:
    """What one exchange gives is left out of the others as well."""
    secret = 'ghijk"XYZ\\top-secret'
    bodies = [json.dumps(body).replace('"SECRET"', json.dumps(secret)).encode() for body in (sent, answered)]
    json_headers = (("Content-Type", "application/json"),)
    first = Exchange(
        method="POST",
        url="http://127.0.0.1/login",
        request_headers=json_headers,
        request_body=bodies[0],
        status=200,
        response_headers=json_headers,
        response_body=bodies[1],
        operation=operation,
    )
    later = Exchange(method="GET", url=f"http://127.0.0.1/?note={quote(secret)}", status=200, comment=secret)
    assert_nowhere(CONTRACTS[contract], [later, first], secret)
