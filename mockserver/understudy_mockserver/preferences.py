"""Forcing an answer with `Prefer: code=404` or `Prefer: example=NAME` (RFC 7240, as Prism reads it)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from understudy_validators.answers import Answer
from understudy_validators.contract import Contract, Operation

_PREFERENCE = re.compile(r"""(?<![^\s,;])([A-Za-z]+)\s*=\s*(?:"([^"]*)"|([^\s,;"]+))""")


class UnknownPreferenceError(ValueError):
    """A preference that no answer of the operation meets; the text lists what there is."""


@dataclass(frozen=True, slots=True)
class Preference:
    """What a client asks for: a status, the name of an example (or the vendor's code), or both."""

    code: str = ""
    example: str = ""

    def __str__(self) -> str:
        parts = [f"code={self.code}" if self.code else "", f"example={self.example}" if self.example else ""]
        return ", ".join(part for part in parts if part)


def parse(header: str) -> Preference | None:
    """The preference in a `Prefer` header; `None` where it asks for nothing that we know."""
    found = {name.lower(): quoted or plain for name, quoted, plain in _PREFERENCE.findall(header)}
    preference = Preference(found.get("code", ""), found.get("example", ""))
    return preference if str(preference) else None


@dataclass(frozen=True, slots=True)
class Forced:
    """An answer that can be forced: its status, media type, name, and either an `Answer` or an example's value."""

    status: int
    media_type: str
    name: str
    value: Any
    answer: Answer | None = None


def choose(contract: Contract, operation: Operation, preference: Preference) -> Forced:
    """The answer that meets the preference. Raises `UnknownPreferenceError` where none does."""
    for forced in offers(operation):
        if preference.code and str(forced.status) != preference.code:
            continue
        if not preference.example or preference.example in (forced.name, _code(contract, forced)):
            return forced
    raise UnknownPreferenceError(f"Nothing here answers to {preference}. There is: {', '.join(_offers(operation))}.")


def offers(operation: Operation) -> Iterator[Forced]:
    """Everything that the operation can be forced to answer: successes first."""
    for success in operation.successes:
        for name, value in success.examples.items():
            yield Forced(success.status, success.media_type, name, value)
        if not success.examples:
            yield Forced(success.status, success.media_type, "", None)
    for answer in operation.answers.values():
        yield Forced(answer.status, answer.media_type, answer.name, answer.value, answer)


def _code(contract: Contract, forced: Forced) -> str | None:
    return contract.code(forced.answer) if forced.answer else None


def _offers(operation: Operation) -> list[str]:
    return [f"{forced.status} {forced.name}".strip() for forced in offers(operation)]
