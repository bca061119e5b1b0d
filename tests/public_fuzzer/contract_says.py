"""What the contract says of the exchanges of a run: our judge's word on each failure that a public fuzzer reports.

The fuzzer knows schemas and statuses, and no rules. Whether a refusal is right depends on what was there when the
request came, so the run is told again, request by request, to a server of the right contract in this process; its
state is what the judge looks at.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from tests.public_fuzzer.fuzzer import Step
from understudy_mockserver.app import Understudy, app_of
from understudy_mockserver.contracts import load_provider
from understudy_mockserver.limits import Limits
from understudy_mockserver.settings import Settings
from understudy_validators.checking.conformance import Conformance, body_of
from understudy_validators.checking.recognition import recognise
from understudy_validators.checking.traffic import to_request
from understudy_validators.contract import Contract
from understudy_validators.exchange import Exchange
from understudy_validators.judging import judge

#: Failures that a rule of the contract can explain, if the request was refused; what else is reported is a fault:
#: an answer that its own schema does not fit, a fault of a request that went unnoticed, credentials that are not asked.
REFUSALS = {
    "not_a_server_error",  # an error of status 500 that is documented
    "status_code_conformance",  # an answer outside of any operation
    "positive_data_acceptance",  # what no schema says: records that must exist, and fit
    "negative_data_rejection",  # refused, with a status that the fuzzer does not expect
    "unsupported_method",  # a vendor's status for it
}
#: Reported where something is shown that was deleted before.
SHOWN_AGAIN = "use_after_free"
_REFUSED = 400
_BODILESS = "HEAD"


def unexplained(contract: Contract, steps: Sequence[Step], seed: int) -> list[str]:
    """The failures of a run that the contract does not explain, each as the lines to show."""
    return asyncio.run(_unexplained(contract, steps, seed))


async def _unexplained(contract: Contract, steps: Sequence[Step], seed: int) -> list[str]:
    app = app_of([(contract, load_provider(contract.name))], Settings(seed=seed))
    says = ContractSays(contract, app)
    found: list[str] = []
    async with _running(app):
        for step in steps:
            reasons = says.against(step) if step.failures else []
            found += [_told(step, reason) for reason in reasons]
            await _send(app, step.exchange)
    return found


class ContractSays:
    """Judges exchanges of `contract` that were served at `/~NAMESPACE/CONTRACT`, by the state that `app` has now."""

    def __init__(self, contract: Contract, app: Understudy) -> None:
        self._contract = contract
        self._app = app
        self._conformance = Conformance(contract)
        schemas = contract.document.data["components"]["schemas"].values()
        self._marks = {name for schema in schemas for name in schema.get("properties", ()) if "delet" in name.lower()}

    def against(self, step: Step) -> list[str]:
        """What the contract has against the answer; a reported failure that it says nothing about counts as well."""
        explained = set()
        if step.exchange.status >= _REFUSED:
            explained = REFUSALS
        elif self._is_marked(body_of(step.exchange)):
            explained = {SHOWN_AGAIN}
        return [*sorted(step.failures.keys() - explained), *self._judged(step.exchange)]

    def _is_marked(self, value: Any) -> bool:
        """Whether it is shown as deleted, in a field that a schema of the contract has for that."""
        if isinstance(value, list):
            return any(self._is_marked(item) for item in value)
        if not isinstance(value, dict):
            return False
        return any(value.get(name) for name in self._marks) or any(self._is_marked(item) for item in value.values())

    def _judged(self, exchange: Exchange) -> Iterator[str]:
        """The judge's differences between the answer and the one that the request must get."""
        _, namespace, _, path = urlsplit(exchange.url).path.split("/", 3)
        framing = self._framing(exchange, f"/{path}")
        if framing is not None:
            yield from framing
            return
        match = self._conformance.match(exchange.method, f"/{path}")
        if match is None or match.target is None:
            yield "no operation, and no answer for that"
            return
        state = self._app.namespaces.state(namespace[1:], self._contract.name)
        verdict = judge(match.target, to_request(exchange), match.parameters, state.world, state.clock.now)
        expected = verdict.violations[0] if verdict.violations else None
        for difference in self._conformance.differences(match.target, exchange, expected):
            yield difference.message

    def _framing(self, exchange: Exchange, path: str) -> list[str] | None:
        """What is wrong with the answer to a request that is for no operation; `None` if it is for one."""
        match = self._conformance.match(exchange.method, path)
        if len(urlsplit(exchange.url)._replace(scheme="", netloc="").geturl()) > Limits().url:
            return self._not_framed(exchange, "uri-too-long")
        if match is None:
            return self._not_framed(exchange, "not-found")
        if match.target is not None:
            return None
        allowed = {name.strip() for name in exchange.header("allow").split(",")}
        wrong = [] if allowed == set(match.methods) else [f"Allow is {allowed}, and {match.methods} are there"]
        return [*wrong, *self._not_framed(exchange, "method-not-allowed")]

    def _not_framed(self, exchange: Exchange, situation: str) -> list[str]:
        answer, body = self._contract.framing[situation], body_of(exchange)
        if body is None and exchange.method == _BODILESS and exchange.status == answer.status:
            return []
        return [] if recognise(self._contract, [answer], exchange.status, body) else [f"not the answer {answer.name}"]


def _told(step: Step, reason: str) -> str:
    exchange = step.exchange
    said = "; ".join(f"{check}: {' '.join(message.split())}" for check, message in step.failures.items())
    request = f"{exchange.method} {exchange.url} {exchange.request_body[:500]!r}"
    return f"{reason}\n  {request}\n  {exchange.status} {exchange.response_body[:300]!r}\n  {said}"


@asynccontextmanager
async def _running(app: Understudy) -> AsyncIterator[None]:
    events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    started = asyncio.Event()

    async def send(message: Any) -> None:
        if message["type"] == "lifespan.startup.complete":
            started.set()

    task = asyncio.create_task(app({"type": "lifespan"}, events.get, send))
    events.put_nowait({"type": "lifespan.startup"})
    await started.wait()
    try:
        yield
    finally:
        events.put_nowait({"type": "lifespan.shutdown"})
        await task


async def _send(app: Understudy, exchange: Exchange) -> None:
    """Sends the request once more, as it was; nobody reads the answer."""
    url = urlsplit(exchange.url)
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in exchange.request_headers]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": exchange.request_body, "more_body": False}

    async def send(message: Any) -> None:
        pass

    scope = {
        "type": "http",
        "scheme": url.scheme,
        "method": exchange.method,
        "path": url.path,
        "raw_path": url.path.encode("latin-1"),
        "query_string": url.query.encode("latin-1"),
        "headers": [(b"host", url.netloc.encode()), *headers],
    }
    await app(scope, receive, send)
