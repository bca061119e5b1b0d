"""The contracts and providers of this distribution, by name."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import understudy_specs
from understudy_mockserver.provider import Provider
from understudy_validators.compiler import compile_folder
from understudy_validators.contract import Contract
from understudy_validators.errors import UsageError
from understudy_validators.yaml_core import plainly


def load_contract(name: str, world: Path | None = None) -> Contract:
    """The contract of that name, with a world of one's own if a file is given.

    Raises `UsageError`, which lists the contracts there are, or `ContractError`.
    """
    folders = understudy_specs.folders()
    if name not in folders:
        raise UsageError(f"There is no contract {name!r}. There is: {', '.join(folders)}.")
    contract = compile_folder(folders[name])
    if world is None:
        return contract
    # Imported here: only who brings a world pays for the linter.
    from understudy_validators.worlds import load_own_world  # noqa: PLC0415

    own = load_own_world(folders[name], world)
    return replace(contract, world=own.world, now=own.now)


def load_contracts(names: Iterable[str] = (), worlds: Mapping[str, Path] | None = None) -> list[Contract]:
    """The contracts of those names (of none, all), each with its own world if `worlds` has a file for it."""
    files = worlds or {}
    contracts = [load_contract(name, files.get(name)) for name in names or understudy_specs.folders()]
    plainly.cache_clear()  # it has served its turn: a contract's files are read twice
    return contracts


def load_provider(name: str) -> Provider:
    """The provider of a contract: `PROVIDER` of the module of the same name in `providers/`."""
    module = importlib.import_module(f"understudy_mockserver.providers.{name.replace('-', '_')}")
    provider: Provider = module.PROVIDER
    return provider
