"""Our own explanation of an answer: it rides in headers, never in the vendor's body."""

from __future__ import annotations

import json
from collections.abc import Iterable

import orjson

from understudy_validators.violation import Violation, shorten

VERDICT = "Understudy-Verdict"
VIOLATIONS = "Understudy-Violations"
#: What goes wrong with the answer on purpose.
FAULT = "Understudy-Fault"
# What browsers' scripts may read of an answer from another origin.
EXPOSED = (VERDICT, VIOLATIONS, FAULT, "Preference-Applied", "Retry-After", "Location")
# Proxies and clients refuse header blocks beyond 8 KB; whole violations are left out rather than cut.
MAX_HEADER = 6000


def headers(violations: tuple[Violation, ...]) -> list[tuple[str, str]]:
    """The headers that say why a request was refused: the deciding rule, and every violation as a JSON list."""
    return [(VERDICT, f"refused; rule={violations[0].rule}"), (VIOLATIONS, as_json(violations))]


def as_json(violations: Iterable[Violation]) -> str:
    """A JSON list of {path, rule, limit, actual}, in ASCII; what does not fit in a header is counted at the end."""
    texts: list[str] = []
    size = 0
    found = tuple(violations)
    for index, violation in enumerate(found):
        text = _ascii(violation.as_dict())
        if size + len(text) > MAX_HEADER:
            texts.append(_ascii({"omitted": len(found) - index}))
            break
        texts.append(text)
        size += len(text) + 2
    return f"[{', '.join(texts)}]"


def _ascii(facts: dict[str, object]) -> str:
    short = {name: value if type(value) is int else _short(value) for name, value in facts.items()}
    text = orjson.dumps(short, default=str).decode()
    text = text if text.isascii() else json.dumps(short, separators=(",", ":"), default=str)
    return text.replace("\x7f", "\\u007f")  # JSON may hold DEL as it is, a header may not


def _short(value: object) -> object:
    return shorten(value) if not isinstance(value, dict) or len(repr(value)) <= 400 else "object"
