"""SARIF 2.1.0, for code scanning: findings stand where the contract says what they break."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson

from understudy_validators.checking.finding import Finding
from understudy_validators.checking.har import product_version, timestamp
from understudy_validators.checking.report import Report
from understudy_validators.contract import Contract
from understudy_validators.documents import Document
from understudy_validators.exchange import Exchange
from understudy_validators.reports.texts import CONVERSATIONS, details
from understudy_validators.schemas import located

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# Paths are relative to where the contracts' folders stand.
_BASE = "CONTRACTS"


def render(report: Report) -> str:
    """The report as SARIF."""
    rules = _rules(report)
    order = list(rules)
    run = {
        "tool": {
            "driver": {
                "name": "understudy",
                "version": product_version(),
                "rules": list(rules.values()),
            }
        },
        "invocations": [_invocation(report)],
        "originalUriBaseIds": {_BASE: {"description": {"text": "The folder that holds the contracts' folders."}}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(report, finding, order.index(_rule_id(finding))) for finding in report.findings],
        "properties": {"contract": report.contract.name, "baseUrl": report.base_url, "seed": report.seed},
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return orjson.dumps(log, option=orjson.OPT_INDENT_2, default=str).decode() + "\n"


def _rule_id(finding: Finding) -> str:
    return f"{finding.operation or CONVERSATIONS}/{finding.rule}"


def _rules(report: Report) -> dict[str, dict[str, Any]]:
    """Every rule of the contract's operations and events, and whatever else findings are about."""
    contract = report.contract
    rules: dict[str, dict[str, Any]] = {}
    for one in (*contract, *contract.realtime):
        document = _document(contract, one.id)
        for check in one.checks:
            node = located(check.pointer, document.data)[1] if check.pointer else {}
            rules[f"{one.id}/{check.id}"] = _rule(f"{one.id}/{check.id}", node)
    for finding in report.findings:
        rules.setdefault(_rule_id(finding), _rule(_rule_id(finding), {}))
    return rules


def _rule(name: str, node: Mapping[str, Any]) -> dict[str, Any]:
    operation, _, rule = name.partition("/")
    text = node.get("summary") or f"{operation} keeps {rule}."
    source = node.get("x-source")
    return {
        "id": name,
        "name": rule,
        "shortDescription": {"text": text},
        "defaultConfiguration": {"level": "error"},
        **({"properties": {"source": source}} if source else {}),
    }


def _invocation(report: Report) -> dict[str, Any]:
    notes = [
        {"level": "note", "message": {"text": f"{way}: not arranged: {reason}"}}
        for way, reason in report.not_arranged.items()
    ]
    return {
        "executionSuccessful": True,
        "startTimeUtc": timestamp(report.started),
        "endTimeUtc": timestamp(report.started + report.seconds),
        "toolExecutionNotifications": notes,
    }


def _result(report: Report, finding: Finding, index: int) -> dict[str, Any]:
    text = "\n".join([finding.title, *[f"{name}: {said}" for name, said in details(finding)]])
    fingerprint = sha256("\0".join((finding.contract, *finding.key)).encode()).hexdigest()
    result = {
        "ruleId": _rule_id(finding),
        "ruleIndex": index,
        "level": "error",
        "message": {"text": text},
        "locations": [_location(report.contract, finding)],
        "partialFingerprints": {"understudyFinding/v1": fingerprint},
        "properties": {"way": finding.way, "replay": finding.replay},
    }
    if finding.exchanges:
        result |= _web(finding.exchanges[-1])
    return result


def _location(contract: Contract, finding: Finding) -> dict[str, Any]:
    document = _document(contract, finding.operation)
    file, line = document.locate(_pointer(contract, finding))
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": f"{document.path.parent.name}/{file}", "uriBaseId": _BASE},
            "region": {"startLine": line},
        },
        "logicalLocations": [{"fullyQualifiedName": _rule_id(finding), "kind": "member"}],
    }


def _document(contract: Contract, operation: str) -> Document:
    document = contract.realtime.document
    return document if document and any(event.id == operation for event in contract.realtime) else contract.document


def _pointer(contract: Contract, finding: Finding) -> str:
    """Where the contract has the rule; else the operation."""
    for one in (*contract, *contract.realtime):
        if one.id == finding.operation:
            place = finding.way.split(" ")[1:2]
            named = [check.pointer for check in one.checks if check.pointer and check.id in (finding.rule, *place)]
            return named[0] if named else finding.pointer or one.pointer
    return finding.pointer


def _web(exchange: Exchange) -> dict[str, Any]:
    protocol = {"protocol": "HTTP", "version": "1.1"}
    return {
        "webRequest": {
            **protocol,
            "target": exchange.url,
            "method": exchange.method,
            "headers": dict(exchange.request_headers),
            "body": {"text": exchange.request_body.decode("utf-8", "replace")},
        },
        "webResponse": {
            **protocol,
            "statusCode": exchange.status,
            "headers": dict(exchange.response_headers),
            "body": {"text": exchange.response_body.decode("utf-8", "replace")},
        },
    }
