"""Fixtures that tests share: one real server for the whole run, and a namespace of its own for each test."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import httpx
import pytest

import understudy_specs
from tests.servers import Served, serve
from understudy_validators import Contract, compile_folder


@pytest.fixture(scope="session")
def contracts() -> dict[str, Contract]:
    """Every contract, compiled, by name."""
    return {name: compile_folder(folder) for name, folder in understudy_specs.folders().items()}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of all contracts, shared by the run."""
    with serve(tmp_path_factory.mktemp("server")) as served:
        yield served


@pytest.fixture
def client(server: Served) -> Iterator[httpx.Client]:
    """A client of that server, in a fresh namespace."""
    headers = {"Understudy-Namespace": f"test-{secrets.token_hex(6)}"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=30, trust_env=False) as client:
        yield client
