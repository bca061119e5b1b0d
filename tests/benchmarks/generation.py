"""How many conforming requests a core makes in a second."""

from __future__ import annotations

import time
from statistics import median
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

from understudy_mockserver.contracts import load_contract
from understudy_validators.fuzzing import Example, valid

#: The operations that are generated for, by contract.
OPERATIONS = {"replyke": "sendMessage", "amity": "createMessage"}


def rates(requests: int, rounds: int) -> dict[str, float]:
    """Requests for each second of processor time, by operation: the median of the rounds."""
    return {
        f"{contract} {operation}": median(_rate(contract, operation, requests) for _ in range(rounds))
        for contract, operation in OPERATIONS.items()
    }


def _rate(contract: str, operation: str, requests: int) -> float:
    loaded = load_contract(contract)
    strategy = valid(loaded, loaded.operation(operation))
    count = 0

    @settings(
        max_examples=requests,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def make(example: Example) -> None:
        nonlocal count
        count += 1

    begun = time.process_time()
    make()
    return count / (time.process_time() - begun)


def markdown(found: dict[str, Any]) -> str:
    """The rates as a table."""
    rows = [f"| {name} | {rate:,.0f} |" for name, rate in found.items()]
    return "\n".join(["| conforming requests | per second of a core |", "| --- | ---: |", *rows])
