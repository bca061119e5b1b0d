"""A public linter, which knows nothing of this project, has no complaint about any contract."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

import understudy_specs
from tests.clients import packages
from tests.linters.spectral import FOLDER, Complaint, lint

CONTRACTS = Path(understudy_specs.__file__).resolve().parent
DOCUMENTS = sorted([*CONTRACTS.glob("*/openapi.yaml"), *CONTRACTS.glob("*/asyncapi.yaml")])
#: For each name of a document: a text in it, what is put in its place, and the rule that this breaks.
BROKEN = {
    "openapi.yaml": [
        ("\ninfo:\n", "\ninfo:\n  surprise: true\n", "oas3-schema"),
        ('"#/components/schemas/', '"#/components/nowhere/', "invalid-ref"),
    ],
    "asyncapi.yaml": [
        ("\ninfo:\n", "\ninfo:\n  surprise: true\n", "asyncapi-3-document-resolved"),
        ('"openapi.yaml#/components/schemas/', '"openapi.yaml#/components/nowhere/', "invalid-ref"),
    ],
}


@pytest.fixture(scope="module")
def node() -> str:
    """Where node is, with the linter installed. Without it, the tests are skipped; where CI is set, they fail."""
    return packages.node_for_tests(FOLDER)


@pytest.fixture(scope="module")
def complaints(node: str) -> list[Complaint]:
    """What the linter says of all documents: one run, as its start takes longer than a document."""
    return lint(node, DOCUMENTS)


def test_every_contract_is_among_the_documents() -> None:
    assert {path.parent for path in DOCUMENTS} == set(understudy_specs.folders().values())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_linter_has_no_complaint(complaints: list[Complaint], document: Path) -> None:
    assert told(each for each in complaints if each.document == document) == ""


def test_the_linter_has_no_complaint_about_what_documents_refer_to(complaints: list[Complaint]) -> None:
    assert told(each for each in complaints if each.document not in DOCUMENTS) == ""


def test_broken_copies_are_reported(node: str, tmp_path: Path) -> None:
    expected = {
        broken_copy(tmp_path / f"{index}-{name}", name, old, new): rule
        for name, cases in BROKEN.items()
        for index, (old, new, rule) in enumerate(cases)
    }
    found = {(each.document, each.rule) for each in lint(node, expected)}
    assert set(expected.items()) <= found


def told(complaints: Iterable[Complaint]) -> str:
    """One line for each; a failed test shows all lines of a text, and not all of a list."""
    return "\n".join(str(each) for each in complaints)


def broken_copy(folder: Path, name: str, old: str, new: str) -> Path:
    """The document `name` in a copy of the first contract that has events, with its first `old` replaced by `new`."""
    contract = next(path.parent for path in DOCUMENTS if path.name == "asyncapi.yaml")
    document = shutil.copytree(contract, folder) / name
    text = document.read_text("utf-8")
    assert old in text
    document.write_text(text.replace(old, new, 1), "utf-8")
    return document
