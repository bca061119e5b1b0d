"""A wrong server on a port of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.wrong_servers.making import Wrong
from understudy_mockserver.server import serving
from understudy_validators.checking.loop import LoopThread


@contextmanager
def running(wrong: Wrong, folder: Path) -> Iterator[str]:
    """Serves it until the block ends, and yields the contract's root."""
    with TemporaryDirectory(dir=folder) as own, LoopThread() as loop:
        yield f"{loop.enter(serving(wrong.app(Path(own))))}/{wrong.contract}"
