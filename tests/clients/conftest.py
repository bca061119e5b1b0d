"""Fixtures of the tests that run the vendors' real clients."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients import packages
from tests.clients.scripts import Sockets, running
from tests.servers import Served, serve


@pytest.fixture(scope="session")
def node() -> str:
    """Where node is, with the clients installed. Without them, the tests are skipped; where CI is set, they fail."""
    return packages.node_for_tests()


@pytest.fixture(scope="session")
def all_sockets(node: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sockets]:
    """Clients of Socket.IO, in one process for the whole run."""
    with running(node, "sockets.cjs", tmp_path_factory.mktemp("sockets")) as script:
        yield Sockets(script)


@pytest.fixture
def sockets(all_sockets: Sockets) -> Iterator[Sockets]:
    """Clients of Socket.IO, which are gone when the test ends."""
    yield all_sockets
    all_sockets.close()


@pytest.fixture(scope="session")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server where each of these contracts has a port of its own, and so is at the root, as at the vendors'."""
    with serve(tmp_path_factory.mktemp("apart"), "avaya-spaces=0", "amity=0", "replyke=0") as served:
        yield served
