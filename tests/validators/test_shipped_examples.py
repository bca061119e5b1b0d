"""The contracts' own examples: what they show is what they say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import understudy_specs
from understudy_validators import Contract, Operation, compile_folder, judge, judge_reply
from understudy_validators.compiler import operations_of
from understudy_validators.schemas import Schemas, dereference
from understudy_validators.times import to_seconds
from understudy_validators.wire import FORM, WireRequest, build, to_wire

CONTRACTS = {name: compile_folder(folder) for name, folder in understudy_specs.folders().items()}
OPERATIONS = [(contract, operation) for contract in CONTRACTS.values() for operation in contract]


def requests() -> Iterator[tuple[str, Contract, Operation, str, Any]]:
    """(id, contract, operation, media type, body) of each request example."""
    for contract, operation in OPERATIONS:
        for media_type, examples in operation.request_examples.items():
            for name, body in examples.items():
                yield f"{contract.name}-{operation.id}-{name}", contract, operation, media_type, body


def replies() -> Iterator[tuple[str, Operation, int, str, Any]]:
    """(id, operation, status, media type, body) of each example of a success."""
    for contract, operation in OPERATIONS:
        for success in operation.successes:
            for name, body in success.examples.items():
                yield f"{contract.name}-{operation.id}-{name}", operation, success.status, success.media_type, body


def errors() -> Iterator[tuple[str, Contract, str, Any]]:
    """(id, contract, pointer of the schema, body) of each error where an operation lists it."""
    for contract in CONTRACTS.values():
        data = contract.document.data
        for pointer, _, _, _, node in operations_of(data):
            for status, response in node["responses"].items():
                at = f"{pointer}/responses/{status}"
                at = response["$ref"].removeprefix("#") if "$ref" in response else at
                for media_type, content in dereference(response, data).get("content", {}).items():
                    below = f"{at}/content/{media_type.replace('/', '~1')}/schema"
                    for name, example in content.get("examples", {}).items() if status >= "4" else ():
                        value = dereference(example, data)["value"]
                        yield f"{contract.name}-{node['operationId']}-{name}", contract, below, value


def _wire(contract: Contract, operation: Operation, media_type: str, body: Any) -> WireRequest:
    schema = next(m for m in operation.media_types if m.name == media_type)
    node = contract.document.data["paths"][operation.path][operation.method.lower()]["requestBody"]
    content = dereference(node, contract.document.data)["content"][schema.name]["schema"]
    bare = build(contract, {"send": operation.id, "raw": ""})
    bare = WireRequest(
        bare.method,
        bare.path,
        {name: value for name, value in bare.headers.items() if name != "Content-Type"},
        parameters=bare.parameters,
        query=bare.query,
    )
    return to_wire(bare, media_type, body, content, contract.document.data)


@pytest.mark.parametrize(
    ("contract", "operation", "media_type", "body"), [pytest.param(*r, id=i) for i, *r in requests()]
)
def test_a_request_example_is_accepted_by_every_rule(
    contract: Contract, operation: Operation, media_type: str, body: Any
) -> None:
    wire = _wire(contract, operation, media_type, body)
    assert (wire.parts is not None) == (media_type == FORM)
    now = to_seconds(contract.now)
    verdict = judge(operation, wire.to_request(), wire.parameters, contract.world, now)
    assert verdict.violations == ()


@pytest.mark.parametrize(("operation", "status", "media_type", "body"), [pytest.param(*r, id=i) for i, *r in replies()])
def test_a_reply_example_keeps_the_promise_of_its_operation(
    operation: Operation, status: int, media_type: str, body: Any
) -> None:
    assert judge_reply(operation, status, media_type, body) == []


@pytest.mark.parametrize(("contract", "pointer", "body"), [pytest.param(*e, id=i) for i, *e in errors()])
def test_an_error_example_fits_the_schema_of_its_response(contract: Contract, pointer: str, body: Any) -> None:
    assert list(Schemas(contract.document.data).at(pointer).findings(body)) == []


@pytest.mark.parametrize("operation", [pytest.param(o, id=f"{c.name}-{o.id}") for c, o in OPERATIONS])
def test_every_operation_shows_its_requests_and_its_reply(operation: Operation) -> None:
    for media_type in operation.media_types:
        assert operation.request_examples[media_type.name], media_type.name
    assert all(success.examples for success in operation.successes if success.media_type)
