"""Schemathesis, which knows nothing of this project, finds nothing in the mock that the contract does not say."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
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
    with_limit,
    with_rule,
    without_rule,
)
from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.server import serving
from understudy_validators import Contract, compile_folder
from understudy_validators.wire import build

SEED = 1
JSON = "application/json"


def _fails(call: Call, right: Callable[[Call], Reply]) -> Reply:
    raise ZeroDivisionError(call.operation.id)


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
        document=without_rule("getChatSettings", "security"),
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


def authorization(contract: Contract) -> str:
    """The header that the first operation which asks for one is sent with."""
    headers = (build(contract, {"send": operation.id}).headers for operation in contract)
    return next(sent["Authorization"] for sent in headers if "Authorization" in sent)


@pytest.mark.parametrize("name", CONTRACTS)
def test_nothing_is_found_that_the_contract_does_not_say(
    roomy_server: Served, roomy_contracts: Path, name: str, tmp_path: Path
) -> None:
    contract = compile_folder(roomy.folders(roomy_contracts)[name])
    root = f"{roomy_server.url}/~fuzzed/{name}"
    run = fuzzer.run(f"{root}/openapi.json", root, authorization(contract), tmp_path, "--max-examples", "3")
    assert run.is_whole, run
    assert run.failures  # what only rules say is found by no schema: the judge has something to explain
    assert "\n".join(unexplained(contract, run.steps, SEED)) == ""


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

    [operation] = wrong.operations
    options = ("--max-examples", "3", "--include-operation-id", operation)
    async with serving(replace(wrong, document=roomy_and_wrong).app(folder)) as url:
        root = f"{url}/~fuzzed/{wrong.contract}"
        return await asyncio.to_thread(fuzzer.run, location, root, authorization(contract), folder, *options)
