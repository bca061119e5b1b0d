"""Every limit of every contract, at its edge and one past it, over a real socket; none is listed here by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

import understudy_specs
from understudy_mockserver.verdicts import VIOLATIONS
from understudy_validators import Contract, Operation, compile_folder
from understudy_validators.edges import Constraint, apply, constraints
from understudy_validators.schemas import dereference
from understudy_validators.wire import NOTHING, WireRequest, build, to_wire

CONTRACTS = {name: compile_folder(folder) for name, folder in understudy_specs.folders().items()}


def schema_of(contract: Contract, operation: Operation, media_type: str) -> Any:
    """The schema of a request body."""
    data = contract.document.data
    body = dereference(data["paths"][operation.path][operation.method.lower()]["requestBody"], data)
    return body["content"][media_type]["schema"]


def cases() -> Iterator[Any]:
    """(contract, operation, media type, constraint) of each constraint of a request body that has an edge."""
    for contract in CONTRACTS.values():
        for operation in contract:
            for media_type in operation.media_types:
                schema = schema_of(contract, operation, media_type.name)
                for constraint in constraints(schema, contract.document.data):
                    if constraint.has_edge:
                        name = f"{contract.name}-{operation.id}-{media_type.name}{constraint.pointer}"
                        yield pytest.param(contract, operation, media_type.name, constraint, id=name)


def request(
    contract: Contract, operation: Operation, media_type: str, constraint: Constraint, past: bool
) -> WireRequest:
    """The operation's own example, brought to the constraint's edge, or past it."""
    schema, document = schema_of(contract, operation, media_type), contract.document.data
    example = next(iter(operation.request_examples[media_type].values()), NOTHING)
    body = apply({} if example is NOTHING else example, constraint, schema, document, past=past)
    bare = build(contract, {"send": operation.id})
    headers = {name: value for name, value in bare.headers.items() if name.lower() != "content-type"}
    plain = WireRequest(bare.method, bare.path, headers, parameters=bare.parameters, query=bare.query)
    return to_wire(plain, media_type, body, schema, document)


def violations(client: httpx.Client, contract: Contract, wire: WireRequest) -> list[dict[str, Any]]:
    """What the server found."""
    headers, content = wire.encode()
    url = f"/{contract.name}{wire.path}" + (f"?{wire.query}" if wire.query else "")
    response = client.request(wire.method, url, headers=headers, content=content)
    found: list[dict[str, Any]] = json.loads(response.headers.get(VIOLATIONS, "[]"))
    return found


def is_broken(constraint: Constraint, found: list[dict[str, Any]]) -> bool:
    """Whether the violations name the constraint."""
    expected = [token for token in constraint.tokens if token != "items"]
    return any(
        violation["rule"] == constraint.keyword
        and [token for token in violation["path"].split("/")[1:] if not token.isdecimal()] == expected
        for violation in found
    )


@pytest.mark.parametrize(("contract", "operation", "media_type", "constraint"), list(cases()))
def test_a_limit_holds_to_the_last_unit(
    contract: Contract, operation: Operation, media_type: str, constraint: Constraint, client: httpx.Client
) -> None:
    at = violations(client, contract, request(contract, operation, media_type, constraint, past=False))
    past = violations(client, contract, request(contract, operation, media_type, constraint, past=True))
    assert not is_broken(constraint, at)
    assert is_broken(constraint, past)


def test_the_limits_of_the_source_documents_are_among_them() -> None:
    limits = {(p.values[0].name, p.values[1].id, p.values[3].pointer): p.values[3].limit for p in cases()}
    assert limits["replyke", "sendMessage", "/body/files/maxItems"] == 10
    assert limits["replyke", "sendMessage", "/body/metadata/x-max-bytes"] == 10240
    assert limits["amity", "createMessage", "/body/channelId/maxLength"] == 150
    assert limits["amity", "createMessage", "/body/tags/maxItems"] == 10
    assert limits["amity", "createMessage", "/body/tags/items/maxLength"] == 30
    assert limits["amity", "createMessage", "/body/mentionees/maxItems"] == 2
