"""Where Replyke's mock answers: its paths, namespaces and seeds, and what it says to what is none of its operations."""

from __future__ import annotations

import asyncio
import re
import secrets
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.mockserver.forms import Part
from tests.mockserver.providers.replyke import (
    PNG,
    bearer,
    conversation_id,
    created,
    file,
    message_id,
    messages,
    project_id,
    quoted,
    refusal,
    send,
    send_form,
)
from tests.servers import serve
from understudy_mockserver.app import Understudy, create_app
from understudy_mockserver.limits import Limits
from understudy_mockserver.settings import Settings

HELLO: dict[str, Any] = {"content": "hello"}
PATHS = [
    f"/{project_id(1)}/api/v7/conversations/{conversation_id(1)}/messages",
    f"/v7/{project_id(1)}/chat/conversations/{conversation_id(1)}/messages",
    f"/api/v6/{project_id(1)}/api/v7/conversations/{conversation_id(1)}/messages",
    f"/v7/{project_id(1)}/v7/chat/conversations/{conversation_id(1)}/messages",
]
CODE = re.compile(r"[a-z-]+/[a-z-]+")


def ask(app: Understudy, *requests: dict[str, Any]) -> list[httpx.Response]:
    """What a mock in this process answers to requests, one after the other."""

    async def run() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return [await client.request(**{"method": "POST", **request}) for request in requests]

    return asyncio.run(run())


def hello(url: str) -> dict[str, Any]:
    return {"url": url, "headers": bearer("alice"), "json": HELLO}


# --- Paths


@pytest.mark.parametrize("path", PATHS)
def test_every_known_path_leads_to_the_same_conversation(client: httpx.Client, path: str) -> None:
    reply = created(client.post(f"/replyke{path}", headers=bearer("alice"), json=HELLO))
    assert (reply["projectId"], reply["conversationId"]) == (project_id(1), conversation_id(1))
    for other in PATHS:
        body = {"content": "see", "quotedMessageId": reply["id"]}
        seen = created(client.post(f"/replyke{other}", headers=bearer("bob"), json=body))
        assert seen["quotedMessage"]["id"] == reply["id"]


@pytest.mark.parametrize("prefix", ["", "/replyke", "/~a", "/~a/replyke"])
@pytest.mark.parametrize("path", PATHS)
def test_a_single_contract_is_served_at_the_root_too(prefix: str, path: str) -> None:
    [response] = ask(create_app(["replyke"]), hello(prefix + path))
    created(response)


@pytest.mark.parametrize("path", PATHS)
def test_of_several_contracts_none_is_served_at_the_root(client: httpx.Client, path: str) -> None:
    response = client.post(path, headers=bearer("alice"), json=HELLO)
    assert response.status_code == 404
    assert "/replyke/" in response.text


def test_the_root_and_the_base_path_are_one_place() -> None:
    body = {"content": "see", "quotedMessageId": message_id(1)}
    reply = {"content": "re", "parentMessageId": message_id(1)}
    requests = [{**hello(PATHS[1]), "json": reply}, {**hello(f"/replyke{PATHS[1]}"), "json": body}]
    _, response = ask(create_app(["replyke"]), *requests)
    assert created(response)["quotedMessage"]["threadReplyCount"] == 2


# --- What is no operation


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"url": "/replyke/nowhere"}, 404),
        ({"url": "/replyke/nowhere", "method": "GET"}, 404),
        ({"url": f"/replyke{messages()}/{message_id(1)}"}, 405),
        ({"url": f"/replyke{messages()}/{message_id(1)}/nowhere"}, 404),
        ({"url": f"/replyke{messages()}", "method": "PUT"}, 405),
        ({"url": f"/replyke{messages()}", "method": "DELETE", "headers": bearer("alice")}, 405),
        ({"url": f"/replyke{messages()}", "headers": bearer("alice"), "data": HELLO}, 415),
        ({"url": f"/replyke{messages()}", "headers": bearer("alice"), "content": "hello"}, 415),
    ],
)
def test_what_is_no_operation_is_refused_in_the_vendors_form(
    client: httpx.Client, request_: dict[str, Any], status: int
) -> None:
    response = client.request(**{"method": "POST", **request_})
    assert response.status_code == status
    assert response.headers["Content-Type"].partition(";")[0] == "application/json"
    assert response.json().keys() == {"error", "code"}
    assert CODE.fullmatch(response.json()["code"])
    assert response.headers["Understudy-Verdict"].startswith("refused")


def test_a_wrong_method_is_told_the_right_ones(client: httpx.Client) -> None:
    allowed = client.put(f"/replyke{messages()}").headers["Allow"]
    assert "POST" in allowed
    assert "PUT" not in allowed


def test_a_path_is_unknown_before_anything_is_asked_of_its_caller(client: httpx.Client) -> None:
    assert client.post("/replyke/nowhere").status_code == 404


def test_a_slash_at_the_end_makes_another_path_or_the_same_message(client: httpx.Client) -> None:
    """The vendor's answer is not known; a redirect would lose the body."""
    response = client.post(f"/replyke{messages()}/", headers=bearer("alice"), json=HELLO)
    assert response.status_code in (201, 404)


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_head_and_options_send_no_message(client: httpx.Client, method: str) -> None:
    url = f"/replyke{messages(4, project=4)}"
    for _ in range(4):
        response = client.request(method, url, headers=bearer("alice"))
        assert response.status_code in (200, 204, 405)
        assert method != "HEAD" or not response.content
    created(client.post(url, headers=bearer("alice"), json=HELLO))


def test_a_body_may_come_in_chunks(client: httpx.Client) -> None:
    headers = {**bearer("alice"), "Content-Type": "application/json"}
    chunks = iter([b'{"content"', b': "hel', b'lo"}'])
    assert created(client.post(f"/replyke{messages()}", headers=headers, content=chunks))["content"] == "hello"


# --- Namespaces


def test_namespaces_do_not_see_each_other(client: httpx.Client) -> None:
    mine = created(send(client, content="mine", parentMessageId=message_id(1)))
    assert quoted(client, message_id(1))["threadReplyCount"] == 2
    client.headers["Understudy-Namespace"] += "-other"
    assert quoted(client, message_id(1))["threadReplyCount"] == 1
    response = send(client, content="see", quotedMessageId=mine["id"])
    assert refusal(response) == (404, "chat/message-not-found")


def test_a_namespace_is_the_same_by_header_and_by_prefix(client: httpx.Client) -> None:
    name = client.headers["Understudy-Namespace"]
    mine = created(send(client, content="mine"))
    del client.headers["Understudy-Namespace"]
    body = {"content": "see", "quotedMessageId": mine["id"]}
    response = client.post(f"/~{name}/replyke{messages()}", headers=bearer("bob"), json=body)
    assert created(response)["quotedMessage"]["content"] == "mine"
    assert send(client, **body).status_code == 404


def test_allowances_are_a_namespaces_own(client: httpx.Client) -> None:
    url = f"/replyke{messages(4, project=4)}"
    statuses = [client.post(url, headers=bearer("alice"), json=HELLO).status_code for _ in range(4)]
    assert statuses == [201, 201, 201, 429]
    client.headers["Understudy-Namespace"] += "-other"
    created(client.post(url, headers=bearer("alice"), json=HELLO))


@pytest.mark.parametrize("name", ["a", "A.b_c-9", "x" * 64, "0"])
def test_a_namespace_is_made_by_its_first_use(client: httpx.Client, name: str) -> None:
    del client.headers["Understudy-Namespace"]
    headers = {**bearer("alice"), "Understudy-Namespace": name}
    created(client.post(f"/replyke{messages()}", headers=headers, json=HELLO))
    created(client.post(f"/~{name}/replyke{messages()}", headers=bearer("alice"), json=HELLO))


@pytest.mark.parametrize("name", ["two words", "a/b", "ä", "x" * 65, "..", "-a", "a%2Fb", "*"])
def test_what_can_be_no_namespace_is_refused_with_advice(client: httpx.Client, name: str) -> None:
    headers = {**bearer("alice"), "Understudy-Namespace": name.encode()}
    response = client.post(f"/replyke{messages()}", headers=headers, json=HELLO)  # type: ignore[arg-type]
    assert response.status_code == 400
    assert "letters" in response.text


def test_a_prefix_that_can_be_no_namespace_is_refused(client: httpx.Client) -> None:
    for name in ("two%20words", "x" * 65, "-a"):
        assert client.post(f"/~{name}/replyke{messages()}", headers=bearer("alice"), json=HELLO).status_code == 400


# --- Seeds


def script(client: httpx.Client) -> list[bytes]:
    """The bodies that one run of everything answers; file addresses hold the Host, which is the same each time."""
    client.headers["Host"] = "localhost"
    first = send(client, localId="l1", **HELLO)
    [kept] = (formed := send_form(client, file(PNG, "a.png", "image/png"), Part("content", "x"))).json()["files"]
    path = re.sub(r"^https?://[^/]+", "", kept["originalPath"])
    answers = [
        first,
        formed,
        send(client, content="see", quotedMessageId=formed.json()["id"]),
        send(client, content="re", parentMessageId=first.json()["id"]),
        send(client),
        send(client, by="erin", **HELLO),
        client.get(path),
    ]
    return [answer.content for answer in answers]


def seeded(folder: Path, *arguments: str) -> list[bytes]:
    folder.mkdir()
    with serve(folder, "replyke", *arguments) as served, httpx.Client(base_url=served.url, trust_env=False) as client:
        return script(client)


def test_the_same_seed_and_requests_give_the_same_bytes(tmp_path: Path) -> None:
    one, two = (seeded(tmp_path / name, "--seed", "7") for name in ("one", "two"))
    assert one == two
    assert one[-1] == PNG


def test_another_seed_gives_other_ids() -> None:
    apps = [create_app(["replyke"], Settings(seed=seed)) for seed in (7, 8)]
    one, two = (created(*ask(app, hello(PATHS[1]))) for app in apps)
    assert one["id"] != two["id"]
    assert one["createdAt"] == two["createdAt"]


def test_without_a_seed_ids_differ_from_run_to_run() -> None:
    replies = [created(*ask(create_app(["replyke"]), hello(PATHS[1]))) for _ in range(2)]
    assert replies[0]["id"] != replies[1]["id"]


def test_a_seeded_namespace_is_not_moved_by_what_others_do() -> None:
    """So that tests can run side by side, in any order."""
    app = create_app(["replyke"], Settings(seed=7))
    other = secrets.token_hex(4)
    first, *_, second = ask(app, hello("/~a" + PATHS[1]), *[hello(f"/~{other}{PATHS[1]}")] * 3, hello("/~a" + PATHS[1]))
    alone = ask(create_app(["replyke"], Settings(seed=7)), *[hello("/~a" + PATHS[1])] * 2)
    assert [first.content, second.content] == [response.content for response in alone]


def test_a_seeded_message_does_not_depend_on_requests_that_were_refused_or_forced() -> None:
    """Apart from its time, which moves with each request."""
    refused = {**hello(PATHS[1]), "json": {}}
    forced = {**hello(PATHS[1]), "headers": {**bearer("alice"), "Prefer": "code=201"}}
    *_, late = ask(create_app(["replyke"], Settings(seed=7)), refused, forced, hello(PATHS[1]))
    [early] = ask(create_app(["replyke"], Settings(seed=7)), hello(PATHS[1]))
    assert created(late)["id"] == created(early)["id"]


# --- Bounds


def test_a_file_whose_bytes_were_given_up_is_not_found_rather_than_empty() -> None:
    """The mock keeps only so many bytes; who fetches others must not be told that the file was empty."""
    app = create_app(["replyke"], Settings(limits=Limits(blobs=10)))
    form = {"url": PATHS[1], "headers": bearer("alice")}
    files = [{"files": ("a.txt", letter * 8, "text/plain")} for letter in (b"a", b"b")]
    first, second = (created(response) for response in ask(app, *[{**form, "files": each} for each in files]))
    urls = [reply["files"][0]["originalPath"] for reply in (first, second)]
    gone, kept = ask(app, *[{"method": "GET", "url": url} for url in urls])
    assert (kept.status_code, kept.content) == (200, b"b" * 8)
    assert gone.status_code == 404
