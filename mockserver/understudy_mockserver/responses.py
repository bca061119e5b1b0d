"""What an operation answers, as one value: made here, sent and noted in the journal by the middleware."""

from __future__ import annotations

from dataclasses import dataclass

from understudy_mockserver import verdicts
from understudy_mockserver.asgi import RawHeaders, raw
from understudy_mockserver.preferences import Forced, Preference
from understudy_mockserver.provider import Reply
from understudy_validators import judging
from understudy_validators.answers import encode
from understudy_validators.contract import Contract, Operation
from understudy_validators.judging import Verdict

_ACCEPTED = (verdicts.VERDICT.lower().encode(), b"accepted")
#: Nothing was judged: what was wrong concerns no operation.
NOT_JUDGED = Verdict({}, (), (), {})


@dataclass(slots=True)
class Response:
    """A whole answer, and why it is so.

    `kind` is `accepted`, `refused` or `forced`; `answer` is the name of what was answered, `rule` what decided it.
    """

    status: int
    media_type: str
    body: bytes
    headers: RawHeaders
    kind: str = "accepted"
    answer: str = ""
    rule: str = ""
    verdict: Verdict = NOT_JUDGED
    operation: Operation | None = None
    # What goes wrong with it on purpose.
    fault: str = ""


def replied(operation: Operation, reply: Reply, verdict: Verdict) -> Response:
    """A handler's reply; status and media type are those of the first success unless it says otherwise."""
    success = operation.success
    media_type = success.media_type if reply.media_type is None else reply.media_type
    body = b"" if reply.body is None and not media_type else encode(reply.body, media_type)
    headers = [_ACCEPTED, *raw(verdict.headers), *raw(reply.headers or {})]
    return Response(reply.status or success.status, media_type, body, headers, verdict=verdict, operation=operation)


def refused(operation: Operation, verdict: Verdict) -> Response:
    """The answer that the first violation gives."""
    answer, body = judging.refusal(operation, verdict)
    headers = [*raw(verdicts.headers(verdict.violations)), *raw(verdict.headers)]
    rule = verdict.violations[0].rule
    content = encode(body, answer.media_type)
    return Response(
        answer.status, answer.media_type, content, headers, "refused", answer.name, rule, verdict, operation
    )


def forced(operation: Operation, verdict: Verdict, choice: Forced, preference: Preference | None = None) -> Response:
    """An answer that was asked for, whatever the request deserved; by the request itself, if it has a preference."""
    value = choice.value
    if choice.answer:
        cause = next((v for v in verdict.violations if v.answer == choice.name), None)
        value = choice.answer.body(verdict.view, cause)
    body = encode(value, choice.media_type) if choice.media_type else b""
    applied = [("Preference-Applied", str(preference))] if preference else []
    headers = raw([(verdicts.VERDICT, f"forced; example={choice.name}"), *applied])
    return Response(choice.status, choice.media_type, body, headers, "forced", choice.name, "", verdict, operation)


def framed(
    contract: Contract, situation: str, extra: RawHeaders | None = None, operation: Operation | None = None
) -> Response:
    """The answer to a situation outside of any operation, in the vendor's envelope."""
    answer = contract.framing[situation]
    body = encode(answer.body({}, None), answer.media_type)
    headers = [*raw({verdicts.VERDICT: f"refused; rule={situation}"}), *(extra or [])]
    return Response(
        answer.status, answer.media_type, body, headers, "refused", answer.name, situation, operation=operation
    )
