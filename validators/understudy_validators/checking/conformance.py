"""Judging one exchange by a contract: whether the answer is one that the contract has, and the right one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import orjson

from understudy_validators import judging
from understudy_validators.answers import Answer
from understudy_validators.checking.finding import Difference
from understudy_validators.checking.recognition import code_of, recognise
from understudy_validators.contract import Contract, Operation
from understudy_validators.exchange import Exchange
from understudy_validators.parameters import coerce
from understudy_validators.routing import Match, Router
from understudy_validators.schemas import Finding as SchemaFinding
from understudy_validators.schemas import Schemas, as_object, located
from understudy_validators.violation import Violation, shorten

_REFUSED = 400
_BROKEN = 500


class Conformance:
    """One contract, ready to judge what servers answer."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self._document = contract.document.data
        self._schemas = Schemas(self._document)
        self._router: Router[Operation] = Router()
        for operation in contract:
            for template in (operation.path, *operation.aliases):
                self._router.add(operation.method, template, operation)

    def match(self, method: str, path: str) -> Match[Operation] | None:
        """The operation at a path below the contract's root, still percent-encoded; `None` where nothing is."""
        return self._router.match(method.upper().replace("HEAD", "GET"), path)

    def of_exchange(self, exchange: Exchange) -> list[Difference]:
        """Every way in which an answer is none that the contract has, wherever it is served."""
        path = urlsplit(exchange.url).path
        segments = path.split("/")
        ways = (self.match(exchange.method, "/" + "/".join(segments[at:])) for at in range(1, len(segments)))
        match = next((way for way in ways if way and way.target), None)
        if match is None or match.target is None:
            message = f"{exchange.method} {path} is no operation of {self.contract.name}"
            return [Difference(rule="operation", path="/path", expected=None, actual=path, message=message)]
        return list(self.promised(match.target, exchange))

    def differences(self, operation: Operation, exchange: Exchange, expected: Violation | None) -> list[Difference]:
        """Every way in which the answer is not what the contract promises.

        `expected` is the violation that the request must be refused for; without one it must be accepted.
        """
        if expected is None and exchange.status >= _REFUSED:
            return [self._refused(operation, exchange)]
        if expected is not None and exchange.status < _REFUSED:
            return [_accepted(operation, expected, exchange)]
        if expected is not None:
            wrong = self._other_answer(operation, exchange, operation.answers[expected.answer], expected)
            if wrong:
                return [wrong]
        return list(self.promised(operation, exchange))

    def promised(self, operation: Operation, exchange: Exchange) -> Iterator[Difference]:
        """Every way in which the answer is none that the contract has for the operation."""
        body = body_of(exchange)
        if exchange.status < _REFUSED:
            media_type = media_type_of(exchange)
            violations = judging.judge_reply(operation, exchange.status, media_type, body)
            yield from (_of_violation(violation) for violation in violations)
        elif not recognise(self.contract, operation.answers.values(), exchange.status, body):
            yield self._unlisted(operation, exchange, body)
        yield from self._body(operation, exchange, body)
        yield from self._headers(operation, exchange)

    def answer(self, operation: Operation, exchange: Exchange) -> Answer | None:
        """The answer of the catalogue that a refusal most likely is."""
        found = recognise(self.contract, operation.answers.values(), exchange.status, body_of(exchange))
        return found[0] if found else None

    def _refused(self, operation: Operation, exchange: Exchange) -> Difference:
        answer = self.answer(operation, exchange)
        rule = rule_of(operation, answer) if answer else "status"
        name = answer.name if answer else self._shown(exchange)
        return Difference(
            rule="server-error" if exchange.status >= _BROKEN else rule,
            path="/status",
            expected=operation.success.status,
            actual=exchange.status,
            message=f"a request that breaks nothing was refused: {exchange.status} {name}",
        )

    def _other_answer(
        self, operation: Operation, exchange: Exchange, wanted: Answer, violation: Violation
    ) -> Difference | None:
        """The difference, where a refusal is another one than that which the violation must give."""
        body = body_of(exchange)
        path: str
        expected: Any
        actual: Any
        if exchange.status != wanted.status:
            path, expected, actual = "/status", wanted.status, exchange.status
        elif self.contract.code(wanted):
            path, expected = f"/body{self.contract.code_pointer}", self.contract.code(wanted)
            actual = code_of(self.contract, body)
        else:
            path, expected = "/body", wanted.value
            actual = wanted.value if wanted in recognise(self.contract, [wanted], wanted.status, body) else body
        if expected == actual:
            return None
        message = f"refused, but with {self._shown(exchange)} instead of {wanted.status} {wanted.name}"
        return Difference(rule=violation.rule, path=path, expected=expected, actual=shorten(actual), message=message)

    def _unlisted(self, operation: Operation, exchange: Exchange, body: Any) -> Difference:
        listed = sorted({f"{answer.status} {answer.name}" for answer in operation.answers.values()})
        return Difference(
            rule="server-error" if exchange.status >= _BROKEN else "answer",
            path="/status",
            expected=listed,
            actual=f"{exchange.status} {shorten(body)}",
            message=f"{self._shown(exchange)} is no answer that the contract lists for {operation.id}",
        )

    def _shown(self, exchange: Exchange) -> str:
        code = code_of(self.contract, body_of(exchange))
        return f"{exchange.status} {code}".strip()

    def _body(self, operation: Operation, exchange: Exchange, body: Any) -> Iterator[Difference]:
        """What is wrong with a refusal's body by the schema that its response has."""
        if exchange.status < _REFUSED:
            return
        media_type = media_type_of(exchange)
        for at in self._response(operation, exchange.status):
            content = pointer_to_content(at, media_type, self._document)
            if content and "schema" in located(content, self._document)[1]:
                validator = self._schemas.at(f"{content}/schema")
                yield from (_of_finding(finding) for finding in validator.findings(body))

    def _headers(self, operation: Operation, exchange: Exchange) -> Iterator[Difference]:
        """Headers that the response must have and has not, or that don't fit their schemas."""
        for at in self._response(operation, exchange.status):
            for name in located(at, self._document)[1].get("headers", {}):
                pointer, header = located(f"{located(at, self._document)[0]}/headers/{name}", self._document)
                yield from self._header(pointer, name, header, exchange.header(name))

    def _header(self, pointer: str, name: str, header: Mapping[str, Any], text: str) -> Iterator[Difference]:
        path = f"/headers/{name.lower()}"
        if not text:
            if header.get("required"):
                yield Difference(
                    rule="header", path=path, expected=name, actual=None, message=f"the header {name} is missing"
                )
            return
        value = coerce(text, as_object(header.get("schema"), self._document))
        if "schema" in header and not self._schemas.at(f"{pointer}/schema").fits(value):
            message = f"the header {name} does not fit its schema"
            yield Difference(rule="header", path=path, expected=header["schema"], actual=text, message=message)

    def _response(self, operation: Operation, status: int) -> Sequence[str]:
        """Where the contract has the response of that status, if it has."""
        responses = self._document["paths"][operation.path][operation.method.lower()]["responses"]
        return [f"{operation.pointer}/responses/{status}"] if str(status) in responses else []


def pointer_to_content(response: str, media_type: str, document: Mapping[str, Any]) -> str:
    """Where a response's content of the media type stands; empty where it has none."""
    at, node = located(response, document)
    return f"{at}/content/{media_type.replace('/', '~1')}" if media_type in node.get("content", {}) else ""


def rule_of(operation: Operation, answer: Answer) -> str:
    """The id of the first check that gives the answer."""
    return next((check.id for check in operation.checks if answer.name in check.answers), "answer")


def body_of(exchange: Exchange) -> Any:
    """The answer's body as a value: JSON where it is said to be, else its text; `None` for an empty one."""
    if not exchange.response_body:
        return None
    if "json" not in media_type_of(exchange):
        return exchange.response_body.decode("utf-8", "replace")
    try:
        return orjson.loads(exchange.response_body)
    except orjson.JSONDecodeError:
        return exchange.response_body.decode("utf-8", "replace")


def media_type_of(exchange: Exchange) -> str:
    """The answer's media type, in lower case and without parameters."""
    return exchange.header("content-type").partition(";")[0].strip().lower()


def _accepted(operation: Operation, violation: Violation, exchange: Exchange) -> Difference:
    answer = operation.answers[violation.answer]
    return Difference(
        rule=violation.rule,
        path=violation.path,
        expected=f"{answer.status} {answer.name}",
        actual=exchange.status,
        message=f"accepted with {exchange.status}, although {violation.path or 'it'} breaks {violation.rule}"
        f" (limit {shorten(violation.limit)!r}, sent {shorten(violation.actual)!r})",
    )


def _of_violation(violation: Violation) -> Difference:
    path = violation.path
    return Difference(
        rule=violation.rule,
        path=path,
        expected=violation.limit,
        actual=violation.actual,
        message=f"the answer breaks the contract at {path}: {violation.message}",
    )


def _of_finding(finding: SchemaFinding) -> Difference:
    return _of_violation(finding.violation("/body", ""))
