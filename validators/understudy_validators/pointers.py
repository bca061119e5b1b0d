"""JSON pointers (RFC 6901): where a value stands in a document."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any


def escape(token: str | int) -> str:
    """One reference token, escaped."""
    text = str(token)
    return text.replace("~", "~0").replace("/", "~1") if "~" in text or "/" in text else text


def join(*tokens: str | int) -> str:
    """The pointer of the given reference tokens; of none, the whole document's (the empty string)."""
    return "".join(f"/{escape(token)}" for token in tokens)


def split(pointer: str) -> list[str]:
    """The reference tokens of a pointer."""
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def child(parent: str, token: str | int) -> str:
    """The pointer of `token` below `parent`."""
    return f"{parent}/{escape(token)}"


def follow(document: Any, tokens: Iterable[str | int]) -> Any:
    """The value that the tokens lead to. Raises `KeyError` where they lead nowhere."""
    for token in tokens:
        document = _step(document, token)
    return document


# An array's index has one spelling: ASCII digits without a sign or a leading zero.
_INDEX = re.compile(r"0|[1-9][0-9]*", re.ASCII)


def _step(value: Any, token: str | int) -> Any:
    try:
        if isinstance(value, list):
            return value[int(token)] if _INDEX.fullmatch(str(token)) else value[str(token)]  # type: ignore[call-overload]
        return value[str(token)]
    except (IndexError, TypeError) as error:
        raise KeyError(token) from error


def resolve(document: Any, reference: str) -> Any:
    """What a `$ref` of the form `#/a/b` names. Raises `KeyError` where it names nothing."""
    pointer = reference.removeprefix("#")
    if pointer and not pointer.startswith("/"):
        raise KeyError(reference)
    return follow(document, split(pointer))
