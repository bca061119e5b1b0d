"""What campaigns try and what coverage counts are the same ways, by the same texts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.shipped import CONTRACTS
from understudy_validators import Contract, Operation, fuzzing
from understudy_validators.checking.ways import Ways
from understudy_validators.realtime import Event


def samples() -> Iterator[tuple[Contract, Operation | Event]]:
    """The operation that each API is mocked for, its neighbour, and all events: the others are made the same way."""
    for contract in CONTRACTS.values():
        operations = [contract.main_operation, next(one for one in contract if one != contract.main_operation)]
        yield from ((contract, one) for one in (*operations, *contract.realtime))


@pytest.mark.parametrize(
    ("contract", "operation"), [pytest.param(c, one, id=f"{c.name}-{one.id}") for c, one in samples()]
)
def test_each_way_that_a_campaign_tries_is_counted_and_what_is_counted_can_be_tried_or_is_excused(
    contract: Contract, operation: Operation | Event
) -> None:
    faults = fuzzing.faults(contract, operation)
    excused = {str(way) for way in faults.impossible}
    tried = {str(way) for way in faults.ways} - excused
    counted = {str(way) for way in Ways(contract).of(operation.id)}
    assert tried <= counted <= tried | excused
