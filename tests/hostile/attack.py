"""Attacks over a raw socket, and the proof afterwards that the server lives and has said nothing it should not."""

from __future__ import annotations

import contextlib
import itertools
import json
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.servers import Served
from understudy_validators import Contract

#: How long anything may take to arrive; only a broken server takes as long.
PATIENCE = 20.0
#: What no answer holds: a stack, a path of the machine, a module's name, a credential that was not sent with it.
SECRETS = (b"Traceback", b'File "', b"site-packages", b"understudy_", str(Path.home()).encode() + b"/", b"asyncio")
ALICE = {"Authorization": "Bearer alice-token"}
MESSAGES = "/amity/api/v3/messages"
HELLO = {"channelId": "general", "data": {"text": "hello"}}

_numbers = itertools.count()


def fresh(path: str) -> str:
    """The path in a world that nobody has used."""
    return f"/~case-{next(_numbers)}{path}"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole response."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)

    @property
    def value(self) -> Any:
        """The body as JSON."""
        return json.loads(self.content)


@dataclass(frozen=True, slots=True)
class Target:
    """A server under attack."""

    served: Served

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        parts = urlsplit(self.served.url)
        return str(parts.hostname), int(parts.port or 0)

    @contextlib.contextmanager
    def connection(self) -> Iterator[socket.socket]:
        """A TCP connection."""
        with socket.create_connection(self.address, PATIENCE) as sock:
            yield sock

    def send(self, *parts: bytes, head: bool = False) -> Answer | None:
        """Sends bytes as they are; the first whole answer, or `None` where the server hung up without one."""
        with self.connection() as sock:
            for part in parts:
                with contextlib.suppress(ConnectionError):  # it may have answered and gone already
                    sock.sendall(part)
            return read_answer(sock, head=head)

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """A request in good form."""
        answer = self.send(request(method, path, headers, body))
        assert answer is not None, "the server hung up"
        return answer

    def lives(self) -> None:
        """Proves that a valid request is answered, in a world of its own."""
        assert self.served.process.poll() is None, self.served.log.read_text()
        answer = self.ask(
            "POST", fresh(MESSAGES), {**ALICE, "Content-Type": "application/json"}, json.dumps(HELLO).encode()
        )
        assert answer.status == 200, answer
        assert answer.value["messages"][0]["data"] == HELLO["data"]

    def memory(self) -> int:
        """Bytes of the process's memory that are resident."""
        pages = Path(f"/proc/{self.served.process.pid}/statm").read_text().split()[1]
        return int(pages) * 4096


def request(method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> bytes:
    """A request's bytes; `None` among the headers' values takes out one that is sent otherwise."""
    sent = {"Host": "127.0.0.1", **({} if body is None else {"Content-Length": str(len(body))}), **(headers or {})}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b"")


def read_answer(sock: socket.socket, *, head: bool = False) -> Answer | None:
    """The next whole response; `None` where the other side has hung up."""
    response = HTTPResponse(sock, method="HEAD" if head else "GET")
    try:
        response.begin()
        content = response.read()
    except (HTTPException, ConnectionError):
        return None
    finally:
        response.close()
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)


def is_clean(answer: Answer | None) -> None:
    """Checks that an answer gives nothing away, and is no failure of ours: a 5xx is one that the contract has."""
    if answer is not None:
        verdict = answer.headers.get("understudy-verdict", "")
        refused = verdict.startswith("refused; rule=") and "internal-error" not in verdict
        assert answer.status < 500 or refused, answer.content
        whole = answer.content + json.dumps(dict(answer.headers)).encode()
        assert not [secret for secret in SECRETS if secret in whole], whole


def is_framed(answer: Answer | None, contract: Contract, situation: str) -> None:
    """Checks that the answer is the vendor's to the situation."""
    framed = contract.framing[situation]
    assert answer is not None, f"hung up, instead of {framed.status}"
    assert (answer.status, answer.value) == (framed.status, framed.value)
    assert answer.headers["understudy-verdict"] == f"refused; rule={situation}"


def ids(cases: Sequence[tuple[Any, ...]]) -> list[str]:
    """The names of a table's cases: what stands first in each."""
    return [str(case[0]) for case in cases]
