"""From files to a contract: which checks an operation gets, in which order, and which answers they give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests import tiny
from tests.tiny import answers, found, judge, with_rules
from understudy_validators import Contract, ContractError, compile_folder, judging
from understudy_validators.compiler import contract_name

SECURITY = "{id: security, answers: {missing: unauthorized, invalid: rejected, expired: expired}}"
OWN = "{id: own, require: {properties: {query: {required: [own]}}}, answer: forbidden}"
PAGE = "[{name: page, in: query, schema: {type: integer}}]"


def checks(contract: Contract) -> list[str]:
    """The ids of the checks of its one operation, in order."""
    return [check.id for check in next(iter(contract)).checks]


@pytest.mark.parametrize(
    ("rules", "order"),
    [
        ("[%s]", ["parameters", "form", "schema", "security"]),
        ("[%s, {id: schema, answer: invalid}]", ["parameters", "form", "security", "schema"]),
        (
            "[{id: form, answer: invalid}, {id: schema, answer: invalid}, {id: parameters, answer: invalid}, %s]",
            ["form", "schema", "parameters", "security"],
        ),
        (f"[{OWN}, %s, {{id: schema, answer: invalid}}]", ["parameters", "form", "own", "security", "schema"]),
        (f"[%s, {OWN}]", ["parameters", "form", "schema", "security", "own"]),
    ],
)
def test_built_in_checks_that_are_not_listed_come_first(rules: str, order: list[str]) -> None:
    assert checks(tiny.contract(rules=rules % SECURITY)) == order


@pytest.mark.parametrize(
    ("operation", "order"),
    [
        ("{requestBody: null}", ["parameters", "security"]),
        ("{security: []}", ["parameters", "form", "schema"]),
        ("{requestBody: null, security: []}", ["parameters"]),
    ],
)
def test_a_check_of_nothing_is_left_out(operation: str, order: list[str]) -> None:
    assert checks(tiny.contract(operation=operation)) == order


def test_the_first_check_that_is_broken_decides_the_answer() -> None:
    last = tiny.contract(parameters=PAGE, rules=f"[{SECURITY}, {OWN}]")
    first = tiny.contract(
        parameters=PAGE,
        rules=f"[{OWN}, {SECURITY}, {{id: schema, answer: taken}}, {{id: form, answer: missing}}, "
        "{id: parameters, answer: limited}]",
    )
    wrong: dict[str, Any] = {"headers": {"authorization": None, "content-type": "text/plain"}, "query": "page=x"}
    assert answers(judge(last, **wrong)) == ["invalid", "unreadable", "unauthorized", "forbidden"]
    assert answers(judge(first, **wrong)) == ["forbidden", "unauthorized", "unreadable", "limited"]


@pytest.mark.parametrize(
    ("request_", "answer"),
    [({"raw": b"{"}, "taken"), ({"body": {}}, "missing"), ({"query": "page=x"}, "limited")],
)
def test_each_built_in_check_has_an_answer_of_its_own(request_: Any, answer: str) -> None:
    rules = "[{id: parameters, answer: limited}, {id: form, answer: taken}, {id: schema, answer: missing}]"
    assert answers(judge(tiny.contract(parameters=PAGE, rules=rules), **request_)) == [answer]


@pytest.mark.parametrize("request_", [{"raw": b"{"}, {"body": {}}, {"query": "page=x"}])
def test_without_one_it_is_that_of_a_bad_request(request_: Any) -> None:
    framing = "{x-framing: {answers: {bad-request: taken}}}"
    assert answers(judge(tiny.contract(parameters=PAGE, openapi=framing), **request_)) == ["taken"]


def test_a_rule_may_stand_elsewhere() -> None:
    elsewhere = f"{{components: {{x-rules: {{Own: {OWN}}}}}}}"
    contract = tiny.contract(rules='[{$ref: "#/components/x-rules/Own"}]', openapi=elsewhere)
    assert found(judge(contract)) == [("/query/own", "own")]


# x-answers


@pytest.mark.parametrize(
    ("schema", "body", "answer"),
    [
        ("properties: {a: {maxLength: 1, x-answers: {maxLength: too-long}}}", {"a": "xx"}, "too-long"),
        ("properties: {a: {type: string, x-answers: {maxLength: too-long}}}", {"a": 5}, "invalid"),
        ("properties: {a: {type: string, x-answers: {'*': taken}}}", {"a": 5}, "taken"),
        ("properties: {a: {maxLength: 1, x-answers: {'*': taken, maxLength: too-long}}}", {"a": "xx"}, "too-long"),
        ("x-answers: {'*': taken}, properties: {a: {maxLength: 1}}", {"a": "xx"}, "taken"),
        ("x-answers: {'*': taken}, properties: {a: {maxLength: 1, x-answers: {'*': missing}}}", {"a": "xx"}, "missing"),
        ("x-answers: {'*': taken}, properties: {a: {maxLength: 1, x-answers: {type: missing}}}", {"a": "xx"}, "taken"),
        ("x-answers: {maxLength: too-long}, properties: {a: {maxLength: 1}}", {"a": "xx"}, "invalid"),
        (
            "properties: {a: {type: array, items: {maxLength: 1, x-answers: {maxLength: too-long}}}}",
            {"a": ["xx"]},
            "too-long",
        ),
        ("properties: {a: {x-max-bytes: 5, x-answers: {x-max-bytes: too-long}}}", {"a": "xxxx"}, "too-long"),
        ("x-answers: {'*': taken}, properties: {a: {x-max-bytes: 5}}", {"a": "xxxx"}, "taken"),
        ("allOf: [{properties: {a: {maxLength: 1}}, x-answers: {'*': taken}}]", {"a": "xx"}, "taken"),
        ("x-answers: {'*': taken}, allOf: [{properties: {a: {maxLength: 1}}}]", {"a": "xx"}, "taken"),
        ("x-answers: {anyOf: taken}, anyOf: [{required: [b]}, {required: [c]}]", {"a": "xx"}, "taken"),
        (
            "x-answers: {additionalProperties: taken}, properties: {b: {}}, additionalProperties: false",
            {"a": 1},
            "taken",
        ),
    ],
)
def test_the_nearest_word_names_the_answer(schema: str, body: Any, answer: str) -> None:
    assert answers(judge(tiny.contract(schema=f"{{{schema}}}"), body)) == [answer]


@pytest.mark.parametrize(
    ("schema", "answer"),
    [
        ("required: [a], x-answers: {required: taken}", "taken"),
        ("required: [a], properties: {a: {x-answers: {required: missing}}}", "missing"),
        ("required: [a], x-answers: {required: taken}, properties: {a: {x-answers: {required: missing}}}", "missing"),
        ("required: [a], x-answers: {required: taken}, properties: {b: {x-answers: {required: missing}}}", "taken"),
        ("required: [a], x-answers: {'*': taken}, properties: {a: {x-answers: {'*': missing}}}", "taken"),
        ("required: [a], properties: {a: {x-answers: {'*': missing}}}", "invalid"),
        ("required: [a], properties: {a: {$ref: '#/components/schemas/Named'}}", "forbidden"),
        (
            "required: [a], properties: {a: {$ref: '#/components/schemas/Named', x-answers: {required: missing}}}",
            "missing",
        ),
        ("required: [a], properties: {a: true}", "invalid"),
    ],
)
def test_what_is_missing_may_name_the_answer_itself(schema: str, answer: str) -> None:
    named = "{components: {schemas: {Named: {type: string, x-answers: {required: forbidden}}}}}"
    assert answers(judge(tiny.contract(schema=f"{{{schema}}}", openapi=named), {})) == [answer]


def test_a_schema_that_is_used_twice_answers_as_each_place_says() -> None:
    schema = """{properties: {
      a: {$ref: "#/components/schemas/Bytes", x-answers: {"*": taken}},
      b: {$ref: "#/components/schemas/Bytes", x-answers: {"*": missing}},
      c: {items: {$ref: "#/components/schemas/Bytes"}, x-answers: {"*": forbidden}},
    }}"""
    contract = tiny.contract(schema=schema, openapi=REFERRED)
    for name, answer in {"a": "taken", "b": "missing"}.items():
        assert answers(judge(contract, {name: "xxxx"})) == [answer]
    assert answers(judge(contract, {"c": ["x", "xxxx"]})) == ["forbidden"]


REFERRED = """
components:
  schemas:
    Text: {type: string, maxLength: 1}
    Own: {type: string, maxLength: 1, x-answers: {"*": missing}}
    Bytes: {x-max-bytes: 5}
    OwnBytes: {x-max-bytes: 5, x-answers: {"*": missing}}
    Outer: {properties: {a: {$ref: "#/components/schemas/Text"}}, x-answers: {"*": taken}}
"""


@pytest.mark.parametrize(
    ("schema", "answer"),
    [
        ("properties: {a: {$ref: '#/components/schemas/Text'}}", "invalid"),
        ("properties: {a: {$ref: '#/components/schemas/Own'}}", "missing"),
        ("properties: {a: {$ref: '#/components/schemas/Text', x-answers: {'*': taken}}}", "taken"),
        ("properties: {a: {$ref: '#/components/schemas/Own', x-answers: {'*': taken}}}", "missing"),
        ("x-answers: {'*': taken}, properties: {a: {$ref: '#/components/schemas/Text'}}", "taken"),
        ("$ref: '#/components/schemas/Outer'", "taken"),
        ("$ref: '#/components/schemas/Outer', x-answers: {'*': forbidden}", "taken"),
        ("properties: {a: {$ref: '#/components/schemas/Bytes', x-answers: {'*': taken}}}", "taken"),
        ("properties: {a: {$ref: '#/components/schemas/OwnBytes', x-answers: {'*': taken}}}", "missing"),
        ("x-answers: {'*': taken}, properties: {a: {$ref: '#/components/schemas/Bytes'}}", "taken"),
    ],
)
def test_a_star_answers_for_all_below_through_references_too(schema: str, answer: str) -> None:
    """For our own keywords as for those of JSON Schema."""
    contract = tiny.contract(schema=f"{{{schema}}}", openapi=REFERRED)
    assert answers(judge(contract, {"a": "xxxx"})) == [answer]


# collect

COLLECTING = """
components:
  examples:
    invalid: {value: {code: invalid, data: {detail: ["{violation.field} breaks {violation.rule}"]}}}
    too-long: {value: {code: too-long, data: {detail: ["{violation.field} is too long"]}}}
    unreadable: {value: {code: unreadable, data: {detail: [unreadable]}}}
    taken: {value: {code: taken}}
    forbidden: {value: {code: forbidden, data: {detail: [forbidden]}}}
"""
SCHEMA = """{
  required: [a],
  properties: {
    b: {maxLength: 1, x-answers: {maxLength: too-long}},
    c: {type: integer},
    d: {const: 1, x-answers: {const: taken}},
  },
}"""
COLLECT = "{id: form, answer: unreadable}", "{id: schema, answer: invalid, collect: /data/detail}"


@pytest.mark.parametrize(
    ("body", "code", "detail"),
    [
        ({}, "invalid", ["a breaks required"]),
        ({"a": 1, "b": "xx"}, "too-long", ["b is too long"]),
        ({"b": "xx", "c": "x"}, None, ["a breaks required", "b is too long", "c breaks type"]),
        ({"b": "xx", "c": "x", "d": 2}, None, ["a breaks required", "b is too long", "c breaks type"]),
    ],
)
def test_what_several_constraints_say_is_joined(body: Any, code: str | None, detail: list[str]) -> None:
    contract = tiny.contract(schema=SCHEMA, rules=f"[{', '.join(COLLECT)}]", openapi=COLLECTING)
    verdict = judge(contract, body)
    answer, joined = judging.refusal(next(iter(contract)), verdict)
    assert sorted(joined["data"]["detail"]) == sorted(detail)
    assert answer.name == joined["code"] == verdict.violations[0].answer
    assert code in (None, joined["code"])


def test_only_answers_of_the_same_status_are_joined() -> None:
    contract = tiny.contract(
        schema=SCHEMA, rules=f"[{', '.join(COLLECT)}, {OWN.replace('forbidden', 'taken')}]", openapi=COLLECTING
    )
    _, body = judging.refusal(next(iter(contract)), judge(contract, {}))
    assert body == {"code": "invalid", "data": {"detail": ["a breaks required"]}}


# contracts


def test_a_contract_is_called_as_its_folder() -> None:
    assert contract_name(Path("specs/avaya_spaces")) == "avaya-spaces"
    assert tiny.contract().name == "tiny"


def test_an_operation_can_answer_what_it_lists_and_what_framing_answers() -> None:
    contract = tiny.contract()
    listed = {"invalid", "unreadable", "too-long", "unauthorized", "rejected", "expired"}
    listed |= {"forbidden", "missing", "taken", "limited"}
    assert set(next(iter(contract)).answers) == {*listed, "route-not-found", "broken"}
    assert {name: answer.status for name, answer in contract.answers.items()}["limited"] == 429
    assert contract.framing["not-found"].name == "route-not-found"


def test_an_answer_has_its_vendors_code() -> None:
    contract = tiny.contract(openapi="{components: {examples: {taken: {value: {code: 409100}}, missing: {value: []}}}}")
    assert contract.code(contract.answers["taken"]) == "409100"
    assert contract.code(contract.answers["missing"]) == ""
    assert [answer.name for answer in contract.named("409100")] == ["taken"]
    assert [answer.name for answer in contract.named("taken")] == ["taken"]
    assert contract.named("nothing") == ()


def test_successes_are_one_for_each_status_and_media_type() -> None:
    operation = """
        responses:
          "200":
            description: Either.
            content:
              application/json: {schema: {type: object}, examples: {one: {value: {}}}}
              image/png: {schema: {type: string, format: binary}}
          "204": {description: Nothing.}
          "302": {description: Elsewhere.}
    """
    compiled = next(iter(tiny.contract(operation=operation)))
    successes = compiled.successes
    assert compiled.success is successes[0]
    assert [(s.status, s.media_type, s.validator is not None, dict(s.examples)) for s in successes] == [
        (201, "application/json", True, {"added": {"id": "t9"}}),
        (200, "application/json", True, {"one": {}}),
        (200, "image/png", False, {}),
        (204, "", False, {}),
    ]


def test_a_body_may_stand_elsewhere_and_so_may_its_examples() -> None:
    openapi = """
        components:
          requestBodies: {Thing: {required: true, content: {application/json: {schema: {required: [x]}, examples:
            {one: {$ref: "#/components/examples/thing"}}}}}}
          examples: {thing: {value: {x: 1}}}
    """
    contract = tiny.contract(operation='{requestBody: {$ref: "#/components/requestBodies/Thing"}}', openapi=openapi)
    operation = next(iter(contract))
    assert operation.request_examples == {"application/json": {"one": {"x": 1}}}
    assert found(judge(contract, {})) == [("/body/x", "required")]
    assert found(judge(contract, raw=b"")) == [("/body", "required")]


def test_every_mistake_of_a_file_is_in_the_exception(tmp_path: Path) -> None:
    home = tiny.write(tmp_path, tiny.document())
    (home / "openapi.yaml").write_text("a: 1\na: 2\nb: 1\nb: 2\n", encoding="utf-8")
    with pytest.raises(ContractError) as raised:
        compile_folder(home)
    assert [mistake.line for mistake in raised.value.mistakes] == [2, 4]
    assert str(raised.value).splitlines() == [str(mistake) for mistake in raised.value.mistakes]


def test_compiling_twice_gives_the_same_contract(tmp_path: Path) -> None:
    home = tiny.write(tmp_path, tiny.document(rules=f"[{OWN}]"))
    first, second = compile_folder(home), compile_folder(home)
    assert first.answers == second.answers
    assert next(iter(first)).checks == next(iter(second)).checks


def test_a_world_is_only_ever_copied() -> None:
    contract = with_rules("id: is-new, unique: things, where: {id: body.id}, answer: taken")
    copied = contract.world.copy()
    copied["things"].insert({"id": "t9"})
    assert judge(contract, {"id": "t9"}).accepted
