"""Numbers for Prometheus: what was asked and answered, who is connected, what there was no room for.

Counting costs a request one dictionary; all else happens when somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from understudy_mockserver.namespaces import Namespaces

NOT_INSTALLED = "Metrics need prometheus-client: pip install 'understudy[metrics]'."
_LABELS = ("contract", "operation", "status", "rule")
_REQUESTS = "Requests, by what they were for, what they were answered, and which rule refused them."

#: How many requests, by contract, operation, status and rule.
Counts = dict[tuple[str, str, int, str], int]


def render(namespaces: Namespaces) -> bytes | None:
    """The metrics in Prometheus' text format; `None` where its client is not installed."""
    try:
        from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415 - an extra
    except ImportError:
        return None
    registry = CollectorRegistry()
    registry.register(_Collector(namespaces))
    return bytes(generate_latest(registry))


class _Collector:
    """Reads what there is, each time it is asked."""

    def __init__(self, namespaces: Namespaces) -> None:
        self._namespaces = namespaces

    def collect(self) -> Iterator[Any]:
        """One family of numbers after the other."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily  # noqa: PLC0415 - an extra

        requests = CounterMetricFamily("understudy_requests", _REQUESTS, labels=_LABELS)
        for (contract, operation, status, rule), count in self._namespaces.counts.items():
            requests.add_metric([contract, operation, str(status), rule], count)
        yield requests
        sockets = GaugeMetricFamily("understudy_sockets", "Sockets that are open.", labels=["contract"])
        for name, count in self._sockets().items():
            sockets.add_metric([name], count)
        yield sockets
        yield GaugeMetricFamily("understudy_namespaces", "Namespaces that there are.", value=len(self._namespaces))
        evicted = self._namespaces.evicted + sum(namespace.journal.evicted for namespace in self._namespaces)
        yield CounterMetricFamily(
            "understudy_journal_evictions", "Entries of journals that had to make room.", value=evicted
        )

    def _sockets(self) -> dict[str, int]:
        counts = {contract.name: 0 for contract in self._namespaces.contracts if contract.realtime.channels}
        for namespace in self._namespaces:
            for name, state in namespace.states.items():
                if name in counts:
                    counts[name] += len(state.hub.connections)
        return counts
