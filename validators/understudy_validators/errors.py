"""The exceptions of this package. Findings about traffic are values (see `violation`), not exceptions.

UnderstudyError
├── ContractError     a contract that cannot be used, with every mistake found in it
└── UsageError        a call that makes no sense: an unknown contract, operation or answer
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class UnderstudyError(Exception):
    """The root of all exceptions that Understudy raises on purpose."""


class UsageError(UnderstudyError):
    """Something was asked for that does not exist, or that cannot be done; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Mistake:
    """One mistake in a contract: where it is, what is wrong, and what to do about it."""

    file: str
    line: int
    pointer: str
    problem: str
    advice: str

    def __str__(self) -> str:
        where = f" (at {self.pointer})" if self.pointer else ""
        return f"{self.file}:{self.line}: {self.problem}{where}. {self.advice}"


class ContractError(UnderstudyError):
    """A contract that cannot be used; `mistakes` holds each reason, in the order of the files."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))
