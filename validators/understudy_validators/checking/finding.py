"""What checking a server yields: findings, each with the exchange that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from understudy_validators.exchange import Exchange


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One way in which an answer is not the expected one.

    `rule` is what it breaks: a rule's id, a schema keyword, or `status`, `answer`, `media-type`, `header`, `listing`,
    `events`, `value` where no rule of the contract has a name for it. `path` is a JSON pointer into the answer
    (`/status`, `/headers/…`, `/body/…`) or into the request's view; `expected` is what the contract says.
    """

    rule: str
    path: str
    expected: Any
    actual: Any
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A difference, of which operation, and how to see it again.

    `way` is the way of breaking a rule that was tried, empty where the request was to be accepted. `exchanges` are
    the steps that lead there, the one in question last. `curl` is its request as one line, `replay` the command that
    repeats just this; `pointer` is where in the contract the operation stands.
    """

    contract: str
    operation: str
    difference: Difference
    way: str = ""
    exchanges: tuple[Exchange, ...] = ()
    curl: str = ""
    replay: str = ""
    pointer: str = ""

    @property
    def rule(self) -> str:
        """What is broken."""
        return self.difference.rule

    @property
    def title(self) -> str:
        """The finding in one line."""
        return f"{self.operation or self.contract} {self.rule}: {self.difference.message}"

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What two findings of the same mistake have in common."""
        place = "/".join("-" if token.isdecimal() else token for token in self.difference.path.split("/"))
        return (self.operation, self.rule, place, self.way.partition(" must/")[0])
