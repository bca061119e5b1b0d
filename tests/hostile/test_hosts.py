"""Requests that a stranger's page makes in a browser on this machine: DNS rebinding, and foreign origins."""

from __future__ import annotations

import json

import pytest

from tests.hostile.attack import ALICE, HELLO, MESSAGES, Target, is_clean, is_framed, request
from understudy_validators import Contract

JSON = {**ALICE, "Content-Type": "application/json"}
BODY = json.dumps(HELLO).encode()
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
STRANGE = [
    "evil.example",
    "evil.example:4010",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "evil.example:127.0.0.1",
    "127.0.0.1@evil.example",
    "evil.example@127.0.0.1",
    "127.0.0.1,evil.example",
    "127.0.0.1 evil.example",
    "127.0.0.1/",
    "127.1",
    "0.0.0.0",
    "2130706433",
    "0x7f.1",
    "[::]",
    "[::ffff:127.0.0.1]",
    "::1",
    "localhost.",
    "xn--localhost-",
    "ⅼocalhost".encode().decode("latin-1"),
    "*",
    "null",
    "%6cocalhost",
    "localhost:4010:evil",
    "localhost:evil",
    ":4010",
    "x" * 5000,
]
PATHS = [
    f"{MESSAGES}",
    "/",
    "/amity/docs",
    "/amity/openapi.json",
    "/_understudy/docs/swagger-ui.css",
    "/replyke/socket.io/?EIO=4&transport=polling",
    "/~world/ziik/docs",
]


@pytest.mark.parametrize("host", STRANGE, ids=[host[:30] for host in STRANGE])
def test_a_stranger_is_told_nothing(target: Target, contracts: dict[str, Contract], host: str) -> None:
    answer = target.send(request("POST", MESSAGES, {**JSON, "Host": host}, BODY))
    assert answer is not None
    assert answer.status in (400, 421), answer
    if answer.status == 421:
        is_framed(answer, contracts["amity"], "misdirected")
    is_clean(answer)
    target.lives()


@pytest.mark.parametrize("path", PATHS)
def test_a_stranger_is_told_nothing_anywhere(target: Target, path: str) -> None:
    answer = target.ask("GET", path, {"Host": "evil.example"})
    assert answer.status == 421
    is_clean(answer)


@pytest.mark.parametrize("path", ["/replyke/socket.io/?EIO=4", "/avaya-spaces/socket.io/?EIO=3", "/x/socket.io/"])
@pytest.mark.parametrize("host", STRANGE[:12])
def test_a_stranger_gets_no_websocket(target: Target, path: str, host: str) -> None:
    answer = target.send(request("GET", f"{path}&transport=websocket", {**UPGRADE, "Host": host}))
    assert answer is not None
    assert answer.status in (400, 403), answer
    is_clean(answer)
    target.lives()


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:80", "[::1]:4010", "127.0.0.1"])
def test_the_machines_own_names_are_served(target: Target, host: str) -> None:
    assert target.send(request("GET", "/amity/openapi.json", {"Host": host})) is not None
    answer = target.ask("GET", "/amity/openapi.json", {"Host": host})
    assert answer.status == 200


ORIGINS = ["null", "http://evil.example", "file://", "chrome-extension://x", "*", "x" * 5000, "http://a b", "\xff"]


@pytest.mark.parametrize("origin", ORIGINS, ids=[origin[:20] for origin in ORIGINS])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_no_origin_breaks_an_answer(target: Target, method: str, origin: str) -> None:
    headers = {
        **JSON,
        "Origin": origin,
        "Access-Control-Request-Headers": "a, b\tc",
        "Access-Control-Request-Method": "X",
    }
    answer = target.send(request(method, MESSAGES, headers, BODY))
    is_clean(answer)
    assert answer is not None
    assert answer.headers["access-control-allow-origin"] == origin
    target.lives()


def test_a_preflight_of_a_stranger_is_refused(target: Target) -> None:
    headers = {"Host": "evil.example", "Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    assert target.ask("OPTIONS", MESSAGES, headers).status == 421
