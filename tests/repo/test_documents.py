"""What the documents say is what the product has."""

from __future__ import annotations

import re

import pytest

import understudy_specs
from tests.repo.tree import ROOT
from understudy_mockserver.cli import cli
from understudy_validators import compile_folder

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRACTS = {name: compile_folder(folder) for name, folder in understudy_specs.folders().items()}


def test_the_readme_names_every_contract_and_no_other() -> None:
    assert set(re.findall(r"^\| `/([a-z-]+)` \|", README, re.MULTILINE)) == set(CONTRACTS)


def test_the_readme_shows_every_command() -> None:
    context = cli.make_context("understudy", [], resilient_parsing=True)
    assert set(re.findall(r"`understudy ([a-z]+)", README)) >= set(cli.list_commands(context))


def test_the_readme_stays_within_two_screens() -> None:
    assert len(README.splitlines()) <= 100


@pytest.mark.parametrize("name", CONTRACTS)
def test_the_error_catalogue_is_what_the_documentation_page_shows(name: str) -> None:
    """Each answer that an operation gives stands, by its name, in the responses that the page is made from."""
    contract = CONTRACTS[name]
    for operation in contract:
        node = contract.document.data["paths"][operation.path][operation.method.lower()]
        framing = {answer.name for answer in contract.framing.values()}
        for check in operation.checks:
            for answer in set(check.answers) - framing:
                assert answer in str(node["responses"]) or answer in str(contract.document.data["components"])
                assert answer in operation.answers
