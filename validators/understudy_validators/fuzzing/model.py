"""What generators yield: requests that conform, and requests with exactly one fault."""

from __future__ import annotations

from dataclasses import dataclass

from understudy_validators.catalogue import Step
from understudy_validators.sockets import SocketStep
from understudy_validators.violation import Violation
from understudy_validators.wire import WireRequest

#: The two kinds of ways: a constraint of a schema is broken, or a rule is.
CONSTRAINT, RULE = "constraint", "rule"


@dataclass(frozen=True, slots=True)
class Example:
    """A request, or a step over a socket; `before` are steps that must have succeeded, each with how often."""

    step: WireRequest | SocketStep
    before: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Way:
    """One way in which a request to an operation can be wrong; its text is stable.

    `kind` is `CONSTRAINT` or `RULE`, `place` the constraint's pointer (`/body/content/maxLength`) or the rule's id,
    `detail` what of it: `missing`, `must/parentMessageId`; of a constraint the media type, where there are several.
    """

    operation: str
    kind: str
    place: str
    detail: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.operation, self.place, self.detail) if part)


@dataclass(frozen=True, slots=True)
class Fault:
    """A request that is wrong in one way: the violation is the only one, and so decides the answer."""

    example: Example
    way: Way
    violation: Violation
