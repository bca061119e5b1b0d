"""Metrics: what was answered, who is connected, what had to make room."""

from __future__ import annotations

import sys

import pytest

from tests.mockserver.control.steering import Steered
from understudy_mockserver.limits import Limits
from understudy_mockserver.settings import Settings


def lines(steered: Steered) -> list[str]:
    response = steered.request("GET", "/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    return response.text.splitlines()


def test_requests_are_counted_by_contract_operation_status_and_rule() -> None:
    steered = Steered()
    for token in ("alice-token", "alice-token", "carol-token"):
        steered.send({"as": token})
    steered.request("GET", "/~t/replyke/nowhere")
    name = "understudy_requests_total"
    found = lines(steered)
    assert f'{name}{{contract="replyke",operation="sendMessage",rule="",status="201"}} 2.0' in found
    assert f'{name}{{contract="replyke",operation="sendMessage",rule="active-member",status="403"}} 1.0' in found
    assert f'{name}{{contract="replyke",operation="",rule="not-found",status="404"}} 1.0' in found


def test_namespaces_sockets_and_evictions_are_counted() -> None:
    steered = Steered(Settings(seed=1, limits=Limits(journal=2)))
    for _ in range(5):
        steered.send()
    assert "understudy_namespaces 1.0" in lines(steered)
    assert 'understudy_sockets{contract="replyke"} 0.0' in lines(steered)
    assert "understudy_journal_evictions_total 3.0" in lines(steered)


def test_what_was_counted_stays_when_a_namespace_goes() -> None:
    steered = Steered(Settings(seed=1, limits=Limits(journal=2)))
    for _ in range(5):
        steered.send()
    steered.call("DELETE", "")
    assert "understudy_journal_evictions_total 3.0" in lines(steered)
    assert any(line.startswith("understudy_requests_total{") for line in lines(steered))


def test_two_servers_of_a_process_count_for_themselves() -> None:
    first, second = Steered(), Steered()
    first.send()
    assert not any(line.startswith("understudy_requests_total{") for line in lines(second))


def test_without_the_client_of_prometheus_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    response = Steered().request("GET", "/metrics")
    assert response.status_code == 501
    assert "pip install 'understudy[metrics]'" in response.json()["message"]


@pytest.mark.parametrize("names", [("replyke",), ("replyke", "ziik")])
@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/_understudy/metrics", "/_understudy/readyz"])
def test_probes_are_at_the_root_too_even_where_a_contract_is(names: tuple[str, ...], path: str) -> None:
    assert Steered(names=names).request("GET", path).status_code == 200
