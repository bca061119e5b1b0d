"""The pytest plugin: a mock for tests, a world of its own for each, and contracts as tests of one's own back end.

Everything is imported when it is first used: a suite that uses none of it pays for this file alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from understudy_mockserver.testing import TestServer, Understudy

MARKER = "understudy_contract"
CASE = "understudy_case"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds our options, each with our name in front."""
    group = parser.getgroup("understudy", "understudy: mock servers and contract checks")
    group.addoption("--understudy-url", metavar="URL", help="Use the mock that runs there instead of one of our own.")
    group.addoption("--understudy-seed", type=int, metavar="N", help="Serve so that ids and times repeat exactly.")
    group.addoption(
        "--understudy-database", metavar="FOLDER|redis://…", help="Keep what failed, and share it between machines."
    )


def pytest_configure(config: pytest.Config) -> None:
    """Makes the marker known."""
    text = (
        f"{MARKER}(contract, base_url=None, who=None, seed=0, max_examples=100, operations=(), only=()): a test that"
        f" takes the fixture {CASE} runs once for each operation and rule of the contract, against the server at"
        " base_url (none: a fresh mock)."
    )
    config.addinivalue_line("markers", text)


@pytest.fixture(scope="session")
def understudy_server(request: pytest.FixtureRequest) -> Iterator[TestServer]:
    """A mock of all contracts, shared by the session (by each worker of pytest-xdist)."""
    from understudy_mockserver.testing import TestServer  # noqa: PLC0415 - only who uses it pays for it

    server = TestServer(request.config.getoption("--understudy-url"), request.config.getoption("--understudy-seed"))
    yield server
    server.close()


@pytest.fixture
def understudy(understudy_server: TestServer, request: pytest.FixtureRequest) -> Iterator[Understudy]:
    """The mock, in a world that only this test sees."""
    with understudy_server.namespace(request.node.nodeid) as namespace:
        yield namespace


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Turns a contract into a test for each operation and rule."""
    marker = metafunc.definition.get_closest_marker(MARKER)
    if CASE not in metafunc.fixturenames:
        return
    if marker is None:
        raise pytest.UsageError(f"{metafunc.definition.nodeid}: {CASE} needs @pytest.mark.{MARKER}('CONTRACT').")
    from understudy_mockserver.testing import contract_cases  # noqa: PLC0415 - only who uses it pays for it

    database = metafunc.config.getoption("--understudy-database")
    cases = contract_cases(database, *marker.args, **marker.kwargs)
    metafunc.parametrize(CASE, cases, ids=[case.id for case in cases])


def pytest_sessionfinish() -> None:
    """Ends the connections of contract checks, if there were any."""
    testing = sys.modules.get("understudy_mockserver.testing")
    if testing:
        testing.close_runs()
