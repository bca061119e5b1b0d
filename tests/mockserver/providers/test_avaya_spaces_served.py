"""Avaya Spaces through a server: the way of a file over a socket, aliases, namespaces, and answers that repeat."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from understudy_mockserver.app import Understudy, create_app
from understudy_mockserver.settings import Settings

API = "/avaya-spaces/api"
TEAM, UPLOADS = f"{API}/spaces/5f2276a8fe5c16664f01c5be", f"{API}/files/getuploadurl"
ME = {"Authorization": "jwt mock-jwt-example"}
PICTURE, SMALL = bytes(range(256)) * 3, b"\x89PNG\r\n\x00\xff"
HELLO = {"content": {"bodyText": "Hello"}}


def declare(client: httpx.Client, *contents: bytes) -> list[dict[str, str]]:
    """Asks for an address for each of these pictures."""
    files = [{"Content-Type": "image/png", "Content-Length": len(content)} for content in contents]
    response = client.post(UPLOADS, json={"files": files}, headers=ME)
    assert response.status_code == 200
    addresses: list[dict[str, str]] = response.json()["data"]
    return addresses


def put(client: httpx.Client, address: dict[str, str], content: bytes) -> httpx.Response:
    return client.put(address["url"], content=content, headers={"Content-Type": "image/png"})


def chat(client: httpx.Client, **file: Any) -> httpx.Response:
    return client.post(f"{TEAM}/chats", json={"content": {"bodyText": "Look", "data": [file]}}, headers=ME)


def test_a_file_goes_from_its_declaration_to_its_download(client: httpx.Client) -> None:
    addresses = declare(client, PICTURE, SMALL)
    for address, content in zip(addresses, (PICTURE, SMALL), strict=True):
        stored = put(client, address, content)
        assert (stored.status_code, stored.content) == (200, b"")
    key, thumbnail = (address["fileKey"] for address in addresses)
    sent = {"fileId": key, "fileType": "image", "name": "Übung.png", "thumbnailFile": thumbnail}
    [message] = chat(client, **sent).json()["data"]
    [file] = message["content"]["data"]
    assert file.items() >= {**sent, "fileSize": len(PICTURE), "providerFileType": "image/png"}.items()
    for link, content in (("path", PICTURE), ("previewUrl", PICTURE), ("thumbnailUrl", SMALL)):
        download = client.get(file[link])
        assert (download.status_code, download.content) == (200, content)
        assert download.headers["content-type"] == "application/octet-stream"
        assert download.headers["x-content-type-options"] == "nosniff"
        assert download.headers["content-disposition"].startswith("attachment; ")
    name = "attachment; filename=\"_bung.png\"; filename*=UTF-8''%C3%9Cbung.png"
    assert client.get(file["path"]).headers["content-disposition"] == name


@pytest.mark.parametrize("content", [PICTURE[:-1], PICTURE + b"x", b""])
def test_a_file_of_another_size_is_not_stored(client: httpx.Client, content: bytes) -> None:
    [address] = declare(client, PICTURE)
    refused = put(client, address, content)
    assert (refused.status_code, refused.json()["code"]) == (400, "upload.size_mismatch")
    key = address["fileKey"]
    assert chat(client, fileId=key).json()["code"] == "file.not_uploaded"
    assert client.get(f"/avaya-spaces/files/{key}").json()["code"] == "download.not_found"
    assert put(client, address, PICTURE).status_code == 200
    assert chat(client, fileId=key).status_code == 200


def test_a_file_needs_no_type_to_be_uploaded(client: httpx.Client) -> None:
    [address] = declare(client, SMALL)
    assert client.put(address["url"], content=SMALL).status_code == 200


@pytest.mark.parametrize("kind", ["chats", "ideas", "tasks"])
def test_a_topic_is_another_word_for_a_space(client: httpx.Client, kind: str) -> None:
    body = {**HELLO, "assignees": [], "dueDate": "", "status": 0}
    answers = [
        client.post(f"{API}/{word}/5f2276a8fe5c16664f01c5be/{kind}", json=body, headers=ME)
        for word in ("spaces", "topics")
    ]
    categories = [(answer.status_code, answer.json()["data"][0]["category"]) for answer in answers]
    assert categories == [(200, kind[:-1])] * 2


def test_the_direct_space_is_at_the_old_path_too(client: httpx.Client) -> None:
    spaces = [
        client.get(f"{API}/{word}/direct/user/5efc5417aa4a347af96de292", headers=ME).json()["data"][0]["_id"]
        for word in ("spaces", "topics")
    ]
    assert spaces[0] == spaces[1]


def test_an_anonymous_token_opens_a_space_with_its_pin(client: httpx.Client) -> None:
    token = client.post(f"{API}/anonymous/auth", json={"displayname": "Guest"}).json()["token"]
    headers = {"Authorization": f"jwt {token}", "spaces-x-space-password": "246810"}
    response = client.post(f"{API}/spaces/5f2276a8fe5c16664f01c5c0/chats", json=HELLO, headers=headers)
    assert response.json()["data"][0]["sender"]["displayname"] == "Guest"


def test_two_namespaces_do_not_see_each_other(client: httpx.Client) -> None:
    [address] = declare(client, SMALL)
    token = client.post(f"{API}/anonymous/auth").json()["token"]
    other = {"Understudy-Namespace": "elsewhere"}
    assert client.get(f"/avaya-spaces/files/{address['fileKey']}", headers=other).status_code == 404
    strangers = client.post(f"{TEAM}/chats", json=HELLO, headers={**other, "Authorization": f"jwt {token}"})
    assert strangers.json()["code"] == "token.invalid"
    # The address itself says which namespace it is of.
    assert httpx.put(address["url"], content=SMALL, trust_env=False).status_code == 200
    assert client.get(f"/avaya-spaces/files/{address['fileKey']}").content == SMALL


def replay(app: Understudy, namespace: str) -> list[bytes]:
    """The bytes of the same answers of a server in this process."""

    async def run() -> list[bytes]:
        headers = {**ME, "Understudy-Namespace": namespace}
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as session:
            task = {**HELLO, "assignees": [], "dueDate": "", "status": 1}
            files = {"files": [{"Content-Type": "image/png", "Content-Length": 1}]}
            answers = [
                await session.post(f"{TEAM}/chats", json=HELLO),
                await session.post(f"{TEAM}/tasks", json=task),
                await session.post(UPLOADS, json=files),
                await session.post(f"{API}/anonymous/auth", json={}),
                await session.get(f"{API}/spaces/direct/user/5efc5417aa4a347af96de292"),
            ]
        assert {answer.status_code for answer in answers} == {200}
        return [answer.content for answer in answers]

    return asyncio.run(run())


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, second, other = (create_app(["avaya-spaces"], Settings(seed=seed)) for seed in (1, 1, 2))
    answers = replay(first, "default")
    assert answers == replay(second, "default")
    assert all(mine != theirs for mine, theirs in zip(answers, replay(other, "default"), strict=True))


def test_a_fresh_namespace_starts_from_the_beginning() -> None:
    app = create_app(["avaya-spaces"], Settings(seed=1))
    first = replay(app, "one")
    second = [answer.replace(b"~two", b"~one") for answer in replay(app, "two")]
    # The token's issuer is the namespace's own address.
    assert (first[:3], first[4]) == (second[:3], second[4])
    assert first[3] != second[3]
