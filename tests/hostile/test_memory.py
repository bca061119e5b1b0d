"""Memory rises to a limit and comes back."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator

import pytest

from tests.hostile.attack import ALICE, HELLO, MESSAGES, PATIENCE, Target, fresh, is_framed, read_answer, request
from tests.hostile.test_multipart import PATH, TYPE
from tests.servers import serve
from understudy_validators import Contract

MB = 2**20


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A server of its own, with nothing in its memory yet."""
    limits = ("receive=2", "file=2MB", "messages=25", "namespaces=20")
    options = [word for limit in limits for word in ("--limit", limit)]
    with serve(tmp_path_factory.mktemp("memory"), *options) as served:
        target = Target(served)
        target.lives()
        yield target


def settles(target: Target, most: int) -> bool:
    """Whether the server's memory falls below so many bytes."""
    deadline = time.monotonic() + PATIENCE
    while target.memory() > most:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_200_mb_in_chunks_rise_to_the_limit_and_no_further(alone: Target, contracts: dict[str, Contract]) -> None:
    before, highest = alone.memory(), 0
    with alone.connection() as sock:
        head = f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer alice-token\r\n"
        sock.sendall(f"{head}Content-Type: {TYPE}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        for _ in range(200):
            with contextlib.suppress(ConnectionError):
                sock.sendall(b"100000\r\n" + bytes(MB) + b"\r\n")
            highest = max(highest, alone.memory())
        is_framed(read_answer(sock), contracts["replyke"], "body-too-large")
    alone.lives()
    # The contract allows a file of 50 MB; a buffer that grows is there twice for a moment.
    assert highest - before < 130 * MB
    assert settles(alone, before + 25 * MB)


def test_large_bodies_that_are_refused_leave_nothing(alone: Target) -> None:
    content = json.dumps({**HELLO, "metadata": {"x": ["y" * 1000] * 900}}).encode()
    before = alone.memory()
    for _ in range(100):
        alone.ask("POST", fresh(MESSAGES), {**ALICE, "Content-Type": "application/json"}, content[:-1])
    assert settles(alone, before + 40 * MB)
    alone.lives()


def test_half_bodies_of_clients_that_left_are_given_up(alone: Target) -> None:
    before = alone.memory()
    for _ in range(60):
        with alone.connection() as sock:
            head = request("POST", PATH, {**ALICE, "Content-Type": TYPE, "Content-Length": str(30 * MB)})
            with contextlib.suppress(ConnectionError):
                sock.sendall(head + bytes(2 * MB))
    assert settles(alone, before + 40 * MB)
    alone.lives()


def test_messages_beyond_the_limit_make_the_oldest_go(alone: Target) -> None:
    headers = {**ALICE, "Content-Type": "application/json"}
    path = "/~one/ziik/conversations/123/messages"
    sent = {**headers, "Authorization": "Bearer mock.john.token"}
    texts = [f"number {number}" for number in range(40)]
    for text in texts:
        assert alone.ask("POST", path, sent, json.dumps({"message": text}).encode()).status in (200, 201)
    listed = alone.ask("GET", f"{path}?limit=100", {"Authorization": "Bearer mock.john.token"}).value["data"]
    kept = [message["message"] for message in listed]
    assert set(kept) <= set(texts[-26:]), kept
    assert texts[-1] in kept
    alone.lives()


def test_namespaces_beyond_the_limit_make_the_one_that_was_used_longest_ago_go(alone: Target) -> None:
    headers = {**ALICE, "Content-Type": "application/json"}
    created = {**HELLO, "messageId": "only-once"}
    body = json.dumps(created).encode()
    assert alone.ask("POST", f"/~kept{MESSAGES}", headers, body).status == 200
    assert alone.ask("POST", f"/~lost{MESSAGES}", headers, body).status == 200
    for number in range(25):
        alone.ask("POST", f"/~other-{number}{MESSAGES}", headers, body)
        assert alone.ask("POST", f"/~kept{MESSAGES}", headers, body).status != 200
    assert alone.ask("POST", f"/~lost{MESSAGES}", headers, body).status == 200
