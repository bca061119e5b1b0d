"""Truths across calls hold for every contract, also where everything happens in the same millisecond."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.shipped import CONTRACTS
from tests.truths.amity import Amity
from tests.truths.api import Api
from tests.truths.avaya_spaces import AvayaSpaces
from tests.truths.machine import PATIENCE, REFUSED, Truths, changed, state
from tests.truths.replyke import Replyke
from tests.truths.ziik import Ziik
from understudy_mockserver.clock import SteppedClock
from understudy_mockserver.mock import Mock
from understudy_validators.catalogue import Entry, catalogue
from understudy_validators.checking.loop import LoopThread
from understudy_validators.contract import Contract
from understudy_validators.sockets import SocketStep
from understudy_validators.wire import WireRequest

APIS: list[Api] = [Amity(), AvayaSpaces(), Replyke(), Ziik()]
SETTINGS = settings(
    max_examples=24,
    stateful_step_count=40,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module", params=APIS, ids=lambda api: api.contract)
def api(request: pytest.FixtureRequest) -> Api:
    api: Api = request.param
    return api


@pytest.fixture(scope="module")
def mock(api: Api) -> Iterator[Mock]:
    with LoopThread() as loop:
        mock = Mock(CONTRACTS[api.contract], loop)
        yield mock
        mock.target.close()


def machine(api: Api, mock: Mock, tally: Counter[str]) -> type[Truths]:
    """The state machine of an API, and the server that it talks to."""
    facts = {"api": api, "mock": mock, "refusals": refusals(mock.contract), "tally": tally}
    return type(f"{type(api).__name__}Truths", (Truths,), facts)


def refusals(contract: Contract) -> list[WireRequest]:
    """The requests that end the triggers of the contract's errors, but for those that have to be repeated."""
    endings = [entry.trigger[-1] for entry in catalogue(contract) if entry.trigger]
    return [request for times, request in endings if times == 1 and isinstance(request, WireRequest)]


@pytest.mark.parametrize("step", [1, 0], ids=["a millisecond apart", "in the same millisecond"])
def test_pages_counts_parents_and_events_agree_with_what_happened(
    api: Api, step: int, mock: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SteppedClock, "STEP_MS", step)
    tally: Counter[str] = Counter()
    run_state_machine_as_test(machine(api, mock, tally), settings=SETTINGS)
    idle = [name for name in _wanted(api) if not tally[name]]
    assert not idle, f"{idle} never happened, so nothing is shown: {tally}"


def _wanted(api: Api) -> list[str]:
    """What has to happen now and then for the laws to mean something."""
    accepted = [f"{kind}: accepted" for kind in ("send", "delete at the edge", *api.actions)]
    threads = ["threads"] if type(api).thread is not Api.thread else []
    return [*accepted, *threads, "send: refused", "refuse: refused", "walk across arrivals"]


def test_whatever_is_refused_changes_nothing(mock: Mock) -> None:
    tried = [name for name in map(partial(_try, mock), catalogue(mock.contract)) if name]
    assert len(tried) > len(mock.contract.operations)


def _try(mock: Mock, entry: Entry) -> str:
    """Causes an error in a new world; fails where its last step changes anything. Its name, if it can be caused."""
    if not entry.trigger:
        return ""
    mock.target.begin()
    *steps, (times, last) = entry.trigger
    for step in [*(step for n, step in steps for _ in range(n)), *[last] * (times - 1)]:
        _take(mock, step)
    before, delivered = state(mock.world()), mock.delivered()
    assert _take(mock, last, entry.answer.event), f"{entry.answer.name} was not caused"
    assert not changed(before, state(mock.world())), entry.answer.name
    # The refusal of an event is itself an event.
    is_told = isinstance(last, SocketStep) and last.kind == "emit"
    assert mock.delivered() - delivered == is_told, f"{entry.answer.name}: others were told of it"
    return entry.answer.name


def _take(mock: Mock, step: WireRequest | SocketStep, awaited: str = "") -> bool:
    """Takes a step, and waits for the awaited event, or for any; whether the step was refused."""
    if isinstance(step, WireRequest):
        return mock.target.send(step).status >= REFUSED
    connection = mock.target.take(step)
    if step.kind != "emit":
        return connection.refused is not None
    while came := mock.target.listen(step.name, 1, PATIENCE):
        if awaited in ("", came[0][0]):
            return bool(awaited)
    return False
