"""Providers hold behaviour; numbers, limits and texts of an API stand in its contract."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import understudy_mockserver.providers
import understudy_specs
from understudy_mockserver.contracts import load_provider
from understudy_validators import Contract, compile_folder
from understudy_validators.catalogue import catalogue
from understudy_validators.documents import bundle
from understudy_validators.edges import SIZES

HERE = Path(understudy_mockserver.providers.__file__).parent
CONTRACTS = {name: compile_folder(folder) for name, folder in understudy_specs.folders().items()}
# Numbers that are how one counts, or statuses of success, and no API's limit.
EVERYDAY = {0, 1, 2, -1, 1000, 200, 201, 204}


def modules(name: str) -> list[Path]:
    """The files of a provider."""
    folder = HERE / name.replace("-", "_")
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]


def constants(path: Path) -> Iterator[Any]:
    """Every constant in the code, docstrings left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    docstrings = {id(node.value) for node in statements if isinstance(node.value, ast.Constant)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in docstrings:
            yield node.value


def limits(node: Any) -> Iterator[Any]:
    """Every limit in a document: of schemas, and of quotas."""
    if isinstance(node, list):
        for item in node:
            yield from limits(item)
    elif isinstance(node, dict):
        yield from (node[word] for word in (*SIZES, "limit", "window") if isinstance(node.get(word), int | float))
        for item in node.values():
            yield from limits(item)


def texts(value: Any) -> Iterator[str]:
    """Every sentence in an error's body; single words are codes, which a provider may speak of."""
    if isinstance(value, str) and " " in value:
        yield value
    elif isinstance(value, list | dict):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)


@pytest.mark.parametrize("name", CONTRACTS)
def test_no_provider_holds_a_limit_of_its_contract(name: str) -> None:
    documents = [bundle(path) for path in understudy_specs.folders()[name].glob("*api.yaml")]
    held = {limit for document in documents for limit in limits(document.data)} - EVERYDAY
    for module in modules(name):
        numbers = {value for value in constants(module) if isinstance(value, int | float)}
        assert not numbers & held, module


@pytest.mark.parametrize(("name", "contract"), CONTRACTS.items(), ids=CONTRACTS)
def test_no_provider_holds_an_error_text_of_its_contract(name: str, contract: Contract) -> None:
    said = {text for entry in catalogue(contract) for text in texts(entry.answer.value)}
    for module in modules(name):
        strings = {value for value in constants(module) if isinstance(value, str)}
        assert not strings & said, module


@pytest.mark.parametrize(("name", "contract"), CONTRACTS.items(), ids=CONTRACTS)
def test_every_provider_handles_each_operation_of_its_contract_and_no_other(name: str, contract: Contract) -> None:
    provider = load_provider(name)
    assert provider.name == name
    assert set(provider.handlers) == set(contract.operations)
    taken = {event.id for event in contract.realtime}
    assert set(provider.events) <= taken | {"disconnect"}


def test_every_provider_has_a_contract() -> None:
    found = {path.stem for path in HERE.iterdir() if path.name not in ("__init__.py", "__pycache__")}
    assert {name.replace("_", "-") for name in found} == set(CONTRACTS)
