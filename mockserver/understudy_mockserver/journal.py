"""What happened in a namespace: every exchange and event with its verdict; credentials are left out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from understudy_mockserver.asgi import RawHeaders
from understudy_mockserver.clock import Clock
from understudy_mockserver.realtime.hub import Emission
from understudy_validators.exchange import Exchange, Headers
from understudy_validators.redaction import Redactor
from understudy_validators.violation import Violation


@dataclass(slots=True, kw_only=True)
class Entry:
    """One thing that happened. `number` counts within the namespace, `time` is the namespace's own, in Unix seconds.

    `verdict` is `accepted`, `refused` or `forced`; `rule` decided a refusal, `answer` is the name of what was
    answered. Where it is known who asked, `user` is the id that their token carries, `caller` their record. `fault` is
    what went wrong on purpose.
    """

    contract: str
    operation: str
    time: float
    verdict: str = "accepted"
    answer: str = ""
    rule: str = ""
    violations: tuple[Violation, ...] = ()
    caller: Mapping[str, Any] | None = None
    user: Any = None
    seconds: float = 0.0
    number: int = 0
    fault: str = ""

    def is_forced(self, answer: str) -> None:
        """Notes that the answer was asked for."""
        self.verdict, self.answer = "forced", answer

    def is_refused(self, answer: str, violations: tuple[Violation, ...]) -> None:
        """Notes a refusal, and why."""
        self.verdict, self.answer = "refused", answer
        self.violations, self.rule = violations, violations[0].rule


@dataclass(slots=True, kw_only=True)
class HttpEntry(Entry):
    """An exchange; `path` stands below `root_url`, headers are as ASGI has them.

    `cut`: a body was too large to be kept whole.
    """

    method: str
    root_url: str
    path: str
    query: str
    status: int
    request_headers: RawHeaders = field(repr=False)
    request_body: bytes = field(repr=False)
    response_headers: RawHeaders = field(repr=False)
    response_body: bytes = field(repr=False)
    cut: bool = False

    @property
    def exchange(self) -> Exchange:
        """The exchange, as reports take it."""
        query = f"?{self.query}" if self.query else ""
        return Exchange(
            method=self.method,
            url=f"{self.root_url}{self.path}{query}",
            request_headers=_texts(self.request_headers),
            request_body=self.request_body,
            status=self.status,
            response_headers=_texts(self.response_headers),
            response_body=self.response_body,
            started=self.time,
            seconds=self.seconds,
            contract=self.contract,
            operation=self.operation,
            comment=f"{self.verdict}; rule={self.rule}" if self.rule else self.verdict,
        )


@dataclass(slots=True, kw_only=True)
class EventEntry(Entry):
    """A realtime event. `direction` is `received`, `emitted`, `connected` or `disconnected`.

    `reached` are the connections that an emitted one went to. Of a connection, `root_url` is the server's root as its
    client reaches it, and `preferred` the answer that its handshake asked for.
    """

    direction: str
    event: str
    payload: Any
    connection: str = ""
    reached: tuple[str, ...] = ()
    root_url: str = ""
    preferred: str = ""


@dataclass(slots=True, kw_only=True)
class ControlEntry(Entry):
    """A call of the control API that changed the namespace; `path` stands below the namespace's own."""

    method: str
    path: str
    body: bytes = field(repr=False)


#: Told of each entry as it is added; of `None` when there will be no more.
Reader = Callable[[Entry | None], None]


class Journal:
    """The newest entries of a namespace: at most `limit`, bodies of at most `max_body` bytes each."""

    __slots__ = ("_entries", "_max_body", "_redactor", "count", "evicted", "forgotten", "readers")

    def __init__(self, limit: int, max_body: int, redactor: Redactor | None = None) -> None:
        self._entries: deque[Entry] = deque(maxlen=limit)
        self._max_body = max_body
        self._redactor = redactor
        #: How many there were, those that are forgotten included.
        self.count = 0
        #: How many had to make room; how many the namespace's present state comes from, and that are gone.
        self.evicted = self.forgotten = 0
        self.readers: list[Reader] = []

    def add(self, entry: Entry) -> None:
        """Numbers an entry and keeps it; it may make the oldest one go."""
        self.count += 1
        entry.number = self.count
        if isinstance(entry, HttpEntry):
            self._cut(entry)
        if len(self._entries) == self._entries.maxlen:
            self.evicted += 1
            self.forgotten += 1
        self._entries.append(entry)
        if self.readers:
            for reader in list(self.readers):
                reader(entry)

    def observer(self, contract: str, clock: Clock) -> Callable[[Emission, tuple[str, ...]], None]:
        """A function that notes each event of the contract as it is delivered."""
        redactor = self._redactor

        def note(emission: Emission, reached: tuple[str, ...]) -> None:
            self.add(
                EventEntry(
                    contract=contract,
                    operation="",
                    time=clock.now,
                    direction="emitted",
                    event=emission.event,
                    payload=redactor.value(emission.event, emission.payload) if redactor else emission.payload,
                    connection=emission.source,
                    reached=reached,
                )
            )

        return note

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def clear(self) -> None:
        """Forgets all entries; numbers go on."""
        self.forgotten += len(self._entries)
        self._entries.clear()

    def begin(self) -> None:
        """Forgets what was before the namespace began anew."""
        self.clear()
        self.forgotten = 0

    def end(self) -> None:
        """Tells readers that there will be no more."""
        for reader in list(self.readers):
            reader(None)

    def _cut(self, entry: HttpEntry) -> None:
        limit = self._max_body
        if len(entry.request_body) > limit or len(entry.response_body) > limit:
            entry.request_body = entry.request_body[:limit]
            entry.response_body = entry.response_body[:limit]
            entry.cut = True


def _texts(headers: RawHeaders) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
