"""`understudy validate`: judge one request by its contract, without a server."""

from __future__ import annotations

import sys
from typing import Any, TextIO

import click
import orjson

from understudy_mockserver.cli import FINDINGS
from understudy_mockserver.contracts import load_contract
from understudy_validators import judging, requests, times
from understudy_validators.contract import Contract, Operation
from understudy_validators.errors import UsageError
from understudy_validators.judging import Verdict
from understudy_validators.violation import Violation


@click.command(short_help="Judge a request by its contract.")
@click.argument("contract")
@click.argument("operation")
@click.argument("file", type=click.File(encoding="utf-8"), default="-")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
def command(contract: str, operation: str, file: TextIO, as_json: bool) -> None:
    """Judge the request in FILE (or on standard input) by OPERATION of CONTRACT.

    FILE holds a JSON body, or a whole request: {"method", "path", "headers", "body"}, as `understudy errors --json`
    prints them. A body alone is judged by its schema and by the rules that need nothing else; a whole request by every
    rule, against the contract's own world. Exits with 0 if nothing is violated, 1 if something is.
    """
    compiled = load_contract(contract)
    target = compiled.operation(operation)
    verdict = _judge(compiled, target, _read(file))
    click.echo(_as_json(compiled, target, verdict) if as_json else _as_text(target, verdict))
    if not verdict.accepted:
        sys.exit(FINDINGS)


def _read(file: TextIO) -> Any:
    try:
        return orjson.loads(file.read())
    except (orjson.JSONDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file.name} holds no JSON: {error}.") from None


def _judge(contract: Contract, operation: Operation, value: Any) -> Verdict:
    now = times.to_seconds(contract.now)
    if not requests.is_whole(value):
        return judging.judge_body(operation, value, contract.world, now)
    request, parameters = requests.from_json(contract, operation, value)
    return judging.judge(operation, request, parameters, contract.world, now)


def _as_json(contract: Contract, operation: Operation, verdict: Verdict) -> str:
    facts = {
        "contract": contract.name,
        "operation": operation.id,
        "accepted": verdict.accepted,
        "violations": [_facts(violation) for violation in verdict.violations],
    }
    return orjson.dumps(facts, option=orjson.OPT_INDENT_2).decode()


def _facts(violation: Violation) -> dict[str, Any]:
    return {**violation.as_dict(), "answer": violation.answer, "message": violation.message}


def _as_text(operation: Operation, verdict: Verdict) -> str:
    if verdict.accepted:
        return f"{operation.id}: accepted."
    lines = [_line(operation, violation) for violation in verdict.violations]
    return "\n".join([*lines, f"{operation.id}: refused, {len(lines)} violation(s); the first decides the answer."])


def _line(operation: Operation, violation: Violation) -> str:
    answer = operation.answers[violation.answer]
    facts = f"{violation.rule} (limit {_short(violation.limit)}, actual {_short(violation.actual)})"
    return f"{violation.path}: {violation.message}: {facts} -> {answer.status} {answer.name}"


def _short(value: Any) -> str:
    text = orjson.dumps(value, default=str).decode()
    return text if len(text) <= 100 else f"{text[:100]}…"
