"""Writes down what cannot be broken alone, of all contracts: `python -m tests.validators.fuzzing.pin`."""

from __future__ import annotations

import yaml

from tests.shipped import CONTRACTS
from tests.validators.fuzzing.test_contracts import IMPOSSIBLE, impossible

if __name__ == "__main__":
    listed = {name: impossible(contract) for name, contract in CONTRACTS.items()}
    IMPOSSIBLE.write_text(yaml.safe_dump(listed, allow_unicode=True, sort_keys=True, width=4096), encoding="utf-8")
