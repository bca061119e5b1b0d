"""A mock in this process, for checks: a server to send to, and a model of what any other server should answer."""

from __future__ import annotations

from itertools import count

import httpx

from understudy_mockserver.app import create_app
from understudy_mockserver.journal import EventEntry
from understudy_mockserver.namespaces import HEADER
from understudy_mockserver.realtime.gateway import NAMESPACE_KEY
from understudy_mockserver.server import serving
from understudy_mockserver.settings import Settings
from understudy_mockserver.verdicts import VERDICT
from understudy_validators.checking.loop import LoopThread
from understudy_validators.checking.target import Fresh, Target
from understudy_validators.contract import Contract
from understudy_validators.errors import UsageError
from understudy_validators.records import World


class Namespaced:
    """Namespaces of a mock, one for each case; `name` is the one in use."""

    def __init__(self, prefix: str) -> None:
        self._names = (f"{prefix}-{number}" for number in count(1))
        self.name = ""

    def renew(self) -> Fresh:
        """The next one."""
        self.name = next(self._names)
        return Fresh({HEADER: self.name}, {NAMESPACE_KEY: self.name})


class Mock:
    """Serves one contract in the loop, until that is closed; every case begins in a namespace of its own."""

    def __init__(self, contract: Contract, loop: LoopThread, seed: int = 0) -> None:
        self.contract = contract
        self._app = create_app([contract.name], Settings(seed=seed))
        self._loop = loop
        self._namespaced = Namespaced("model")
        self.base_url = f"{loop.enter(serving(self._app))}/{contract.name}"
        self.target = Target(self.base_url, loop, renew=self._namespaced.renew)

    def another(self) -> Target:
        """Another target on the same server, whose cases don't meet those of the first."""
        return Target(self.base_url, self._loop, renew=Namespaced("check").renew)

    def world(self) -> World:
        """What the namespace in use holds now."""
        return self._app.namespaces.state(self._namespaced.name, self.contract.name).world

    def delivered(self) -> int:
        """How many events its sockets were sent, in the namespace in use."""
        journal = self._app.namespaces.open(self._namespaced.name).journal
        entries = [entry for entry in journal if isinstance(entry, EventEntry)]
        return sum(len(entry.reached) for entry in entries)


def is_mock(url: str) -> bool:
    """Whether an understudy answers at the contract's root: each case then gets a namespace of its own.

    Raises `UsageError` where nobody answers.
    """
    try:
        response = httpx.get(f"{url.rstrip('/')}/understudy-check", timeout=10, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UsageError(f"{url} does not answer: {str(error) or type(error).__name__}.") from None
    return VERDICT in response.headers
