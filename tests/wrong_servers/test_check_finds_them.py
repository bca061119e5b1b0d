"""A check finds the fault of every wrong server within 200 examples of a phase, and names the rule."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wrong_servers.making import Wrong
from tests.wrong_servers.running import running
from tests.wrong_servers.servers import SERVERS
from understudy_mockserver.contracts import load_contract
from understudy_mockserver.mock import Mock, Namespaced
from understudy_validators.checking.campaign import Campaign, Plan, Tried
from understudy_validators.checking.finding import Finding
from understudy_validators.checking.loop import LoopThread
from understudy_validators.checking.target import Target
from understudy_validators.contract import Contract

EXAMPLES = 200
CONTRACTS = {server.contract: load_contract(server.contract) for server in SERVERS}


@pytest.fixture(scope="module")
def mocks() -> Iterator[dict[str, Mock]]:
    with LoopThread() as loop:
        made = {name: Mock(contract, loop) for name, contract in CONTRACTS.items()}
        yield made
        for mock in made.values():
            mock.target.close()


class Counted:
    """Counts what is tried in each phase, until something differs."""

    def __init__(self) -> None:
        self.tried: dict[str, int] = {}
        self.found: set[str] = set()

    def watch(self, tried: Tried) -> None:
        phase = tried.case.phase
        if phase not in self.found:
            self.tried[phase] = self.tried.get(phase, 0) + 1
        if tried.differences:
            self.found.add(phase)


def check(contract: Contract, base_url: str, wrong: Wrong, mock: Mock, counted: Counted) -> Finding | None:
    """The first finding that names the rule, phase by phase."""
    with LoopThread() as loop:
        target = Target(base_url, loop, renew=Namespaced("check").renew)
        plan = Plan(max_examples=EXAMPLES, operations=wrong.operations, shrink=False)
        campaign = Campaign(contract, target, plan, watch=counted.watch)
        try:
            for case in campaign.cases():
                found = [finding for finding in campaign.run_case(case) if finding.rule == wrong.rule]
                if found:
                    return found[0]
            found = [finding for finding in campaign.run_sequences(mock) if finding.rule == wrong.rule]
            return found[0] if found else None
        finally:
            target.close()


@pytest.mark.parametrize("wrong", SERVERS, ids=[f"{server.contract}-{server.name}" for server in SERVERS])
def test_the_fault_is_found_and_named(wrong: Wrong, tmp_path: Path, mocks: dict[str, Mock]) -> None:
    counted = Counted()
    with running(wrong, tmp_path) as base_url:
        finding = check(CONTRACTS[wrong.contract], base_url, wrong, mocks[wrong.contract], counted)
    assert finding is not None
    assert finding.replay
    assert all(count <= EXAMPLES for count in counted.tried.values())


def test_there_are_enough_of_them() -> None:
    assert len({(server.contract, server.name) for server in SERVERS}) >= 25
