"""The contracts and providers of this distribution, by name."""

from __future__ import annotations

import importlib
from collections.abc import Iterable

import understudy_specs
from understudy_mockserver.provider import Provider
from understudy_validators.compiler import compile_folder
from understudy_validators.contract import Contract
from understudy_validators.errors import UsageError


def load_contract(name: str) -> Contract:
    """The contract of that name. Raises `UsageError`, which lists those there are, or `ContractError`."""
    folders = understudy_specs.folders()
    if name not in folders:
        raise UsageError(f"There is no contract {name!r}. There is: {', '.join(folders)}.")
    return compile_folder(folders[name])


def load_contracts(names: Iterable[str] = ()) -> list[Contract]:
    """The contracts of those names; of none, all."""
    return [load_contract(name) for name in names or understudy_specs.folders()]


def load_provider(name: str) -> Provider:
    """The provider of a contract: `PROVIDER` of the module of the same name in `providers/`."""
    module = importlib.import_module(f"understudy_mockserver.providers.{name.replace('-', '_')}")
    provider: Provider = module.PROVIDER
    return provider
