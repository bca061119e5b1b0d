"""Each fault of an answer, as a client without any cleverness sees it: a raw socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.mockserver.control.steering import wire_of
from tests.servers import Served

PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What came over the wire: the chunks as they were read, and how the connection ended."""

    chunks: tuple[bytes, ...]
    end: str
    seconds: float

    @property
    def raw(self) -> bytes:
        return b"".join(self.chunks)

    @property
    def status(self) -> int:
        return int(self.raw.split(b" ")[1])

    @property
    def body(self) -> bytes:
        return self.raw.partition(b"\r\n\r\n")[2]

    @property
    def announced(self) -> int:
        head = self.raw.partition(b"\r\n\r\n")[0].lower().split(b"\r\n")
        return int(next(line for line in head if line.startswith(b"content-length")).split(b":")[1])


async def read(url: str, request: bytes) -> Seen:
    """Sends a request, and reads until the connection ends."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    began = asyncio.get_running_loop().time()
    writer.write(request)
    chunks, end = [], "closed"
    async with asyncio.timeout(PATIENCE):
        try:
            while chunk := await reader.read(65536):
                chunks.append(chunk)
        except ConnectionResetError:
            end = "reset"
    writer.close()
    return Seen(tuple(chunks), end, asyncio.get_running_loop().time() - began)


class Wire:
    """A namespace of the server: faults go in, what a raw client sees comes out."""

    def __init__(self, server: Served, namespace: str) -> None:
        self._server = server
        self.namespace = namespace
        self.control = httpx.Client(base_url=f"{server.url}/_understudy/namespaces/{namespace}", trust_env=False)

    def fault(self, kind: str, **options: Any) -> None:
        body = {"contract": "replyke", "fault": kind, "operation": "sendMessage", **options}
        response = self.control.post("/faults", json=body)
        assert response.status_code == 201, response.text

    def send(self, **step: Any) -> Seen:
        asked = wire_of({"send": "sendMessage", **step}, self.namespace)
        headers = {**asked["headers"], "Host": "localhost", "Connection": "close"}
        headers["Content-Length"] = str(len(asked["content"]))
        lines = [f"{asked['method']} {asked['path']} HTTP/1.1", *(f"{name}: {v}" for name, v in headers.items())]
        return asyncio.run(read(self._server.url, "\r\n".join([*lines, "", ""]).encode() + asked["content"]))

    def messages(self) -> int:
        count: int = self.control.get("/state/replyke").json()["collections"]["messages"]
        return count


@pytest.fixture
def wire(server: Served, request: pytest.FixtureRequest) -> Iterator[Wire]:
    """A namespace of its own."""
    made = Wire(server, f"wire-{abs(hash(request.node.name))}")
    yield made
    made.control.close()


def test_nothing_goes_wrong_by_itself(wire: Wire) -> None:
    seen = wire.send()
    assert (seen.status, seen.end, len(seen.body)) == (201, "closed", seen.announced)


def test_latency_comes_before_the_first_byte(wire: Wire) -> None:
    wire.fault("latency", seconds=0.3)
    assert wire.send().seconds >= 0.3


def test_a_distribution_of_latency(wire: Wire) -> None:
    wire.fault("latency", seconds={"uniform": [0.2, 0.3]})
    seen = wire.send()
    assert seen.status == 201
    assert seen.seconds >= 0.2


def test_a_reset_at_the_start_shows_nothing_of_the_answer(wire: Wire) -> None:
    wire.fault("reset", at="start")
    seen = wire.send()
    assert (seen.raw, seen.end) == (b"", "reset")


def test_a_reset_in_the_middle_shows_half(wire: Wire) -> None:
    wire.fault("reset", at="middle")
    seen = wire.send()
    assert (seen.status, seen.end) == (201, "reset")
    assert len(seen.body) == seen.announced // 2


def test_an_answer_that_is_lost_was_processed_all_the_same(wire: Wire) -> None:
    before = wire.messages()
    wire.fault("reset", times=1)
    wire.send()
    assert wire.messages() == before + 1


def test_a_truncated_answer_is_shorter_than_announced(wire: Wire) -> None:
    wire.fault("truncated")
    seen = wire.send()
    assert (seen.status, seen.end) == (201, "closed")
    assert 0 < len(seen.body) < seen.announced


def test_an_empty_answer_is_whole_and_says_nothing(wire: Wire) -> None:
    wire.fault("empty")
    seen = wire.send()
    assert (seen.status, seen.announced, seen.body) == (201, 0, b"")


def test_a_malformed_answer_is_as_long_as_it_says_and_no_json(wire: Wire) -> None:
    wire.fault("malformed")
    seen = wire.send()
    assert len(seen.body) == seen.announced > 0
    with pytest.raises(json.JSONDecodeError):
        json.loads(seen.body)


def test_a_trickle_comes_in_pieces_and_whole(wire: Wire) -> None:
    wire.fault("trickle", bytes=400, seconds=0.05)
    seen = wire.send()
    assert len(seen.body) == seen.announced
    assert json.loads(seen.body)["content"]
    assert len(seen.chunks) >= 3


def test_a_burst_of_5xx_ends_by_itself_and_processes_nothing(wire: Wire) -> None:
    before = wire.messages()
    wire.fault("status", status=503, times=2)
    assert [wire.send().status for _ in range(3)] == [503, 503, 201]
    assert wire.messages() == before + 1


def test_a_status_that_the_contract_has_not_comes_in_its_envelope(wire: Wire) -> None:
    wire.fault("status", status=507)
    seen = wire.send()
    assert seen.status == 507
    assert "code" in json.loads(seen.body)


def test_the_answer_says_what_was_done_to_it(wire: Wire) -> None:
    wire.fault("latency", seconds=0)
    wire.fault("empty")
    assert b"understudy-fault: latency+empty" in wire.send().raw


def test_only_the_caller_and_operation_that_were_asked_for(wire: Wire) -> None:
    wire.fault("empty", caller="bob")
    assert wire.send().announced > 0
    assert wire.send(**{"as": "bob-token"}).announced == 0
    assert wire.send(send="listMessages").announced > 0


def test_a_client_that_leaves_is_waited_for_no_longer(wire: Wire, server: Served) -> None:
    wire.fault("latency", seconds=300)
    asked = wire_of({"send": "sendMessage"}, wire.namespace)
    with (
        httpx.Client(base_url=server.url, timeout=0.2, trust_env=False) as client,
        pytest.raises(httpx.ReadTimeout),
    ):
        client.request(asked["method"], asked["path"], headers=asked["headers"], content=asked["content"])
    assert httpx.get(f"{server.url}/readyz", trust_env=False).status_code == 200
