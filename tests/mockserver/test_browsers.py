"""What browsers and testers get beside the vendor's answers: CORS, the Host allow-list, `Prefer`, and the verdict."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.mockserver.providers.replyke import (
    bearer,
    conversation_id,
    created,
    message_id,
    messages,
    project_id,
    quoted,
    refusal,
    send,
    send_form,
)

ORIGIN = "http://app.example:3000"
GROUP = f"/replyke{messages()}"
HELLO: dict[str, Any] = {"content": "hello"}


def names(header: str) -> set[str]:
    """A list in a header, without regard to case."""
    return {name.strip().lower() for name in header.split(",")}


# --- CORS


@pytest.mark.parametrize(
    "asked",
    [
        "authorization, content-type",
        "authorization,content-type,understudy-namespace,prefer",
        "x-replyke-project-id",
    ],
)
def test_a_preflight_allows_what_the_client_asks_for(client: httpx.Client, asked: str) -> None:
    headers = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": asked,
    }
    response = client.options(GROUP, headers=headers)
    assert response.is_success
    assert response.headers["Access-Control-Allow-Origin"] in (ORIGIN, "*")
    assert "post" in names(response.headers["Access-Control-Allow-Methods"])
    assert names(asked) <= names(response.headers["Access-Control-Allow-Headers"])
    assert not response.content


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_a_preflight_allows_every_method_that_apis_use(client: httpx.Client, method: str) -> None:
    headers = {"Origin": ORIGIN, "Access-Control-Request-Method": method}
    response = client.options(GROUP, headers=headers)
    assert method in response.headers["Access-Control-Allow-Methods"]


def test_a_preflight_needs_no_token(client: httpx.Client) -> None:
    """Browsers never send one along; and nothing is counted as a message."""
    headers = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    for _ in range(5):
        assert client.options(f"/replyke{messages(4, project=4)}", headers=headers).is_success
    created(client.post(f"/replyke{messages(4, project=4)}", headers=bearer("alice"), json=HELLO))


REQUESTS: list[Any] = [
    pytest.param({"url": GROUP, "json": HELLO, "headers": bearer("alice")}, 201, id="accepted"),
    pytest.param({"url": GROUP, "json": {}, "headers": bearer("alice")}, 400, id="invalid"),
    pytest.param({"url": GROUP, "json": HELLO}, 401, id="no token"),
    pytest.param({"url": GROUP, "json": HELLO, "headers": bearer("erin")}, 403, id="no member"),
    pytest.param({"url": "/replyke/nowhere"}, 404, id="no such path"),
    pytest.param({"url": "/nowhere"}, 404, id="no such contract"),
    pytest.param({"url": GROUP, "method": "PUT"}, 405, id="no such method"),
    pytest.param({"url": GROUP, "content": "<a/>", "headers": bearer("alice")}, 415, id="no such media type"),
    pytest.param({"url": GROUP, "headers": {"Prefer": "code=500"}}, 500, id="forced"),
    pytest.param({"url": GROUP, "headers": {"Prefer": "code=599"}}, 400, id="unknown preference"),
    pytest.param({"url": f"/~a+b{GROUP}"}, 400, id="no namespace"),
]


@pytest.mark.parametrize(("request_", "status"), REQUESTS)
def test_scripts_may_read_every_answer(client: httpx.Client, request_: dict[str, Any], status: int) -> None:
    headers = {**request_.get("headers", {}), "Origin": ORIGIN}
    response = client.request(**{"method": "POST", **request_, "headers": headers})
    assert response.status_code == status
    assert response.headers["Access-Control-Allow-Origin"] in (ORIGIN, "*")
    exposed = names(response.headers["Access-Control-Expose-Headers"])
    assert {"understudy-verdict", "understudy-violations", "preference-applied", "retry-after"} <= exposed


def test_an_answer_that_depends_on_the_origin_says_so(client: httpx.Client) -> None:
    """Else a cache would give it to another page."""
    response = client.post(GROUP, headers={"Origin": ORIGIN})
    allowed = response.headers["Access-Control-Allow-Origin"]
    assert allowed == "*" or "origin" in names(response.headers["Vary"])


def test_without_an_origin_nothing_is_said_of_origins(client: httpx.Client) -> None:
    response = client.post(GROUP, headers=bearer("alice"), json=HELLO)
    assert not any(name.startswith("access-control-") for name in response.headers)


# --- Host


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:4010", "LocalHost:80", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:4010"]
)
def test_every_name_of_this_machine_is_answered(client: httpx.Client, host: str) -> None:
    created(client.post(GROUP, headers={**bearer("alice"), "Host": host}, json=HELLO))


@pytest.mark.parametrize(
    "host",
    [
        "rebound.example",
        "rebound.example:4010",
        "127.0.0.1.rebound.example",
        "localhost.rebound.example:4010",
        "127-0-0-1.rebound.example",
        "rebound.example:localhost",
        "localhost@rebound.example",
        "notlocalhost",
        "0.0.0.0",
        "192.168.0.1:4010",
        "[::ffff:127.0.0.1]",
        "[2001:db8::1]:4010",
    ],
)
@pytest.mark.parametrize("path", [GROUP, "/replyke/openapi.json", "/replyke/docs", "/", "/nowhere"])
def test_a_page_whose_name_was_rebound_to_this_machine_reads_nothing(
    client: httpx.Client, host: str, path: str
) -> None:
    """Its requests have its own origin: only the Host gives them away."""
    method = "POST" if path == GROUP else "GET"
    response = client.request(method, path, headers={**bearer("alice"), "Host": host})
    assert response.status_code == 421
    assert "alice" not in response.text.lower()


def test_a_misdirected_request_is_refused_in_the_vendors_form(client: httpx.Client) -> None:
    response = client.post(GROUP, headers={**bearer("alice"), "Host": "rebound.example"}, json=HELLO)
    assert response.json().keys() == {"error", "code"}


# --- Prefer


def prefer(client: httpx.Client, preference: str, **fields: Any) -> httpx.Response:
    return client.post(GROUP, headers={**bearer("alice"), "Prefer": preference}, json=fields or HELLO)


def test_an_answer_can_be_asked_for_by_its_name(client: httpx.Client) -> None:
    response = prefer(client, "example=posting-restricted")
    assert response.status_code == 403
    error = "Only space admins and moderators can send messages in this conversation."
    assert response.json() == {"error": error, "code": "chat/not-a-member"}
    assert response.headers["Preference-Applied"] == "example=posting-restricted"


def test_an_answer_can_be_asked_for_by_the_vendors_code(client: httpx.Client) -> None:
    response = prefer(client, "example=chat/invalid-parent")
    assert refusal(response) == (400, "chat/invalid-parent")
    assert response.headers["Preference-Applied"] == "example=chat/invalid-parent"


@pytest.mark.parametrize("status", [201, 400, 401, 403, 404, 413, 429, 500, 503])
def test_an_answer_can_be_asked_for_by_its_status(client: httpx.Client, status: int) -> None:
    response = prefer(client, f"code={status}")
    assert response.status_code == status
    assert response.content
    assert response.headers["Preference-Applied"] == f"code={status}"


@pytest.mark.parametrize(
    "preference",
    [
        "code=403, example=suspended",
        "code=403; example=suspended",
        'example="suspended", code="403"',
        "Example=suspended",
        "respond-async, wait=10, example=suspended",
        "example=user/suspended",
    ],
)
def test_a_preference_is_read_as_its_rfc_says(client: httpx.Client, preference: str) -> None:
    assert refusal(prefer(client, preference)) == (403, "user/suspended")


@pytest.mark.parametrize("preference", ["return=minimal", "respond-async", "wait=100", "status-code=403", ""])
def test_preferences_of_others_are_not_ours(client: httpx.Client, preference: str) -> None:
    response = prefer(client, preference)
    assert response.status_code == 201
    assert "Preference-Applied" not in response.headers


def test_preferences_in_several_headers_are_one_list(client: httpx.Client) -> None:
    headers = [*bearer("alice").items(), ("Prefer", "example=suspended"), ("Prefer", "return=minimal")]
    assert refusal(client.post(GROUP, headers=headers, json=HELLO)) == (403, "user/suspended")


@pytest.mark.parametrize("preference", ["code=599", "example=nothing", "code=400, example=suspended", "code=abc"])
def test_an_unknown_preference_is_told_what_there_is(client: httpx.Client, preference: str) -> None:
    response = prefer(client, preference)
    assert response.status_code == 400
    assert "Preference-Applied" not in response.headers
    for name in ("created", "not-a-member", "suspended", "rate-limited", "server-error"):
        assert name in response.text


def test_a_forced_answer_needs_neither_token_nor_body(client: httpx.Client) -> None:
    assert client.post(GROUP, headers={"Prefer": "code=503"}).status_code == 503


def test_a_forced_answer_holds_what_the_request_says(client: httpx.Client) -> None:
    """The address of the project that has no chat is that of the request's project."""
    url = prefer(client, "example=chat-not-installed").json()["dashboardUrl"]
    assert url == f"https://dash.replyke.com/{project_id(1)}/database"


@pytest.mark.parametrize("preference", ["code=201", "example=created", "code=403", "example=nothing"])
def test_forcing_leaves_everything_as_it_was(client: httpx.Client, preference: str) -> None:
    prefer(client, preference, content="re", parentMessageId=message_id(1))
    assert quoted(client, message_id(1))["threadReplyCount"] == 1


def test_forcing_uses_up_no_allowance(client: httpx.Client) -> None:
    url = f"/replyke{messages(4, project=4)}"
    for _ in range(4):
        client.post(url, headers={**bearer("alice"), "Prefer": "code=403"}, json=HELLO)
    created(client.post(url, headers=bearer("alice"), json=HELLO))


def test_a_forced_answer_is_marked_as_one(client: httpx.Client) -> None:
    assert prefer(client, "code=503").headers["Understudy-Verdict"].startswith("forced")


# --- Verdict and violations


def violations(response: httpx.Response) -> list[dict[str, Any]]:
    text = response.headers["Understudy-Violations"]
    assert text.isascii()
    assert text.isprintable()
    found: list[dict[str, Any]] = json.loads(text)
    return found


def test_the_verdict_names_the_rule_that_decided(client: httpx.Client) -> None:
    response = send(client, by="erin", **HELLO)
    verdict, _, rule = response.headers["Understudy-Verdict"].partition("; rule=")
    assert verdict == "refused"
    [found] = violations(response)
    assert found["rule"] == rule


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"content": "x" * 5000},
            {"path": "/body/content", "rule": "maxLength", "limit": 4000, "actual": 5000},
        ),
        (
            {"content": 7},
            {"path": "/body/content", "rule": "type", "limit": "string", "actual": "integer"},
        ),
        (
            {"content": "re", "parentMessageId": 'ä☃\n"\\\x7f'},
            {"path": "/body/parentMessageId", "actual": 'ä☃\n"\\\x7f'},
        ),
    ],
)
def test_a_violation_says_where_and_by_how_much(
    client: httpx.Client, fields: dict[str, Any], expected: dict[str, Any]
) -> None:
    """As JSON in ASCII: headers carry nothing else unharmed."""
    [found] = violations(send(client, **fields))
    assert found.keys() == {"path", "rule", "limit", "actual"}
    assert {**found, **expected} == found


def test_all_violations_are_told_at_once(client: httpx.Client) -> None:
    fields: dict[str, Any] = {
        "content": "ä" * 4001,
        "gif": {"id": 1},
        "mentions": [{"type": "robot"}],
        "metadata": {"☃": "☃" * 4000},
        "localId": 7,
        "quotedMessageId": message_id(6),
    }
    response = send(client, by="erin", **fields)
    assert refusal(response) == (400, "chat/invalid-body")
    paths = [found["path"] for found in violations(response)]
    gif = [f"/body/gif/{name}" for name in ("url", "gifUrl", "gifPreviewUrl", "altText", "aspectRatio", "id")]
    assert set(paths) >= {
        *gif,
        "/body/content",
        "/body/mentions/0",
        "/body/metadata",
        "/body/localId",
        "/path/conversationId",
        "/body/quotedMessageId",
    }


def test_rules_that_are_broken_together_are_told_together(client: httpx.Client) -> None:
    """No content, no member, no parent, nothing to quote: four in one answer, in their order."""
    response = send(client, by="erin", parentMessageId="x", quotedMessageId="y")
    assert refusal(response) == (400, "chat/empty-message")
    paths = [found["path"] for found in violations(response)]
    assert paths == ["/body", "/path/conversationId", "/body/parentMessageId", "/body/quotedMessageId"]


def test_more_violations_than_fit_into_a_header_leave_the_answer_readable(client: httpx.Client) -> None:
    """Clients refuse more than 8 KB of headers."""
    response = send(client, content="hello", mentions=[{"type": "user"}] * 2000)
    assert refusal(response) == (400, "chat/invalid-body")
    assert len(response.headers["Understudy-Violations"]) < 8000
    assert violations(response)[0]["path"].startswith("/body/mentions/0")


def test_no_violation_repeats_a_credential(client: httpx.Client) -> None:
    response = client.post(GROUP, headers={"Authorization": "Bearer my-own-secret"}, json=HELLO)
    assert response.status_code == 403
    assert not any("my-own-secret" in value for value in response.headers.values())


def test_the_reason_rides_in_headers_and_never_in_the_vendors_body(client: httpx.Client) -> None:
    responses = [
        send(client, content="x" * 4001),
        send(client, by="carol", **HELLO),
        send(client, to=3, by="bob", **HELLO),
        send_form(client),
    ]
    for response in responses:
        assert response.json().keys() == {"error", "code"}
        assert violations(response)


def test_conversations_are_told_by_their_id_not_by_their_name(client: httpx.Client) -> None:
    [found] = violations(send(client, by="erin", **HELLO))
    assert found["actual"] == conversation_id(1)
