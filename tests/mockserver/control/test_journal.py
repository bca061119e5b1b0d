"""The journal: asked, followed, handed on; no credential in it."""

from __future__ import annotations

import asyncio
import json
import subprocess
from typing import Any

import httpx
import pytest

from tests.mockserver.control.steering import Steered, wire_of
from tests.servers import Served
from understudy_mockserver.control import stream
from understudy_mockserver.limits import Limits
from understudy_mockserver.server import serving
from understudy_mockserver.settings import Settings


def numbers(steered: Steered, **query: Any) -> list[int]:
    return [entry["number"] for entry in steered.ok("GET", "/journal", **query)["entries"]]


@pytest.fixture
def steered() -> Steered:
    """Alice writes, Carol may not, Bob reads, the clock is stopped."""
    made = Steered()
    made.send()
    made.send({"as": "carol-token"})
    made.send({"send": "listMessages", "as": "bob-token"})
    made.ok("PUT", "/clock", {"advance": 1})
    return made


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [1, 2, 3, 4]),
        ({"kind": "http"}, [1, 2, 3]),
        ({"kind": "control"}, [4]),
        ({"operation": "sendMessage"}, [1, 2]),
        ({"status": 403}, [2]),
        ({"verdict": "refused"}, [2]),
        ({"rule": "active-member"}, [2]),
        ({"caller": "bob"}, [3]),
        ({"caller": "bob-token"}, [3]),
        ({"caller": "Nobody"}, []),
        ({"since": 2}, [3, 4]),
        ({"contract": "replyke", "verdict": "accepted"}, [1, 3]),
    ],
)
def test_entries_are_found_by_what_happened(steered: Steered, query: dict[str, Any], found: list[int]) -> None:
    assert numbers(steered, **query) == found


def test_an_entry_tells_all_that_is_known_of_it(steered: Steered) -> None:
    _, refused, *_ = steered.ok("GET", "/journal")["entries"]
    assert refused["caller"] == {"id": "a0000000-0000-4000-8000-000000000003", "name": "Carol Clay"}
    assert (refused["status"], refused["answer"], refused["rule"]) == (403, "not-a-member", "active-member")
    assert refused["violations"][0]["rule"] == "active-member"
    assert refused["request"]["body"]["content"]
    assert refused["response"]["body"]["code"] == "chat/not-a-member"
    assert refused["milliseconds"] >= 0


def test_no_credential_is_in_it(steered: Steered) -> None:
    steered.send({"send": "signIn"})
    text = json.dumps(steered.ok("GET", "/journal"))
    assert "redacted-" in text
    for credential in ("alice-token", "bob-token", "carol-token", "mock-password"):
        assert credential not in text


def test_forgetting_counts_what_is_gone(steered: Steered) -> None:
    assert steered.ok("DELETE", "/journal") == {"cleared": 4}
    steered.send()
    found = steered.ok("GET", "/journal")
    assert ([entry["number"] for entry in found["entries"]], found["forgotten"]) == ([5], 4)


def test_the_oldest_make_room_and_are_counted() -> None:
    steered = Steered(Settings(limits=Limits(journal=2)))
    for _ in range(3):
        steered.send()
    found = steered.ok("GET", "/journal")
    assert ([entry["number"] for entry in found["entries"]], found["forgotten"]) == ([2, 3], 1)


async def follow(steered: Steered, query: str, lines: int) -> list[str]:
    """Follows the journal; two messages are sent meanwhile. The first lines that are no comments."""
    found: list[str] = []
    path = f"/_understudy/namespaces/t/journal/stream?{query}"
    async with (
        serving(steered.app) as url,
        httpx.AsyncClient(base_url=url, trust_env=False) as client,
        client.stream("GET", path) as response,
        asyncio.timeout(20),
    ):
        incoming = response.aiter_lines()
        assert await anext(incoming) == ": following"
        for step in ({"send": "sendMessage"}, {"send": "sendMessage", "as": "carol-token"}):
            asked = wire_of(step, "t")
            await client.request(asked.pop("method"), asked.pop("path"), **asked)
        async for line in incoming:
            found += [line] if line else []
            if len(found) == lines:
                break
    return found


def test_entries_are_followed_as_they_happen() -> None:
    first, data, second, _ = asyncio.run(follow(Steered(), "", 4))
    assert (first, second) == ("id: 1", "id: 2")
    assert json.loads(data.removeprefix("data: "))["status"] == 201


def test_what_is_followed_can_be_narrowed() -> None:
    assert asyncio.run(follow(Steered(), "verdict=refused", 1)) == ["id: 2"]


def test_a_reader_that_is_behind_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST", 0)
    reader = stream.Reader()
    steered = Steered()
    steered.app.namespaces.open("t").journal.readers.append(reader)
    steered.send()
    assert (reader.waiting.qsize(), reader.missed) == (0, 1)


def test_the_stream_ends_with_the_namespace() -> None:
    steered = Steered()

    async def run() -> bytes:
        async with serving(steered.app) as url, httpx.AsyncClient(base_url=url, trust_env=False) as client:
            path = "/_understudy/namespaces/t/journal/stream"
            async with client.stream("GET", path) as response, asyncio.timeout(20):
                incoming = response.aiter_raw()
                await anext(incoming)
                await client.delete("/_understudy/namespaces/t")
                return b"".join([chunk async for chunk in incoming])

    assert asyncio.run(run()) == b""


def test_a_stream_ends_when_it_was_asked_to() -> None:
    assert "following" in Steered().call("GET", "/journal/stream", seconds=0).text


def test_as_har(steered: Steered) -> None:
    har = json.loads(steered.ok("GET", "/journal/export", **{"as": "har"})["text"])
    assert [entry["response"]["status"] for entry in har["log"]["entries"]] == [201, 403, 200]
    assert har["log"]["entries"][0]["response"]["content"]["mimeType"] == "application/json"


def test_as_a_test_that_python_can_read(steered: Steered) -> None:
    text = steered.ok("GET", "/journal/export", **{"as": "pytest"})["text"]
    compile(text, "test_recorded.py", "exec")
    assert text.count("assert answer.status_code ==") == 3


def test_as_a_script_that_does_the_same_again(server: Served) -> None:
    """Against the server that it was recorded on: the credentials of the contracts' own worlds are filled in."""
    namespace = "exported"
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        for step in ({"send": "sendMessage"}, {"send": "sendMessage", "as": "carol-token"}):
            asked = wire_of(step, namespace)
            client.request(asked.pop("method"), asked.pop("path"), **asked)
        base = f"/_understudy/namespaces/{namespace}"
        script = client.get(f"{base}/journal/export", params={"as": "curl"}).json()["text"]
        assert "-token" not in script.replace("-alice-token", "").replace("-carol-token", "")
        client.delete(f"{base}/journal")
        ran = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=60, check=False)
        assert ran.returncode == 0, ran.stderr
        entries = client.get(f"{base}/journal").json()["entries"]
    assert [entry["status"] for entry in entries] == [201, 403]
