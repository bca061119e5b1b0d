"""What the documents say is what the product has."""

from __future__ import annotations

import re

import pytest

import understudy_specs
from tests.repo.tree import ROOT
from understudy_mockserver.cli import cli
from understudy_validators import compile_folder
from understudy_validators.catalogue import catalogue
from understudy_validators.examples import listed_answers

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
    """Each answer that a check of an operation gives is listed, by its name, among that operation's own responses."""
    contract = CONTRACTS[name]
    data = contract.document.data
    framing = {answer.name for answer in contract.framing.values()}
    for operation in contract:
        node = data["paths"][operation.path][operation.method.lower()]
        shown = {listed for listed, *_ in listed_answers(data, node["responses"])}
        given = {answer for check in operation.checks for answer in check.answers}
        assert given - framing <= shown, operation.id
        assert shown <= {entry.answer.name for entry in catalogue(contract)}, operation.id


def test_every_error_has_the_vendors_code_or_is_a_plain_text() -> None:
    for contract in CONTRACTS.values():
        for entry in catalogue(contract):
            assert entry.code is not None or isinstance(entry.answer.value, str), entry.answer.name
