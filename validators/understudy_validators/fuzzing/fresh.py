"""Ids that nobody has yet, in the form in which an API writes its ids."""

from __future__ import annotations

import itertools
import re
import secrets
from collections.abc import Callable, Sequence
from typing import Any

#: Makes the id of a number.
Form = Callable[[int], Any]


def _uuid(number: int) -> str:
    digits = f"{number & (1 << 88) - 1:022x}".zfill(32)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"


_FORMS: tuple[tuple[str, Form], ...] = (
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", _uuid),
    (r"[0-9a-f]{24}", lambda n: f"{n & (1 << 96) - 1:024x}"),
    (r"[0-9]{1,18}", lambda n: str(10**12 + n % 10**12)),
)
_UUID = _FORMS[0][1]
# Ids differ from those of other runs on the same server by their beginning, and from each other by their end.
_RUN = secrets.randbits(56)
_count = itertools.count(1)


def form_of(known: Sequence[Any], format_: str = "") -> Form:
    """The form that the known ids have."""
    if any(isinstance(value, int) and not isinstance(value, bool) for value in known):
        highest = max(value for value in known if isinstance(value, int))
        return lambda n: highest + 1000 + n % 2**40
    texts = [value for value in known if isinstance(value, str)]
    if format_ == "uuid":
        return _UUID
    for pattern, form in _FORMS:
        if texts and all(re.fullmatch(pattern, text) for text in texts[:8]):
            return form
    return lambda n: f"new-{n & (1 << 88) - 1:x}"


def number() -> int:
    """A number that no one has had."""
    return _RUN << 32 | next(_count)
