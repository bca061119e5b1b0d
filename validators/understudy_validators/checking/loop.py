"""An event loop in a thread of its own: Hypothesis is synchronous, sockets are not."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, TypeVar

T = TypeVar("T")


class LoopThread:
    """Runs coroutines for synchronous callers, until it is closed."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="understudy-loop", daemon=True)
        self._thread.start()
        self._entered: list[AbstractAsyncContextManager[Any]] = []

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What the coroutine returns; what it raises is raised here."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def enter(self, manager: AbstractAsyncContextManager[T]) -> T:
        """Enters an asynchronous context, which is left when the loop is closed."""
        entered = self.run(_enter(manager))
        self._entered.append(manager)
        return entered

    def close(self) -> None:
        """Leaves what was entered, the last first, and ends the thread."""
        while self._entered:
            self.run(_leave(self._entered.pop()))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> LoopThread:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


async def _enter(manager: AbstractAsyncContextManager[T]) -> T:
    return await manager.__aenter__()


async def _leave(manager: AbstractAsyncContextManager[Any]) -> None:
    await manager.__aexit__(None, None, None)
