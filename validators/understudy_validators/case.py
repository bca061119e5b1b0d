"""One request on its way through the checks: what is known of it so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from understudy_validators.records import World
from understudy_validators.values import value
from understudy_validators.violation import Violation

if TYPE_CHECKING:
    from understudy_validators.bodies import MediaType


#: Levels of JSON. Deeper JSON is refused before anything walks through it.
MAX_DEPTH = 64


@value
class Request:
    """An HTTP request as it came.

    `path` is the path below the contract's base path, `headers` has lower-case names, `query` stands without `?`.
    `max_depth` is how deep its JSON may nest.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    body: bytes = b""
    max_depth: int = MAX_DEPTH


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a request: the name that the client gave, its media type, and its bytes."""

    filename: str
    content_type: str
    content: bytes = field(repr=False)


class Quotas(Protocol):
    """Counts calls. The mock's counters are its own; a judge without counters lets everything pass."""

    def hit(self, rule: str, key: tuple[Any, ...], limit: int, window: float, now: float) -> tuple[int, float]:
        """Counts one call and returns (calls left, seconds until one more fits).

        -1 left means: refused, and not counted.
        """
        ...


class NoQuotas:
    """Lets every call pass."""

    def hit(self, rule: str, key: tuple[Any, ...], limit: int, window: float, now: float) -> tuple[int, float]:
        """All calls are left, and no one waits."""
        return limit, 0.0


@dataclass(slots=True)
class Case:
    """A request, the view that grows as checks pass, and what was found. `now` is in Unix seconds."""

    request: Request
    world: World
    now: float
    quotas: Quotas
    view: dict[str, Any]
    uploads: list[Upload] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    # JSON pointers of what broke: rules that read there are not judged any more.
    broken: list[str] = field(default_factory=list)
    # Headers that quotas announce, on whatever answer follows.
    headers: dict[str, str] = field(default_factory=dict)
    # The media type that the body was read as; `None` until it was.
    media_type: MediaType | None = None

    def add(self, violation: Violation) -> None:
        """Notes a violation; the first one decides the answer."""
        self.violations.append(violation)
