"""What of a contract was exercised: by a campaign, in recorded traffic, or by those who use a running mock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from understudy_validators import pointers
from understudy_validators.answers import Answer
from understudy_validators.checking.conformance import body_of
from understudy_validators.checking.constraints import is_at_edge
from understudy_validators.checking.recognition import recognise
from understudy_validators.checking.traffic import media_type_of_request, parameters_of, read, to_request
from understudy_validators.checking.ways import CONSTRAINT, AnyWay, Ways
from understudy_validators.contract import Contract, Operation
from understudy_validators.errors import UsageError
from understudy_validators.exchange import Exchange
from understudy_validators.realtime import Event
from understudy_validators.violation import Violation

#: What is counted, and what each kind is.
KINDS: Mapping[str, str] = {
    "operations": "operations and events that were called",
    "statuses": "statuses that each operation answered",
    "errors": "errors of the catalogue that were answered",
    "edges": "limits that an accepted request stood exactly at",
    "constraints": "constraints that a request broke",
    "rules": "rules that a request broke, in whatever way",
    "ways": "ways of breaking rules, one by one",
}
_REFUSED = 400


@dataclass(frozen=True, slots=True)
class Line:
    """How much of one kind was seen; `missing` are the names of what was not."""

    kind: str
    seen: int
    total: int
    missing: tuple[str, ...]

    @property
    def percent(self) -> float:
        """The share that was seen; of nothing, all."""
        return 100.0 * self.seen / self.total if self.total else 100.0


class Coverage:
    """Counts, by kind and name. What the contract does not have, such as an unknown status, counts for nothing."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.counts: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
        #: Ways that cannot be taken alone, or not on this server: they are not asked for.
        self.left_out: set[str] = set()
        self._ways = Ways(contract)
        self._universe = {kind: tuple(dict.fromkeys(names)) for kind, names in _universe(contract, self._ways).items()}

    def record(
        self,
        operation: Operation,
        exchange: Exchange,
        *,
        violations: Sequence[Violation] = (),
        way: AnyWay | None = None,
        answer: str = "",
    ) -> None:
        """Counts an exchange.

        `violations` are what its request broke, the first decides; `way` is how, where that is known better;
        `answer` is the name of the refusal, which is recognised by its body otherwise.
        """
        self._add("operations", operation.id)
        self._add("statuses", f"{operation.id} {exchange.status}")
        if exchange.status >= _REFUSED:
            names = [answer] if answer else self._names(operation, exchange)
            for name in names[:1]:
                self._add("errors", name)
            if not violations and way is None and len(names) == 1:
                self._told(operation, names[0])
        elif not violations:
            self._edges(operation, exchange)
        media_type = media_type_of_request(exchange)
        self._broken(operation, violations, way, media_type)

    def record_event(
        self,
        event: Event,
        payload: Any = None,
        *,
        violations: Sequence[Violation] = (),
        way: AnyWay | None = None,
        answer: str = "",
    ) -> None:
        """Counts an event that a client emitted, or a connection; `answer` is what it was refused with."""
        self._add("operations", event.id)
        if answer:
            self._add("errors", _event_error(event, event.answers[answer]) if answer in event.answers else answer)
            if not violations and way is None:
                self._told(event, answer)
        elif not violations:
            self._at_edge(event.id, {"body": payload})
        self._broken(event, violations, way, "")

    def _broken(
        self, operation: Operation | Event, violations: Sequence[Violation], way: AnyWay | None, media_type: str
    ) -> None:
        first = violations[0] if violations else None
        if way is None and first is not None:
            way = self._ways.of_violation(operation, first, media_type)
        rule = first.rule if first else ""
        if way is not None:
            self._add("constraints" if way.kind == CONSTRAINT else "ways", str(way))
            rule = rule if way.kind == CONSTRAINT else way.place
        if any(check.id == rule for check in operation.checks):
            self._add("rules", f"{operation.id} {rule}")

    def _edges(self, operation: Operation, exchange: Exchange) -> None:
        if any(placed.constraint.has_edge for placed in self._ways.constraints(operation.id)):
            request = to_request(exchange)
            view, media_type = read(operation, request, parameters_of(operation, request.path))
            self._at_edge(operation.id, view, media_type)

    def _at_edge(self, operation: str, view: Mapping[str, Any], media_type: str = "") -> None:
        for placed in self._ways.constraints(operation):
            way, constraint = placed.way, placed.constraint
            if constraint.has_edge and way.detail in ("", media_type) and is_at_edge(constraint, view):
                self._add("edges", str(way))

    def _names(self, operation: Operation, exchange: Exchange) -> list[str]:
        """What a refusal may be; the likeliest first."""
        found = recognise(self.contract, operation.answers.values(), exchange.status, body_of(exchange))
        return [one.name for one in found]

    def _told(self, operation: Operation | Event, answer: str) -> None:
        """Counts what an answer alone tells of the rule that was broken."""
        ways = self._ways.of_answer(operation, answer)
        for way in ways[:1]:
            self._add("rules", f"{operation.id} {way.place}")
        if len(ways) == 1:
            self._add("ways", str(ways[0]))

    def _add(self, kind: str, name: str) -> None:
        self.counts[kind][name] += 1

    def leave_out(self, ways: Iterable[str]) -> None:
        """Ways that are not asked for, by their texts; those that are seen count all the same."""
        self.left_out.update(ways)

    def merge(self, other: Coverage) -> None:
        """Adds what another one of the same contract has counted."""
        for kind, counts in other.counts.items():
            self.counts[kind].update(counts)
        self.left_out |= other.left_out

    def lines(self) -> Iterator[Line]:
        """How much of each kind was seen."""
        for kind, names in self._universe.items():
            counts = self.counts[kind]
            asked = [name for name in names if name in counts or name not in self.left_out]
            missing = tuple(name for name in asked if name not in counts)
            yield Line(kind, len(asked) - len(missing), len(asked), missing)

    def as_dict(self) -> dict[str, Any]:
        """The shares and what is missing, for readers; `counts` and `left-out` are what `from_dict` takes."""
        shares = {
            line.kind: {
                "seen": line.seen,
                "total": line.total,
                "percent": round(line.percent, 1),
                "missing": list(line.missing),
            }
            for line in self.lines()
        }
        counts = {kind: dict(sorted(counted.items())) for kind, counted in self.counts.items()}
        return {"contract": self.contract.name, **shares, "counts": counts, "left-out": sorted(self.left_out)}

    @classmethod
    def from_dict(cls, contract: Contract, data: Mapping[str, Any]) -> Coverage:
        """What `as_dict` gave, perhaps in another process. Raises `UsageError` where it is another contract's."""
        if data.get("contract") != contract.name:
            raise UsageError(f"This coverage is of {data.get('contract')!r}, not of {contract.name}.")
        coverage = cls(contract)
        for kind in KINDS:
            coverage.counts[kind].update(data["counts"].get(kind, {}))
        coverage.leave_out(data["left-out"])
        return coverage


def _universe(contract: Contract, ways: Ways) -> dict[str, list[str]]:
    document = contract.document.data
    everything = [*contract, *contract.realtime]
    statuses = [
        f"{operation.id} {status}"
        for operation in contract
        for status in pointers.resolve(document, operation.pointer).get("responses", {})
    ]
    placed = [placed for one in everything for placed in ways.constraints(one.id)]
    ruled = [way for way in ways if way.kind != CONSTRAINT]
    return {
        "operations": [one.id for one in everything],
        "statuses": statuses,
        "errors": [*_errors(contract)],
        "edges": [str(one.way) for one in placed if one.constraint.has_edge],
        "constraints": [str(one.way) for one in placed],
        "rules": [f"{way.operation} {way.place}" for way in ruled],
        "ways": [str(way) for way in ruled],
    }


def _errors(contract: Contract) -> Iterator[str]:
    """Names of the errors that something natural causes."""
    yield from (answer.name for answer in contract.answers.values() if answer.trigger)
    for event in contract.realtime:
        yield from (_event_error(event, answer) for answer in event.answers.values() if answer.trigger)


def _event_error(event: Event, answer: Answer) -> str:
    return f"{answer.event} {answer.name}"


def thresholds(texts: Iterable[str]) -> dict[str, float]:
    """What `--fail-under` asks for, by kind: `90` for all, or `errors=90,ways=80`. Raises `UsageError`."""
    found: dict[str, float] = {}
    for part in (part.strip() for text in texts for part in text.split(",") if part.strip()):
        kind, equals, number = part.rpartition("=")
        if equals and kind not in KINDS:
            near = get_close_matches(kind, KINDS, 1)
            advice = f"Did you mean {near[0]}?" if near else f"There is: {', '.join(KINDS)}."
            raise UsageError(f"--fail-under: coverage has no kind {kind!r}. {advice}")
        for name in [kind] if equals else KINDS:
            found[name] = _percentage(part, number)
    return found


def _percentage(part: str, text: str) -> float:
    try:
        number = float(text.removesuffix("%"))
    except ValueError:
        number = -1.0
    if not 0 <= number <= 100:
        raise UsageError(f"--fail-under {part}: {text!r} is no percentage. Write 90, or errors=90,ways=80.")
    return number


def shortfalls(coverage: Coverage, wanted: Mapping[str, float]) -> list[str]:
    """A sentence for each kind of which less was seen than wanted."""
    return [
        f"coverage of {line.kind} is {line.percent:.1f} % ({line.seen} of {line.total}), less than"
        f" {wanted[line.kind]:g} %"
        for line in coverage.lines()
        if line.percent < wanted.get(line.kind, 0)
    ]
