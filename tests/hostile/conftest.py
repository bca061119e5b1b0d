"""One server for all families of attacks, with deadlines short enough to wait for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hostile.attack import Target
from tests.servers import serve

#: Seconds that a header and a body may take.
RECEIVE = 0.2


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A server of all contracts, attacked by all tests: what one does to it, the next would notice."""
    with serve(tmp_path_factory.mktemp("hostile"), "--limit", f"receive={RECEIVE}") as served:
        yield Target(served)
