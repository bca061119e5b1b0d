"""SARIF 2.1.0: the members that the standard requires, and findings where the contract says what they break."""

from __future__ import annotations

import json
from typing import Any

import jsonschema

from tests.validators.reports.samples import TINY, difference, finding, report
from understudy_validators.reports import render

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
URI = {"type": "string", "pattern": "^[^ ]+$"}
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}
# What the standard demands of the objects that are used here (OASIS SARIF 2.1.0, sections 3.13 to 3.58).
LOCATION = {
    "type": "object",
    "properties": {
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation"],
            "properties": {
                "artifactLocation": {"type": "object", "properties": {"uri": URI, "uriBaseId": {"type": "string"}}},
                "region": {"type": "object", "properties": {"startLine": {"type": "integer", "minimum": 1}}},
            },
        },
        "logicalLocations": {"type": "array", "uniqueItems": True},
    },
    "additionalProperties": False,
}
RULE = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "shortDescription": TEXT,
        "defaultConfiguration": {
            "type": "object",
            "properties": {"level": {"enum": ["none", "note", "warning", "error"]}},
        },
        "properties": {"type": "object"},
    },
    "additionalProperties": False,
}
MESSAGE = {
    "type": "object",
    "properties": {
        "protocol": {"type": "string"},
        "version": {"type": "string"},
        "target": {"type": "string"},
        "method": {"type": "string"},
        "statusCode": {"type": "integer"},
        "headers": {"type": "object", "additionalProperties": {"type": "string"}},
        "body": {"type": "object", "properties": {"text": {"type": "string"}}},
    },
    "additionalProperties": False,
}
RESULT = {
    "type": "object",
    "required": ["message"],
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": -1},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": TEXT,
        "locations": {"type": "array", "items": LOCATION},
        "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
        "properties": {"type": "object"},
        "webRequest": MESSAGE,
        "webResponse": MESSAGE,
    },
    "additionalProperties": False,
}
INVOCATION = {
    "type": "object",
    "required": ["executionSuccessful"],
    "properties": {
        "executionSuccessful": {"type": "boolean"},
        "startTimeUtc": TIME,
        "endTimeUtc": TIME,
        "toolExecutionNotifications": {
            "type": "array",
            "items": {"type": "object", "required": ["message"], "properties": {"message": TEXT}},
        },
    },
    "additionalProperties": False,
}
DRIVER = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string"},
        "version": {"type": "string"},
        "rules": {"type": "array", "uniqueItems": True, "items": RULE},
    },
    "additionalProperties": False,
}
RUN = {
    "type": "object",
    "required": ["tool"],
    "properties": {
        "tool": {"type": "object", "required": ["driver"], "properties": {"driver": DRIVER}},
        "invocations": {"type": "array", "items": INVOCATION},
        "originalUriBaseIds": {"type": "object"},
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "results": {"type": "array", "items": RESULT},
        "properties": {"type": "object"},
    },
    "additionalProperties": False,
}
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {"$schema": URI, "version": {"const": "2.1.0"}, "runs": {"type": "array", "items": RUN}},
    "additionalProperties": False,
}


def run(**more: Any) -> dict[str, Any]:
    log = json.loads(render("sarif", report(**more)))
    jsonschema.Draft202012Validator(SARIF).validate(log)
    [only] = log["runs"]
    assert isinstance(only, dict)
    return only


def test_rules_are_those_of_the_contract_and_what_findings_are_about() -> None:
    rules = run()["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [
        "addThing/parameters",
        "addThing/form",
        "addThing/schema",
        "addThing/security",
        "addThing/owned",
        "addThing/maxLength",
        "addThing/status",
    ]
    assert rules[4]["shortDescription"] == {"text": "The caller owns it."}


def test_a_result_names_its_rule_by_id_and_index() -> None:
    found = run()
    rules = [rule["id"] for rule in found["tool"]["driver"]["rules"]]
    assert [result["ruleId"] for result in found["results"]] == ["addThing/maxLength", "addThing/status"]
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in found["results"])


def test_a_result_stands_where_the_contract_has_the_rule_else_the_operation() -> None:
    owned = finding(way="addThing owned missing", difference=difference(rule="owned"))
    places = [result["locations"][0]["physicalLocation"] for result in run(findings=(owned, finding()))["results"]]
    lines = [
        TINY.document.locate(pointer)[1]
        for pointer in (TINY.operation("addThing").checks[-1].pointer, finding().pointer)
    ]
    assert [place["region"]["startLine"] for place in places] == lines
    assert lines[0] > lines[1] > 1
    assert places[0]["artifactLocation"] == {"uri": "tiny/openapi.yaml", "uriBaseId": "CONTRACTS"}


def test_the_same_mistake_has_the_same_fingerprint_in_every_run() -> None:
    one, other = (
        run(findings=(finding(replay=text),), seed=seed)["results"][0] for seed, text in enumerate(("now", "later"))
    )
    assert one["partialFingerprints"] == other["partialFingerprints"]
    another = run(findings=(finding(way="addThing owned missing"),))["results"][0]
    assert another["partialFingerprints"] != one["partialFingerprints"]


def test_what_was_not_arranged_is_a_note() -> None:
    [invocation] = run()["invocations"]
    assert (invocation["startTimeUtc"], invocation["endTimeUtc"]) == (
        "2026-01-01T00:00:00.000Z",
        "2026-01-01T00:00:01.500Z",
    )
    [note] = invocation["toolExecutionNotifications"]
    assert note["message"]["text"] == "addThing owned missing: not arranged: nothing stands for things t2"


def test_a_finding_of_a_whole_conversation_stands_at_the_contract() -> None:
    [result] = run(findings=(finding(operation="", way="", pointer="", exchanges=()),))["results"]
    assert result["ruleId"] == "conversations/maxLength"
    assert "webRequest" not in result
