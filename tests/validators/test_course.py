"""The quick way through an operation's checks finds what the careful one finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.shipped import CONTRACTS
from understudy_validators import Contract, Operation, Request, judge, times, wire
from understudy_validators.judging import Verdict
from understudy_validators.routing import Router

STEPS = [
    (contract, step)
    for contract in CONTRACTS.values()
    for step in (
        *({"send": operation.id} for operation in contract),
        *(answer.trigger[-1] for answer in contract.answers.values() if answer.trigger),
    )
    if "send" in step
]


def _verdict(contract: Contract, operation: Operation, request: Request, path: Mapping[str, str]) -> Verdict:
    return judge(operation, request, path, contract.world.copy(), times.to_seconds(contract.now))


def _careful(operation: Operation) -> Operation:
    return replace(operation, checks=tuple(replace(check, lane=None) for check in operation.checks))


@pytest.mark.parametrize(("contract", "step"), STEPS, ids=lambda value: getattr(value, "name", "")[:20])
def test_every_trigger_is_judged_alike(contract: Contract, step: Mapping[str, Any]) -> None:
    request = wire.build(contract, step).to_request()
    operation = contract.operation(step["send"])
    router: Router[Operation] = Router()
    for template in (operation.path, *operation.aliases):
        router.add(request.method, template, operation)
    match = router.match(request.method, request.path)
    assert match is not None
    quick = _verdict(contract, operation, request, match.parameters)
    careful = _verdict(contract, _careful(operation), request, match.parameters)
    assert quick.violations == careful.violations
    assert quick.view == careful.view


def test_most_rules_have_a_quick_way() -> None:
    rules = [check for contract in CONTRACTS.values() for op in contract for check in op.checks if check.pointer]
    assert len([check for check in rules if check.lane]) > len(rules) / 2
