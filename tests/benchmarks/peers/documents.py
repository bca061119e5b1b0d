"""What the peers are given: files made from the contract, nothing of them written by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.benchmarks.traffic import OPERATIONS
from understudy_mockserver.limits import Limits
from understudy_validators import Contract
from understudy_validators.answers import as_text
from understudy_validators.contract import Operation
from understudy_validators.schemas import dereference

JSON = "application/json"
# The refusal of a request without credentials bears the same name in the measured contracts.
_UNAUTHORIZED = "unauthorized"
_BUCKET = "request"

Document = dict[str, Any]

# The keywords of JSON Schema by what stands behind them. All others, `x-` ones and descriptions, are left out: engines
# in their strict mode refuse to load them.
_SCHEMAS = {"properties", "patternProperties"}
_LISTS_OF_SCHEMAS = {"allOf", "anyOf", "oneOf"}
_SCHEMA = {"items", "additionalProperties", "contains", "not", "if", "then", "else", "propertyNames"}
_PLAIN = {
    *("type", "enum", "const", "required", "format", "pattern", "minLength", "maxLength", "minItems", "maxItems"),
    *("uniqueItems", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minProperties", "maxProperties"),
}


def request_schema(contract: Contract) -> Any:
    """The schema of the measured operation's JSON body, with standard keywords only and no reference."""
    operation = _operation(contract)
    body = _node(contract, operation)["requestBody"]
    return _plain(body["content"][JSON]["schema"], contract.document.data)


def backend(contract: Contract) -> Document:
    """What `backend.cjs` reads: the whole contract, the texts of its refusals, its world."""
    answers = {
        name: {"status": answer.status, "type": answer.media_type, "body": as_text(answer.value)}
        for name, answer in contract.answers.items()
    }
    world = {name: [dict(record) for record in contract.world[name]] for name in _collections(contract)}
    return {"document": contract.document.data, "answers": answers, "world": world, "kept": Limits().messages}


def wiremock(contract: Contract) -> Document:
    """Stubs: a body that the schema accepts is answered with the operation's first example, any other is refused."""
    operation, refusal = _operation(contract), contract.answers[OPERATIONS[contract.name][1]]
    missing = contract.answers[_UNAUTHORIZED]
    schema = {"matchesJsonSchema": json.dumps(request_schema(contract)), "schemaVersion": "V202012"}
    headers = {"Authorization": {"matches": "Bearer .+"}}
    created = _stub(operation.success.status, next(iter(operation.success.examples.values())))
    request = {"method": operation.method, "urlPathTemplate": operation.path}
    stubs = [
        ({**request, "headers": headers, "bodyPatterns": [schema]}, created),
        ({**request, "headers": headers}, _stub(refusal.status, refusal.value)),
        (request, _stub(missing.status, missing.value)),
    ]
    return {"mappings": [{"priority": n, "request": a, "response": b} for n, (a, b) in enumerate(stubs, 1)]}


def mockoon(contract: Contract, imported: Document) -> Document:
    """What Mockoon's own import made of the contract, with rules for the measured operation.

    A body that breaks the schema gets its refusal, a request without credentials the one for that.
    """
    operation = _operation(contract)
    path = re.sub(r"\{(\w+)\}", r":\1", operation.path).removeprefix("/")
    at = (operation.method.lower(), path)
    [route] = [each for each in imported["routes"] if (each["method"], each["endpoint"]) == at]
    success = _response(route, next(iter(operation.success.examples)), operation.success.status)
    refusals = (contract.answers[name] for name in (_UNAUTHORIZED, OPERATIONS[contract.name][1]))
    unauthorized, refused = (_response(route, answer.name, answer.status) for answer in refusals)
    unauthorized["rules"] = [_mockoon_rule("header", "Authorization", "null", "", invert=False)]
    refused["rules"] = [_mockoon_rule("body", "", "valid_json_schema", _BUCKET, invert=True)]
    for response in route["responses"]:
        response["default"] = response is success
    route["responses"].sort(key=lambda each: (each is not unauthorized, each is not refused))
    return {**imported, "endpointPrefix": "", "data": [_mockoon_bucket(request_schema(contract))]}


def write(document: Document, path: Path) -> Path:
    """Writes a document as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), "utf-8")
    return path


def _operation(contract: Contract) -> Operation:
    return contract.operation(OPERATIONS[contract.name][0])


def _node(contract: Contract, operation: Operation) -> Mapping[str, Any]:
    node: Mapping[str, Any] = contract.document.data["paths"][operation.path][operation.method.lower()]
    return node


def _collections(contract: Contract) -> Iterator[str]:
    """The collections that `backend.cjs` looks into and that this world has."""
    for name in ("users", "tokens", "channels", "channelUsers", "projects", "conversations", "members"):
        if name in contract.unique:
            yield name


def _plain(schema: Any, document: Document) -> Any:
    found = dereference(schema, document)
    if not isinstance(found, dict):
        return found
    result: Document = {}
    for keyword, value in found.items():
        if keyword in _PLAIN:
            result[keyword] = value
        elif keyword in _SCHEMA:
            result[keyword] = _plain(value, document)
        elif keyword in _SCHEMAS:
            result[keyword] = {name: _plain(each, document) for name, each in value.items()}
        elif keyword in _LISTS_OF_SCHEMAS:
            result[keyword] = [_plain(each, document) for each in value]
    return result


def _stub(status: int, value: Any) -> Document:
    return {"status": status, "headers": {"Content-Type": JSON}, "jsonBody": value}


def _response(route: Document, label: str, status: int) -> Document:
    """What Mockoon made of an example; of one that is not JSON it keeps a response for the status alone."""
    found: Iterator[Document] = (each for each in route["responses"] if each["label"] == label)
    return next(found, None) or next(each for each in route["responses"] if each["statusCode"] == status)


def _mockoon_rule(target: str, modifier: str, operator: str, value: str, *, invert: bool) -> Document:
    return {"target": target, "modifier": modifier, "operator": operator, "value": value, "invert": invert}


def _mockoon_bucket(schema: Any) -> Document:
    uuid = "5b1f0b9e-6c0e-4a55-8f0d-2a8f2f1f9c11"
    return {"uuid": uuid, "id": _BUCKET, "name": _BUCKET, "documentation": "", "value": json.dumps(schema)}
