"""Every error of every contract, caused over a real socket the way the catalogue says."""

from __future__ import annotations

import asyncio

import pytest

import understudy_specs
from tests.servers import Served
from understudy_mockserver.reproduction import reproduce
from understudy_validators import Contract, compile_folder
from understudy_validators.catalogue import Entry, catalogue

CONTRACTS = {name: compile_folder(folder) for name, folder in understudy_specs.folders().items()}
ENTRIES = [(contract, entry) for contract in CONTRACTS.values() for entry in catalogue(contract)]


@pytest.mark.parametrize(
    ("contract", "entry"), [pytest.param(c, e, id=f"{c.name}-{e.answer.name}") for c, e in ENTRIES]
)
def test_a_trigger_ends_in_exactly_the_answer_of_the_catalogue(
    contract: Contract, entry: Entry, server: Served
) -> None:
    async def run() -> None:
        result = await reproduce(contract, entry, server.contracts[contract.name])
        assert (result.last.status or 0, result.last.event) == (entry.answer.status, entry.answer.event)
        assert result.last.body == entry.body
        for exchange in result.exchanges[:-1]:
            assert (exchange.status or 200) < 400, exchange
        if not entry.answer.event:
            assert result.last.verdict.startswith("forced" if entry.forced else "refused")

    asyncio.run(run())


@pytest.mark.parametrize(
    ("contract", "entry"), [pytest.param(c, e, id=f"{c.name}-{e.answer.name}") for c, e in ENTRIES]
)
def test_an_error_says_what_it_is_and_who_says_so(contract: Contract, entry: Entry) -> None:
    assert entry.answer.summary
    assert entry.answer.source.kind in ("documented", "observed", "assumed")
    assert entry.answer.source.origin
    assert bool(entry.trigger) != bool(entry.answer.forced)


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_every_answer_that_a_check_can_give_is_in_the_catalogue(contract: Contract) -> None:
    listed = {entry.answer.name for entry in catalogue(contract)}
    for operation in contract:
        for check in operation.checks:
            assert set(check.answers) <= listed
            assert set(check.answers) <= set(operation.answers)
