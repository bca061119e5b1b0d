"""Notes what a campaign tried, and makes its report."""

from __future__ import annotations

import time
from collections import deque

from understudy_validators.checking.campaign import Campaign, Tried
from understudy_validators.checking.coverage import Coverage
from understudy_validators.checking.finding import Finding
from understudy_validators.checking.report import Report
from understudy_validators.contract import Contract, Operation
from understudy_validators.exchange import Exchange
from understudy_validators.sockets import SocketStep

#: Exchanges that a report shows: the last ones.
TIMELINE = 500


class Recorder:
    """Watches a campaign; `coverage` is what it has exercised so far."""

    def __init__(self, contract: Contract, title: str, seed: int) -> None:
        self.contract = contract
        self.coverage = Coverage(contract)
        self._title = title
        self._seed = seed
        self._exchanges: deque[Exchange] = deque(maxlen=TIMELINE)
        self._started = time.time()

    def watch(self, tried: Tried) -> None:
        """Counts what was tried; a rule counts as broken where the answer was the right one."""
        right = not tried.differences
        violations = (tried.violation,) if tried.violation and right else ()
        way = tried.case.way if violations else None
        operation = tried.case.operation
        if isinstance(operation, Operation):
            if tried.exchange:
                self._exchanges.append(tried.exchange)
                self.coverage.record(operation, tried.exchange, violations=violations, way=way)
        else:
            answer = tried.violation.answer if violations and tried.violation else ""
            payload = tried.step.payload if isinstance(tried.step, SocketStep) else None
            self.coverage.record_event(operation, payload, violations=violations, way=way, answer=answer)

    def report(self, campaign: Campaign, findings: list[Finding]) -> Report:
        """What the campaign came to."""
        self.coverage.leave_out([*campaign.not_arranged, *campaign.impossible])
        return Report(
            contract=self.contract,
            title=self._title,
            base_url=campaign.target.base_url,
            seed=self._seed,
            started=self._started,
            seconds=time.time() - self._started,
            findings=tuple(findings),
            coverage=self.coverage,
            exchanges=tuple(self._exchanges),
            not_arranged=campaign.not_arranged,
            impossible=campaign.impossible,
        )
