"""A check of the mock itself finds nothing, whatever it tries."""

from __future__ import annotations

import pytest

from tests.shipped import CONTRACTS
from understudy_mockserver.mock import Mock
from understudy_validators.checking.campaign import Campaign, Plan, Tried
from understudy_validators.checking.loop import LoopThread

EXAMPLES = 25


@pytest.mark.parametrize("name", CONTRACTS)
def test_nothing_is_found(name: str) -> None:
    contract = CONTRACTS[name]
    tried: list[Tried] = []
    with LoopThread() as loop:
        mock = Mock(contract, loop)
        target = mock.another()
        campaign = Campaign(contract, target, Plan(max_examples=EXAMPLES), watch=tried.append)
        findings = [finding.title for case in campaign.cases() for finding in campaign.run_case(case)]
        findings += [finding.title for finding in campaign.run_sequences(mock)]
        target.close()
        mock.target.close()
    assert findings == []
    everything = {one.id for one in (*contract, *contract.realtime)}
    assert {attempt.case.operation.id for attempt in tried} == everything
    assert len(tried) > EXAMPLES * len(everything) / 2
