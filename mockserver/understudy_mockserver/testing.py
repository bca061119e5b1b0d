"""What the pytest plugin hands to tests: a mock with a world for each, and contracts as lists of cases."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx

from understudy_mockserver.app import Understudy as App
from understudy_mockserver.app import create_app
from understudy_mockserver.contracts import load_contract
from understudy_mockserver.mock import Mock, Namespaced, is_mock
from understudy_mockserver.server import serving
from understudy_mockserver.settings import Settings
from understudy_validators.checking.campaign import PHASES, SEQUENCES, Campaign, Case, Plan
from understudy_validators.checking.conformance import Conformance
from understudy_validators.checking.database import open_database
from understudy_validators.checking.finding import Difference, Finding
from understudy_validators.checking.loop import LoopThread
from understudy_validators.checking.target import Target
from understudy_validators.checking.ways import Ways
from understudy_validators.checking.who import Who, load_who
from understudy_validators.errors import UsageError
from understudy_validators.exchange import Exchange

_REFUSED = 400
#: How a server of a mock's own app is called where no socket is opened.
ASGI_ORIGIN = "http://localhost"


class Answer(Protocol):
    """An answer of `httpx` or `requests`; either carries the request that it belongs to."""

    @property
    def status_code(self) -> int:
        """Its status."""
        ...

    @property
    def content(self) -> bytes:
        """Its body."""
        ...

    @property
    def headers(self) -> Any:
        """Its headers."""
        ...

    @property
    def request(self) -> Any:
        """The request."""
        ...


class TestServer:
    """One mock for many tests: our own, on a free port, or the one that runs at `url`."""

    __test__ = False  # for pytest, which takes it for a class of tests

    def __init__(self, url: str | None = None, seed: int | None = None) -> None:
        self._loop = LoopThread() if url is None else None
        self.app: App | None = None
        if self._loop:
            self.app = create_app((), Settings(seed=seed))
            url = self._loop.enter(serving(self.app))
        self.root_url = str(url).rstrip("/")
        self.http = httpx.Client(timeout=30, trust_env=False)

    @contextmanager
    def namespace(self, test: str) -> Iterator[Understudy]:
        """A world of its own for the test of that name; each run starts afresh."""
        digest = hashlib.sha256(f"{test} {os.getpid()} {os.urandom(8).hex()}".encode()).hexdigest()
        yield Understudy(self, f"t-{digest[:16]}")

    def close(self) -> None:
        """Stops the server, if it is our own."""
        self.http.close()
        if self._loop:
            self._loop.close()


@dataclass(frozen=True, slots=True)
class Understudy:
    """The mock, as one test sees it: nothing that happens here is seen by another."""

    server: TestServer
    name: str

    def url(self, contract: str) -> str:
        """The contract's root: what an app is told as the address of its back end."""
        return f"{self.server.root_url}/~{self.name}/{_known(contract)}"

    def asgi_url(self, contract: str) -> str:
        """The same for a client that calls `app` without a socket, as `httpx.ASGITransport` does."""
        return f"{ASGI_ORIGIN}/~{self.name}/{_known(contract)}"

    @property
    def app(self) -> App:
        """The ASGI app. Raises `UsageError` where the mock runs somewhere else."""
        if self.server.app is None:
            raise UsageError("The mock runs somewhere else: there is no app to call.")
        return self.server.app

    def force(self, contract: str, operation: str, answer: str, *, times: int | None = 1, **more: Any) -> None:
        """The next `times` calls of an operation (none: all) are answered so, whatever they deserve.

        `answer` is a name of the catalogue or the vendor's code. `more` may narrow it: `caller`, `where`.
        Raises `UsageError` for what the contract does not have.
        """
        order = {"contract": contract, "operation": operation, "answer": answer, **more}
        self._control("POST", "/force", {**order, **({"times": times} if times else {})})

    def fault(self, contract: str, fault: str, **more: Any) -> None:
        """From now on answers or events go wrong so: `latency`, `reset`, `truncated`, `drop` and their like."""
        self._control("POST", "/faults", {"contract": contract, "fault": fault, **more})

    def journal(self, **query: Any) -> list[dict[str, Any]]:
        """What happened so far, oldest first; `query` may be `operation`, `caller`, `status`, `rule`, `verdict`."""
        entries: list[dict[str, Any]] = self._control("GET", "/journal", None, query)["entries"]
        return entries

    def reset(self) -> None:
        """Begins anew, with the world as it was."""
        self._control("POST", "/reset", None)

    def _control(self, method: str, path: str, body: Any, query: Mapping[str, Any] | None = None) -> Any:
        url = f"{self.server.root_url}/_understudy/namespaces/{self.name}{path}"
        response = self.server.http.request(method, url, json=body, params=query)
        if response.status_code >= _REFUSED:
            raise UsageError(response.json().get("message", response.text))
        return response.json() if response.content else None

    def assert_conforms(self, answer: Answer | Exchange, contract: str) -> None:
        """Fails unless the answer is one that the contract has for the request: every difference is named."""
        exchange = answer if isinstance(answer, Exchange) else exchange_of(answer)
        differences = conformance(contract).of_exchange(exchange)
        assert not differences, _told(exchange, differences)


def exchange_of(answer: Answer) -> Exchange:
    """An answer of `httpx` or `requests`, with its request, as an exchange."""
    request = answer.request
    body = getattr(request, "body", None) if not hasattr(request, "content") else request.content
    return Exchange(
        method=request.method,
        url=str(request.url),
        request_headers=tuple(dict(request.headers).items()),
        request_body=body.encode() if isinstance(body, str) else body or b"",
        status=answer.status_code,
        response_headers=tuple(dict(answer.headers).items()),
        response_body=answer.content,
    )


_CONFORMANCES: dict[str, Conformance] = {}


def conformance(contract: str) -> Conformance:
    """The contract of that name, ready to judge; compiled once."""
    if contract not in _CONFORMANCES:
        _CONFORMANCES[contract] = Conformance(load_contract(contract))
    return _CONFORMANCES[contract]


def _known(contract: str) -> str:
    return conformance(contract).contract.name


def _told(exchange: Exchange, differences: list[Difference]) -> str:
    lines = [f"- {difference.rule} at {difference.path}: {difference.message}" for difference in differences]
    path = urlsplit(exchange.url).path
    return "\n".join([f"{exchange.method} {path} answered {exchange.status}, against its contract:", *lines])


@dataclass(frozen=True, slots=True)
class ContractCase:
    """One operation in one phase, or one way of breaking one of its rules, against a server."""

    id: str
    run: ContractRun

    def check(self) -> None:
        """Fails with each finding; skips what this server was not arranged for, or what cannot be tried alone."""
        import pytest  # noqa: PLC0415 - the rest of this module works without it

        findings = self.run.findings(self.id)
        reason = self.run.reason(self.id)
        if reason:
            pytest.skip(reason)
        assert not findings, "\n\n".join(_finding(finding) for finding in findings)


def _finding(finding: Finding) -> str:
    lines = [finding.title, f"expected {finding.difference.expected!r}", f"answered {finding.difference.actual!r}"]
    return "\n  ".join([*lines, *(line for line in (finding.curl, finding.replay) if line)])


class ContractRun:
    """A contract against a server; nothing is compiled or connected before the first case runs."""

    def __init__(self, contract: str, base_url: str | None, who: Who, plan: Plan) -> None:
        self.contract = load_contract(contract)
        self._base_url = base_url or who.base_url
        self._who = who
        self._plan = plan
        self._stack = ExitStack()

    def ids(self) -> list[str]:
        """The names of all cases."""
        chosen = [one.id for one in (*self.contract, *self.contract.realtime)]
        chosen = [name for name in chosen if not self._plan.operations or name in self._plan.operations]
        ways = Ways(self.contract)
        phases = [phase for phase in self._plan.phases if phase not in ("faults", SEQUENCES)]
        return [
            name
            for operation in chosen
            for name in (*[f"{operation} {phase}" for phase in phases], *map(str, ways.of(operation)))
            if not self._plan.only or any(only in name.split() or only == name for only in self._plan.only)
        ]

    @cached_property
    def _campaign(self) -> Campaign:
        loop = self._stack.enter_context(LoopThread())
        if self._base_url:
            renew = Namespaced("check").renew if is_mock(self._base_url) else None
            target = Target(self._base_url, loop, self._who, renew)
        else:
            target = Mock(self.contract, loop, self._plan.seed).another()
        self._stack.callback(target.close)
        return Campaign(self.contract, target, self._plan)

    @cached_property
    def _cases(self) -> Mapping[str, Case]:
        return {case.id: case for case in self._campaign.cases()}

    def findings(self, name: str) -> list[Finding]:
        """Tries the case of that name."""
        case = self._cases.get(name)
        return self._campaign.run_case(case) if case else []

    def reason(self, name: str) -> str:
        """Why the case was not tried; empty where it was."""
        campaign = self._campaign
        reason = campaign.not_arranged.get(name) or campaign.impossible.get(name, "")
        return reason or ("" if name in self._cases else "the operation has nothing of the kind")

    def close(self) -> None:
        """Ends the connections."""
        self._stack.close()


#: Runs that were started, for whoever ends the session.
RUNS: list[ContractRun] = []


def contract_cases(
    database: str | None,
    contract: str,
    *,
    base_url: str | None = None,
    who: str | None = None,
    seed: int = 0,
    max_examples: int = 100,
    operations: tuple[str, ...] = (),
    only: tuple[str, ...] = (),
) -> list[ContractCase]:
    """The cases of a contract, for the server at `base_url`; of none, for a fresh mock."""
    loaded = load_contract(contract)
    people = load_who(Path(who), loaded) if who else Who()
    plan = Plan(
        seed=seed,
        max_examples=max_examples,
        operations=tuple(operations),
        only=tuple(only),
        phases=tuple(phase for phase in PHASES if phase != SEQUENCES),
        database=open_database(database) if database else None,
    )
    run = ContractRun(contract, base_url, people, plan)
    RUNS.append(run)
    return [ContractCase(name, run) for name in run.ids()]


def close_runs() -> None:
    """Ends every run."""
    while RUNS:
        RUNS.pop().close()
