"""Which answer of the catalogue a server's refusal is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from understudy_validators import pointers
from understudy_validators.answers import PLACEHOLDER, Answer
from understudy_validators.contract import Contract


def recognise(contract: Contract, answers: Iterable[Answer], status: int, body: Any) -> list[Answer]:
    """The answers that the refusal may be, the likeliest first.

    Those whose body it is exactly come before those that share its status and vendor's code. A contract may have
    answers of one code that only their texts tell apart.
    """
    known = [answer for answer in answers if answer.status == status]
    exact = [answer for answer in known if fits(answer.value, body)]
    code = code_of(contract, body)
    same_code = [answer for answer in known if code and contract.code(answer) == code]
    return [*exact, *[answer for answer in same_code if answer not in exact]]


def code_of(contract: Contract, body: Any) -> str:
    """The vendor's code in a refusal's body; empty where there is none."""
    try:
        found = pointers.follow(body, pointers.split(contract.code_pointer)) if contract.code_pointer else ""
    except (KeyError, TypeError):
        return ""
    return "" if found is None else str(found)


def fits(template: Any, body: Any) -> bool:
    """Whether a body is what a template gives, whatever its placeholders stand for."""
    if isinstance(template, str):
        return _fits_text(template, body)
    if isinstance(template, dict):
        same_keys = isinstance(body, dict) and template.keys() == body.keys()
        return same_keys and all(fits(inner, body[key]) for key, inner in template.items())
    if isinstance(template, list):
        same_length = isinstance(body, list) and len(template) == len(body)
        return same_length and all(fits(inner, item) for inner, item in zip(template, body, strict=True))
    return bool(template == body) and isinstance(template, bool) == isinstance(body, bool)


def _fits_text(template: str, body: Any) -> bool:
    if PLACEHOLDER.fullmatch(template):
        return True
    texts = PLACEHOLDER.split(template)[::2]
    pattern = ".*".join(re.escape(text) for text in texts)
    return isinstance(body, str) and re.fullmatch(pattern, body, re.DOTALL) is not None
