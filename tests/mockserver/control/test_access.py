"""Who may steer the mock: clients on the machine itself, or with the token; never a page of another origin."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.mockserver.control.steering import ORIGIN, Steered
from understudy_mockserver.control import handlers
from understudy_mockserver.control.app import FOLDER
from understudy_mockserver.settings import Settings
from understudy_validators import compile_folder, wire
from understudy_validators.lint import lint_folder

CONTRACT = compile_folder(FOLDER)
HERE = "/_understudy/namespaces"


def from_elsewhere(steered: Steered, path: str = HERE, **headers: str) -> httpx.Response:
    """A request of another machine."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(steered.app, client=("192.0.2.7", 4711))
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
            return await client.get(path, headers=headers)

    return asyncio.run(ask())


def test_a_client_on_the_machine_needs_no_credential() -> None:
    assert Steered().request("GET", HERE).status_code == 200


def test_a_client_of_another_machine_needs_the_token() -> None:
    steered = Steered(Settings(control_token="s3cret"))
    assert from_elsewhere(steered).json()["code"] == "token-missing"
    assert from_elsewhere(steered, Authorization="Bearer wrong").json()["code"] == "token-wrong"
    assert from_elsewhere(steered, Authorization="Bearer s3cret").status_code == 200


def test_without_a_token_no_credential_opens_it() -> None:
    for value in ("Bearer ", "Bearer", "Bearer x", "x"):
        assert from_elsewhere(Steered(), Authorization=value).status_code == 401, value


def test_who_comes_through_a_proxy_is_of_another_machine() -> None:
    headers = {"X-Forwarded-For": "127.0.0.1"}
    assert Steered().request("GET", HERE, headers=headers).json()["code"] == "token-missing"


def test_a_wrong_token_is_refused_on_the_machine_too() -> None:
    assert Steered().request("GET", HERE, headers={"Authorization": "Bearer x"}).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_page_of_another_origin_changes_nothing(headers: dict[str, str]) -> None:
    steered = Steered()
    refused = steered.request("POST", f"{HERE}/t/reset", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "stranger")
    assert steered.request("GET", HERE).json() == {"namespaces": []}


def test_a_page_of_this_machine_may_steer() -> None:
    headers = {"Origin": "http://localhost:3000", "Sec-Fetch-Site": "same-site"}
    assert Steered().request("POST", f"{HERE}/t/reset", headers=headers).status_code == 200


def test_another_host_is_not_served() -> None:
    response = Steered().request("GET", HERE, headers={"Host": "evil.example"})
    assert (response.status_code, response.json()["code"]) == (421, "misdirected")


def test_probes_are_answered_whoever_asks() -> None:
    steered = Steered()
    for path in ("/healthz", "/readyz", "/_understudy/healthz"):
        assert from_elsewhere(steered, path, Host="10.0.0.3:4010").status_code == 200, path


def test_metrics_are_not_for_everybody() -> None:
    assert from_elsewhere(Steered(), "/metrics").status_code == 401


def test_a_form_is_no_json() -> None:
    """What a page can send without asking is not read."""
    response = Steered().request("POST", f"{HERE}/t/force", data={"contract": "replyke"})
    assert (response.status_code, response.json()["code"]) == (415, "not-json")


def test_the_api_describes_itself() -> None:
    steered = Steered()
    document = steered.request("GET", "/_understudy/openapi.json").json()
    assert "/namespaces/{namespace}/force" in document["paths"]
    page = steered.request("GET", "/_understudy/docs")
    assert "Understudy control API" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_every_operation_has_a_handler_and_every_handler_an_operation() -> None:
    assert set(CONTRACT.operations) == {*handlers.HANDLERS, "followJournal"}


def test_the_contract_has_no_mistakes() -> None:
    assert lint_folder(FOLDER) == []


@pytest.mark.parametrize("name", [answer.name for answer in CONTRACT.answers.values() if answer.trigger])
def test_every_error_with_a_trigger_can_be_caused_by_it(name: str) -> None:
    steered = Steered()
    *before, last = [wire.build(CONTRACT, step) for step in CONTRACT.answers[name].trigger]
    assert not before
    headers, body = last.encode()
    response = steered.request(last.method, f"/_understudy{last.path}", headers=headers, content=body)
    assert (response.status_code, response.json()["code"]) == (CONTRACT.answers[name].status, name)
