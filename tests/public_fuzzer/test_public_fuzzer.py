"""Schemathesis, which knows nothing of this project, finds nothing in the mock that the contract does not say."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.public_fuzzer import fuzzer, roomy
from tests.public_fuzzer.contract_says import unexplained
from tests.servers import Served, serve
from tests.shipped import CONTRACTS
from tests.wrong_servers.making import (
    Document,
    Wrong,
    answering,
    handling,
    moved,
    operation,
    with_limit,
    with_rule,
)
from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.server import serving
from understudy_validators import Contract, compile_folder

SEED = 1
JSON = "application/json"
#: The operation that ends the session of who calls it.
SIGNS_OUT = "deleteSession"
#: What can be run of a single operation.
ALONE = ("examples", "coverage", "fuzzing")


def _fails(call: Call, right: Callable[[Call], Reply]) -> Reply:
    raise ZeroDivisionError


def _without_id(body: Any) -> Any:
    return {key: value for key, value in body.items() if key != "id"}


#: Servers with one fault each that schemas and statuses alone can show; the rule is the check that shows it.
WRONG = [
    Wrong(
        "a text that is too long is accepted",
        "replyke",
        ("sendMessage",),
        "negative_data_rejection",
        document=with_limit("sendMessage", JSON, "/body/content/maxLength", None),
    ),
    Wrong(
        "a refusal has a status that is none of the operation's",
        "replyke",
        ("sendMessage",),
        "status_code_conformance",
        document=moved("sendMessage", "invalid-body", "400", "410"),
    ),
    Wrong(
        "a request that breaks nothing is refused, as others are",
        "replyke",
        ("listMessages",),
        "positive_data_acceptance",
        document=with_rule("listMessages", "one-direction", when=True, require=False),
    ),
    Wrong(
        "an answer lacks a field",
        "replyke",
        ("sendMessage",),
        "response_schema_conformance",
        provider=answering("sendMessage", _without_id),
    ),
    Wrong(
        "a handler fails",
        "amity",
        ("createMessage",),
        "not_a_server_error",
        provider=handling("createMessage", _fails),
    ),
    Wrong(
        "nobody is asked for credentials",
        "amity",
        ("getChatSettings",),
        "ignored_auth",
        document=lambda document: operation(document, "getChatSettings").update(security=[{}]),
    ),
]


@pytest.fixture(scope="module")
def roomy_contracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of contracts in which nobody calls too often."""
    folder = tmp_path_factory.mktemp("contracts")
    roomy.write(folder)
    return folder


@pytest.fixture(scope="module")
def roomy_server(tmp_path_factory: pytest.TempPathFactory, roomy_contracts: Path) -> Iterator[Served]:
    """The command, which serves them; the same requests get the same answers."""
    start = [sys.executable, "-W", "ignore", roomy.__file__, str(roomy_contracts), "serve"]
    with serve(tmp_path_factory.mktemp("server"), "--seed", str(SEED), start=start) as served:
        yield served


@pytest.mark.parametrize("name", CONTRACTS)
def test_nothing_is_found_that_the_contract_does_not_say(
    roomy_server: Served, roomy_contracts: Path, name: str, tmp_path: Path
) -> None:
    contract = compile_folder(roomy.folders(roomy_contracts)[name])
    root = f"{roomy_server.url}/~fuzzed/{name}"
    options = ("--exclude-operation-id", SIGNS_OUT)
    run = fuzzer.run(contract, f"{root}/openapi.json", root, tmp_path, *options)
    assert run.is_whole, (run.phases, run.errors)
    assert run.failures  # what only rules say is found by no schema: the judge has something to explain
    assert "\n".join(unexplained(contract, run.steps, SEED)) == ""


def test_nothing_is_found_in_signing_out(roomy_server: Served, roomy_contracts: Path, tmp_path: Path) -> None:
    """It has a world of its own: whoever signs out is refused everything else."""
    [contract] = [contract for contract in CONTRACTS.values() if SIGNS_OUT in {each.id for each in contract}]
    root = f"{roomy_server.url}/~signed-out/{contract.name}"
    options = ("--include-operation-id", SIGNS_OUT)
    run = fuzzer.run(contract, f"{root}/openapi.json", root, tmp_path, *options, phases=ALONE)
    assert not run.errors
    assert {step.exchange.status for step in run.steps} >= {200, 401}
    right = compile_folder(roomy.folders(roomy_contracts)[contract.name])
    assert "\n".join(unexplained(right, run.steps, SEED)) == ""


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.name)
def test_a_fault_that_schemas_can_show_is_not_explained(
    roomy_server: Served, roomy_contracts: Path, wrong: Wrong, tmp_path: Path
) -> None:
    contract = compile_folder(roomy.folders(roomy_contracts)[wrong.contract])
    run = asyncio.run(fuzzed(wrong, f"{roomy_server.url}/{wrong.contract}/openapi.json", contract, tmp_path))
    assert not run.errors
    assert wrong.rule in {check for _, check in run.failures}
    left = unexplained(contract, run.steps, SEED)
    assert any(wrong.rule in told for told in left), left


async def fuzzed(wrong: Wrong, location: str, contract: Contract, folder: Path) -> fuzzer.Run:
    """A run against the wrong server, of the operation with the fault."""
    edit = wrong.document or (lambda document: None)

    def roomy_and_wrong(document: Document) -> None:
        roomy.widen(document)
        edit(document)

    options = ("--include-operation-id", *wrong.operations)
    run = partial(fuzzer.run, contract, location, phases=ALONE)
    async with serving(replace(wrong, document=roomy_and_wrong).app(folder)) as url:
        root = f"{url}/~fuzzed/{wrong.contract}"
        return await asyncio.to_thread(run, root, folder, *options)
