"""A server in the test's own loop, whose states the test may look into and change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from understudy_mockserver.app import create_app
from understudy_mockserver.namespaces import DEFAULT, Namespaces, State
from understudy_mockserver.server import serving

#: Seconds that anything may take; only a broken server takes as long.
PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class Inside:
    """A running server: its root, and its states."""

    url: str
    namespaces: Namespaces

    def state(self, contract: str, namespace: str = DEFAULT) -> State:
        return self.namespaces.state(namespace, contract)


@asynccontextmanager
async def inside(*names: str) -> AsyncIterator[Inside]:
    """Serves the contracts until the block ends."""
    app = create_app(names)
    async with serving(app) as url:
        yield Inside(url, app.namespaces)


async def until(condition: Callable[[], bool]) -> None:
    """Lets the server go on until the condition holds."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0)
