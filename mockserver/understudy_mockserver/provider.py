"""What an API's module in `providers/` is made of: a `Call` goes in, a `Reply` comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from understudy_mockserver.blobs import Blobs
from understudy_mockserver.ids import Ids
from understudy_validators import times
from understudy_validators.case import Upload
from understudy_validators.contract import Operation
from understudy_validators.records import World


@dataclass(frozen=True, slots=True)
class Call:
    """An accepted request, as a handler sees it. Every limit and rule of the contract holds already.

    `view` is what the rules saw, bindings included. `files` are the uploads that the view's file objects number
    with `upload`. `now` is in Unix seconds. `base_url` is the contract's root as the client reaches it, without a
    slash at its end, in the client's own namespace.
    """

    operation: Operation
    view: Mapping[str, Any]
    files: Sequence[Upload]
    world: World
    blobs: Blobs
    ids: Ids
    now: float
    base_url: str

    @property
    def body(self) -> dict[str, Any]:
        """The request's body."""
        body: dict[str, Any] = self.view["body"]
        return body

    @property
    def path(self) -> Mapping[str, Any]:
        """The path parameters."""
        path: Mapping[str, Any] = self.view["path"]
        return path

    @property
    def time(self) -> str:
        """The time of the call: ISO 8601, UTC, milliseconds."""
        return times.iso(self.now)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a handler answers. Status and media type are those of the contract's first success unless said."""

    body: Any = None
    status: int | None = None
    media_type: str | None = None
    headers: Mapping[str, str] | None = None


Handler = Callable[[Call], Reply]


@dataclass(frozen=True, slots=True)
class Provider:
    """One API's part of the mock: its contract's name, and a handler for each operationId.

    `prepare` completes a fresh world before anyone sees it, such as the bytes of files that the world lists.
    """

    name: str
    handlers: Mapping[str, Handler]
    prepare: Callable[[World, Blobs], None] = lambda world, blobs: None
