"""Judging recorded traffic: each request and each answer by what can be known without the server's state."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from understudy_validators import curl, pointers
from understudy_validators.checking.conformance import Conformance, body_of
from understudy_validators.checking.coverage import Coverage
from understudy_validators.checking.finding import Difference, Finding
from understudy_validators.checking.har_events import SocketJudge
from understudy_validators.checking.har_reader import Recorded
from understudy_validators.checking.recognition import recognise
from understudy_validators.checking.traffic import (
    answers_of,
    answers_of_constraints,
    judge_alone,
    router_of,
    to_request,
)
from understudy_validators.contract import Contract, Operation
from understudy_validators.errors import UsageError
from understudy_validators.exchange import Exchange
from understudy_validators.routing import Router
from understudy_validators.violation import Violation
from understudy_validators.wire import NOTHING, WireRequest

#: Why something was not judged.
ELSEWHERE = "sent to another address"
NO_ANSWER = "no answer recorded"
PREFLIGHT = "a browser's preflight"
REDIRECTED = "redirected"
NOT_MODIFIED = "not modified since it was cached"
POLLING = "Socket.IO by polling"
NO_FRAMES = "a socket without frames"
NO_OPERATION = "no operation of the contract"
NO_REQUEST_BODY = "request's body not recorded; its answer was judged"
NO_ANSWER_BODY = "answer's body not recorded; its request was judged"

_SOCKET = "/socket.io"
_REFUSED, _NOT_MODIFIED, _REDIRECTS = 400, 304, range(300, 400)
_FOLLOWING = ("unevaluatedProperties", "unevaluatedItems")
# Situations that have nothing to do with what a request says.
_ANYTIME = ("not-found", "method-not-allowed", "timeout", "misdirected", "internal-error", "body-too-large")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What judging a recording came to.

    `base_url` is the contract's root in it, `how` says who chose that. `judged` counts the exchanges and sockets that
    were judged, `skipped` those that were not or not whole, by reason; `repeated` how often each finding was made.
    """

    base_url: str
    how: str
    judged: int
    findings: tuple[Finding, ...]
    repeated: Mapping[tuple[str, ...], int]
    skipped: Mapping[str, int]
    exchanges: tuple[Exchange, ...]
    coverage: Coverage


def judge_har(contract: Contract, entries: Sequence[Recorded], base_url: str = "", name: str = "") -> Judged:
    """Judges what a recording (see `har_reader`) holds of the contract; `name` is the file's, for its readers.

    Without a `base_url` it is the address below which most requests go to operations of the contract. Raises
    `UsageError` where there is none.
    """
    router = router_of(contract)
    how = "as given"
    if not base_url:
        base_url, count = _chosen(contract, router, entries, name)
        how = f"chosen: {count} of {len(entries)} entries go to operations below it"
    return _Judge(contract, router, base_url.rstrip("/"), name).judged(entries, how)


def _chosen(contract: Contract, router: Router[Operation], entries: Sequence[Recorded], name: str) -> tuple[str, int]:
    """The address with the most entries below it that the contract knows; of several the shortest."""
    votes = Counter(root for entry in entries for root in _roots(contract, router, entry))
    if not votes:
        what = f"No entry of {name} goes" if name else "No entry goes"
        raise UsageError(f"{what} to an operation of {contract.name}. Say where its root was: --base-url URL.")
    return min(votes.items(), key=lambda vote: (-vote[1], len(vote[0])))


def _roots(contract: Contract, router: Router[Operation], entry: Recorded) -> Iterator[str]:
    """Every address that could be the contract's root, as far as this entry tells."""
    url = urlsplit(entry.exchange.url)
    origin = f"{url.scheme.replace('ws', 'http', 1)}://{url.netloc}"
    before, found, _ = url.path.rpartition(_SOCKET)
    if found and contract.realtime.channels:
        yield origin + before
        return
    segments = url.path.split("/")
    for end in range(1, len(segments)):
        match = router.match(_method(entry.exchange), "/" + "/".join(segments[end:]))
        if match is not None and match.target is not None:
            yield origin + "/".join(segments[:end])


def _method(exchange: Exchange) -> str:
    return exchange.method.replace("HEAD", "GET")


class _Judge:
    """One contract at one address, and what was found so far."""

    def __init__(self, contract: Contract, router: Router[Operation], base_url: str, name: str) -> None:
        self.contract = contract
        self.coverage = Coverage(contract)
        self._router = router
        self._root = base_url
        self._name = name
        self._conformance = Conformance(contract)
        self._sockets = SocketJudge(contract, self.coverage)
        self._anytime = {contract.framing[situation].name for situation in _ANYTIME}
        self._skipped: Counter[str] = Counter()
        self._findings: dict[tuple[str, ...], Finding] = {}
        self._repeated: Counter[tuple[str, ...]] = Counter()
        self._exchanges: list[Exchange] = []

    def judged(self, entries: Sequence[Recorded], how: str) -> Judged:
        for entry in entries:
            self._entry(entry)
        return Judged(
            base_url=self._root,
            how=how,
            judged=len(self._exchanges),
            findings=tuple(self._findings.values()),
            repeated=dict(self._repeated),
            skipped=dict(self._skipped),
            exchanges=tuple(self._exchanges),
            coverage=self.coverage,
        )

    def _entry(self, entry: Recorded) -> None:
        url = entry.exchange.url.partition("?")[0]
        below = url.replace("ws", "http", 1) if url.startswith("ws") else url
        if not f"{below}/".startswith(f"{self._root}/"):
            self._skipped[ELSEWHERE] += 1
        elif f"{below.removeprefix(self._root)}/".startswith(f"{_SOCKET}/"):
            self._socket(entry)
        else:
            self._exchange(entry, below.removeprefix(self._root))

    def _socket(self, entry: Recorded) -> None:
        if not entry.frames:
            polled = entry.frames is None and "polling" in entry.exchange.url
            self._skipped[POLLING if polled else NO_FRAMES] += 1
            return
        exchange = replace(entry.exchange, contract=self.contract.name)
        self._exchanges.append(exchange)
        for event, difference in self._sockets.differences(entry):
            self._note(event.id, event.pointer, difference, exchange, "")

    def _exchange(self, entry: Recorded, path: str) -> None:
        reason = _reason(entry.exchange)
        match = self._router.match(_method(entry.exchange), path)
        if not reason and (match is None or match.target is None):
            reason = NO_OPERATION
        if reason or match is None or match.target is None:
            self._skipped[reason] += 1
            return
        operation = match.target
        exchange = replace(entry.exchange, contract=self.contract.name, operation=operation.id)
        self._exchanges.append(exchange)
        violations = self._of_request(operation, exchange, match.parameters, entry)
        self.coverage.record(operation, exchange, violations=violations)
        for difference in self._differences(operation, exchange, violations, entry):
            self._note(operation.id, operation.pointer, difference, exchange, _line(exchange, path, self._root))

    def _of_request(
        self, operation: Operation, exchange: Exchange, parameters: Mapping[str, str], entry: Recorded
    ) -> tuple[Violation, ...]:
        if not entry.request_known:
            self._skipped[NO_REQUEST_BODY] += 1
            return ()
        return judge_alone(operation, to_request(exchange), parameters)

    def _differences(
        self, operation: Operation, exchange: Exchange, violations: Sequence[Violation], entry: Recorded
    ) -> Iterator[Difference]:
        found: list[Difference] = []
        if exchange.status < _REFUSED and violations:
            found = self._conformance.differences(operation, exchange, violations[0])
        elif exchange.status >= _REFUSED and entry.request_known and entry.answer_known:
            found = list(self._unjust(operation, exchange, violations))
        if found:
            yield from found
        elif entry.answer_known or not self._promises_a_body(operation, exchange):
            yield from _plain(self._conformance.promised(operation, exchange))
        else:
            self._skipped[NO_ANSWER_BODY] += 1
            yield from _unlisted(operation, exchange, self._statuses(operation))

    def _unjust(
        self, operation: Operation, exchange: Exchange, violations: Sequence[Violation]
    ) -> Iterator[Difference]:
        """A refusal that only a request with a certain fault can get, where it has none or another."""
        known = recognise(self.contract, operation.answers.values(), exchange.status, body_of(exchange))
        alone, others = answers_of(operation.checks, alone=True), answers_of(operation.checks, alone=False)
        constraints = answers_of_constraints(operation, self.contract.document.data)
        certain = (alone | constraints) - others - self._anytime
        if not known or not {answer.name for answer in known} <= certain:
            return
        if not violations:
            yield from self._conformance.differences(operation, exchange, None)
        elif violations[0].answer not in {answer.name for answer in known}:
            yield from self._conformance.differences(operation, exchange, violations[0])

    def _promises_a_body(self, operation: Operation, exchange: Exchange) -> bool:
        """Whether an answer of this status has a body: HEAD never does."""
        if exchange.method == "HEAD":
            return True  # and none is recorded: nothing to judge but its status
        successes = [success for success in operation.successes if success.status == exchange.status]
        return exchange.status >= _REFUSED or not successes or any(success.media_type for success in successes)

    def _statuses(self, operation: Operation) -> set[int]:
        document = self.contract.document.data
        listed = pointers.resolve(document, operation.pointer)["responses"]
        framing = {answer.status for answer in self.contract.framing.values()}
        return {int(status) for status in listed if status.isdecimal()} | framing

    def _again(self, exchange: Exchange) -> str:
        """The command that judges just this entry."""
        words = ["understudy", "judge", self.contract.name, self._name or "FILE", "--base-url", self._root]
        return shlex.join([*words, "--entry", exchange.comment.removeprefix("entry ")])

    def _note(self, operation: str, pointer: str, difference: Difference, exchange: Exchange, line: str) -> None:
        finding = Finding(
            contract=self.contract.name,
            operation=operation,
            difference=difference,
            exchanges=(exchange,),
            curl=line,
            replay=self._again(exchange),
            pointer=pointer,
        )
        self._findings.setdefault(finding.key, finding)
        self._repeated[finding.key] += 1


def _plain(differences: Iterable[Difference]) -> Iterator[Difference]:
    """The differences without those that only follow from others: where a schema fails, nothing was evaluated."""
    found = list(differences)
    others = [one.path for one in found if one.rule not in _FOLLOWING]
    for one in found:
        if one.rule not in _FOLLOWING or not any(path.startswith(one.path) for path in others):
            yield one


def _reason(exchange: Exchange) -> str:
    """Why an exchange is not judged; empty where it is."""
    if exchange.status == 0:
        return NO_ANSWER
    if exchange.method == "OPTIONS":
        return PREFLIGHT
    if exchange.status == _NOT_MODIFIED:
        return NOT_MODIFIED
    return REDIRECTED if exchange.status in _REDIRECTS else ""


def _unlisted(operation: Operation, exchange: Exchange, statuses: set[int]) -> Iterator[Difference]:
    if exchange.status not in statuses:
        message = f"{exchange.status} is no status that the contract lists for {operation.id}"
        yield Difference(
            rule="server-error" if exchange.status >= 500 else "answer",
            path="/status",
            expected=sorted(statuses),
            actual=exchange.status,
            message=message,
        )


# Headers that curl sends by itself, or that only a browser may set.
_OWN_HEADERS = frozenset({"host", "content-length", "connection", "accept-encoding", "user-agent", "origin", "referer"})


def _line(exchange: Exchange, path: str, base_url: str) -> str:
    """The request as one curl line; nothing where its body is no text."""
    try:
        body = exchange.request_body.decode()
    except UnicodeDecodeError:
        return ""
    headers = {
        name: value
        for name, value in exchange.request_headers
        if name.lower() not in _OWN_HEADERS and not name.lower().startswith("sec-")
    }
    query = exchange.url.partition("?")[2]
    request = WireRequest(exchange.method, path, headers, body or NOTHING, query=query)
    return curl.line(request, base_url)
