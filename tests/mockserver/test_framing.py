"""Requests that are wrong before any operation looks at them are answered in each vendor's own envelope."""

from __future__ import annotations

import httpx
import pytest

from understudy_mockserver.limits import Limits
from understudy_validators import Contract

LIMITS = Limits()
NAMES = ["amity", "avaya-spaces", "replyke", "ziik"]


def answered(response: httpx.Response, contract: Contract, situation: str) -> None:
    """Checks that the response is the contract's answer to the situation."""
    answer = contract.framing[situation]
    assert (response.status_code, response.json()) == (answer.status, answer.value)
    assert response.headers["understudy-verdict"] == f"refused; rule={situation}"


@pytest.mark.parametrize("name", NAMES)
def test_an_address_may_be_so_long_and_no_longer(
    name: str, client: httpx.Client, contracts: dict[str, Contract]
) -> None:
    path = f"/{name}/nowhere?x="
    longest = client.get(path + "x" * (LIMITS.url - len(path) + 1))
    answered(longest, contracts[name], "not-found")
    answered(client.get(path + "x" * (LIMITS.url - len(path) + 2)), contracts[name], "uri-too-long")


@pytest.mark.parametrize("name", NAMES)
def test_headers_may_be_so_many_and_so_long(name: str, client: httpx.Client, contracts: dict[str, Contract]) -> None:
    many = {f"X-{number}": "x" for number in range(LIMITS.headers)}
    answered(client.get(f"/{name}/nowhere", headers=many), contracts[name], "headers-too-large")
    long = {"X-Long": "x" * LIMITS.header_bytes}
    answered(client.get(f"/{name}/nowhere", headers=long), contracts[name], "headers-too-large")
    some = {"X-Long": "x" * (LIMITS.header_bytes // 2)}
    answered(client.get(f"/{name}/nowhere", headers=some), contracts[name], "not-found")
