"""A whole check of a server: examples, edges, one fault at a time, requests by chance, and conversations.

Each case is a Hypothesis test of its own, whose seed comes from the campaign's: the same seed tries the same, and any
one case can be run again alone. What fails is made short before it is reported.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.database import ExampleDatabase
from hypothesis.stateful import run_state_machine_as_test

from understudy_validators import curl, fuzzing
from understudy_validators.answers import Answer
from understudy_validators.catalogue import Step
from understudy_validators.checking.conformance import Conformance
from understudy_validators.checking.database import CaseDatabase
from understudy_validators.checking.events import EventConformance
from understudy_validators.checking.finding import Difference, Finding
from understudy_validators.checking.sequences import DifferenceError, Model, Pair
from understudy_validators.checking.target import Target
from understudy_validators.checking.who import NotArrangedError
from understudy_validators.contract import Contract, Operation
from understudy_validators.exchange import Exchange
from understudy_validators.fuzzing import Example, Fault, Way
from understudy_validators.realtime import CONNECT, Event
from understudy_validators.sockets import SocketStep
from understudy_validators.violation import Violation
from understudy_validators.wire import WireRequest

#: What a campaign tries, in this order.
SEQUENCES = "sequences"
PHASES = ("examples", "edges", "faults", "random", SEQUENCES)
#: Of the requests by chance for each operation, one in so many is the number of conversations; and their steps.
CONVERSATIONS = 10
STEPS = 15
#: Different mistakes that one case may show; then it is given up.
MOST_FINDINGS = 5
#: Events that one step may cause, at most.
MOST_EVENTS = 1000
#: Seconds in which a socket's answer is expected.
EVENT_WAIT = 2.0
#: Seconds after which silence means that nothing was wrong.
SILENCE = 0.15
_REFUSED = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a campaign tries.

    `max_examples` is the number of requests by chance for each operation, `max_time` in seconds. `only` narrows it to
    cases, rules or answers of these names, `operations` to operations and events of these ids.
    """

    seed: int = 0
    max_examples: int = 100
    max_time: float | None = None
    only: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    phases: tuple[str, ...] = PHASES
    database: ExampleDatabase | None = None
    # Whether what fails is made short, which takes time.
    shrink: bool = True


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that is tried: an operation in a phase, or a way in which one of its rules is broken."""

    phase: str
    operation: Operation | Event
    make: Callable[[], st.SearchStrategy[Example | Fault]] = field(compare=False, repr=False)
    examples: int
    way: Way | None = None
    answers: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The case's name, stable from run to run."""
        return str(self.way) if self.way else f"{self.operation.id} {self.phase}"

    def is_named(self, names: tuple[str, ...]) -> bool:
        """Whether any of the names is this case's: its id, its rule, or an answer that it ends in."""
        place = self.way.place if self.way else ""
        return not names or any(name in (self.id, place, place.rpartition("/")[2], *self.answers) for name in names)


@dataclass(frozen=True, slots=True)
class Tried:
    """What one attempt came to: for coverage, and for whoever watches."""

    case: Case
    step: WireRequest | SocketStep
    exchange: Exchange | None
    violation: Violation | None
    differences: tuple[Difference, ...]


class _MismatchError(Exception):
    """A finding, thrown through Hypothesis, which looks for a shorter one."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.title)
        self.finding = finding


class Campaign:
    """Checks one server by one contract. `not_arranged` and `impossible` say, by case, what was not tried and why."""

    def __init__(
        self,
        contract: Contract,
        target: Target,
        plan: Plan,
        *,
        command: str = "",
        watch: Callable[[Tried], None] = lambda tried: None,
    ) -> None:
        self.contract = contract
        self.target = target
        self.plan = plan
        self.not_arranged: dict[str, str] = {}
        self.impossible: dict[str, str] = {}
        self._conformance = Conformance(contract)
        self._events = EventConformance(contract)
        self._command = command or f"understudy check {contract.name}"
        self._watch = watch
        self._deadline = time.monotonic() + plan.max_time if plan.max_time else None

    @property
    def out_of_time(self) -> bool:
        """Whether `max_time` is over."""
        return self._deadline is not None and time.monotonic() > self._deadline

    def cases(self) -> Iterator[Case]:
        """What the plan comes to, but for conversations."""
        chosen = [one for one in self._all() if not self.plan.operations or one.id in self.plan.operations]
        for phase in self.plan.phases:
            for operation in chosen:
                yield from (case for case in self._cases(phase, operation) if case.is_named(self.plan.only))

    def _all(self) -> list[Operation | Event]:
        return [*self.contract, *self.contract.realtime]

    def _cases(self, phase: str, operation: Operation | Event) -> Iterator[Case]:
        contract = self.contract
        if phase in ("examples", "edges"):
            made = list(getattr(fuzzing, phase)(contract, operation))
            if made:
                yield Case(phase, operation, lambda: st.sampled_from(made), len(made))
        elif phase == "faults":
            faults = fuzzing.faults(contract, operation)
            self.impossible |= {str(way): reason for way, reason in faults.impossible.items()}
            for way in faults.ways:
                if way not in faults.impossible:
                    yield Case(phase, operation, partial(faults.strategy, way), 1, way, _answers(operation, way))
        elif phase == "random" and not fuzzing.valid(contract, operation).is_empty:
            yield Case(phase, operation, lambda: fuzzing.valid(contract, operation), self.plan.max_examples)

    def run_case(self, case: Case) -> list[Finding]:
        """Tries a case, and returns its findings, each as short as Hypothesis makes it."""
        found: list[Finding] = []
        while len(found) < MOST_FINDINGS and not self.out_of_time:
            finding = self._first(case, {finding.key for finding in found})
            if finding is None:
                break
            found.append(finding)
        return found

    def run_sequences(self, model: Model) -> list[Finding]:
        """Holds conversations with the mock and the server at once, and returns the first difference, made short."""
        pair = Pair(self.contract, model, self.target)
        try:
            self._side_by_side(pair)
        except DifferenceError as error:
            return [self._of_conversation(error)]
        machine = seeded(self._seed_of(SEQUENCES))(fuzzing.conversations(self.contract, pair))
        count = max(1, self.plan.max_examples // CONVERSATIONS)
        try:
            run_state_machine_as_test(machine, settings=self._settings(count, SEQUENCES, stateful_step_count=STEPS))
        except DifferenceError as error:
            return [self._of_conversation(error)]
        return []

    def _side_by_side(self, pair: Pair) -> None:
        """Sends the contract's examples, and requests at the edge of its limits, to both, each in a fresh world."""
        for operation in self.contract:
            if self.plan.operations and operation.id not in self.plan.operations:
                continue
            for example in (*fuzzing.examples(self.contract, operation), *fuzzing.edges(self.contract, operation)):
                if isinstance(example.step, WireRequest) and not example.before and not self.out_of_time:
                    pair.begin()
                    pair.call(example.step)

    def _of_conversation(self, error: DifferenceError) -> Finding:
        pointers = {one.id: one.pointer for one in self._all()}
        return Finding(
            contract=self.contract.name,
            operation=error.operation,
            difference=error.differences[0],
            exchanges=error.trail,
            curl=self._line(error.step),
            replay=f"{self._command} --seed {self.plan.seed} --phase {SEQUENCES}",
            pointer=pointers.get(error.operation, ""),
        )

    def _line(self, step: WireRequest | SocketStep | None) -> str:
        """A request as one curl line; nothing for what curl can't do."""
        if not isinstance(step, WireRequest):
            return ""
        return curl.line(self.target.who.shown(step), self.target.base_url)

    def _settings(self, examples: int, kept_as: str, **more: Any) -> settings:
        database = self.plan.database
        return settings(
            max_examples=examples,
            database=CaseDatabase(database, f"{self.contract.name} {kept_as}") if database and kept_as else None,
            deadline=None,
            phases=[Phase.reuse, Phase.generate, *([Phase.shrink] if self.plan.shrink else [])],
            verbosity=Verbosity.quiet,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
            report_multiple_bugs=False,
            **more,
        )

    def _first(self, case: Case, known: set[tuple[str, ...]]) -> Finding | None:
        def attempt(drawn: Example | Fault) -> None:
            if not self.out_of_time:
                self._attempt(case, drawn, known)

        seed = self._seed_of(f"{case.phase} {case.id}")
        # What is known by now passes: the database would forget it.
        once = self._settings(case.examples, "" if known else case.id)(seeded(seed)(given(case.make())(attempt)))
        try:
            once()
        except _MismatchError as mismatch:
            return mismatch.finding
        return None

    def _seed_of(self, name: str) -> int:
        """A seed of the case's own: it tries the same, whatever else is tried."""
        return int.from_bytes(sha256(f"{self.plan.seed} {name}".encode()).digest()[:8])

    def _attempt(self, case: Case, drawn: Example | Fault, known: set[tuple[str, ...]]) -> None:
        fault = drawn if isinstance(drawn, Fault) else None
        example = drawn.example if isinstance(drawn, Fault) else drawn
        violation = fault.violation if fault else None
        self.target.begin()
        try:
            trail = self._arrange(example.before)
            step = example.step
            if isinstance(step, WireRequest) and isinstance(case.operation, Operation):
                exchange = self.target.send(step)
                trail.append(exchange)
                differences = self._conformance.differences(case.operation, exchange, violation)
            else:
                exchange, differences = None, self._socket(case.operation, step, violation)
        except NotArrangedError as error:
            self.not_arranged[case.id] = str(error)
            return
        self._watch(Tried(case, step, exchange, violation, tuple(differences)))
        for difference in differences:
            finding = self._finding(case, difference, step, tuple(trail))
            if finding.key not in known:
                raise _MismatchError(finding)

    def _arrange(self, before: tuple[Step, ...]) -> list[Exchange]:
        """Takes the steps that come first. Raises `NotArrangedError` where one of them is refused."""
        trail: list[Exchange] = []
        for count, step in before:
            for _ in range(count):
                if isinstance(step, SocketStep):
                    if self.target.take(step).refused is not None:
                        raise NotArrangedError([f"a connection to {step.namespace}, which was refused"])
                    continue
                trail.append(self.target.send(step))
                if trail[-1].status >= _REFUSED:
                    what = f"{step.method} {step.path}, which was refused with {trail[-1].status}"
                    raise NotArrangedError([what])
        return trail

    def _socket(self, operation: Operation | Event, step: Any, violation: Violation | None) -> list[Difference]:
        if not isinstance(operation, Event):
            raise TypeError(f"{operation.id} is not an event")
        connection = self.target.take(step)
        if operation.name == CONNECT:
            return self._events.connected(operation, connection, violation)
        # What the steps before it caused may come first.
        refusals = {operation.answers[violation.answer].event} if violation else ()
        came = self.target.listen(step.name, MOST_EVENTS, EVENT_WAIT if violation else SILENCE, refusals)
        return self._events.answered(operation, came, violation)

    def _finding(
        self, case: Case, difference: Difference, step: WireRequest | SocketStep, trail: tuple[Exchange, ...]
    ) -> Finding:
        return Finding(
            contract=self.contract.name,
            operation=case.operation.id,
            difference=difference,
            way=str(case.way) if case.way else "",
            exchanges=trail,
            curl=self._line(step),
            replay=f"{self._command} --seed {self.plan.seed} --phase {case.phase} --only '{case.id}'",
            pointer=case.operation.pointer,
        )


def _answers(operation: Operation | Event, way: Way) -> tuple[str, ...]:
    """The answers that the way may end in: names, for whoever looks for one."""
    answers: list[Answer] = [
        operation.answers[name]
        for check in operation.checks
        if check.id == way.place
        for name in check.answers
        if name in operation.answers
    ]
    return tuple(answer.name for answer in answers)
