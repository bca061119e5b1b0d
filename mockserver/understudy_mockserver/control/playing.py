"""Playing a bundle: the same requests, events and orders, in the same order, against a fresh server in this process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from understudy_mockserver.app import Understudy, app_of
from understudy_mockserver.asgi import raw
from understudy_mockserver.context import Context
from understudy_mockserver.contracts import load_contract, load_provider
from understudy_mockserver.control.bundles import FORMAT, bytes_of, digest, written
from understudy_mockserver.control.inside import ask
from understudy_mockserver.control.markers import Resolver
from understudy_mockserver.limits import Limits
from understudy_mockserver.namespaces import State
from understudy_mockserver.realtime.gateway import PREFER_KEY, RefusedError
from understudy_mockserver.realtime.hub import Connection
from understudy_mockserver.settings import LOOPBACK, Settings
from understudy_validators.contract import Contract
from understudy_validators.errors import UsageError

Recorded = Mapping[str, Any]

_WORDS = ("namespace", "served", "contracts", "worlds", "settings", "entries")
# What is of the moment, and no part of an answer.
_MOMENT = frozenset({"number", "time", "request_headers", "request_body", "query", "method", "root_url", "cut"})


@dataclass(frozen=True, slots=True)
class Difference:
    """What was recorded, and what came instead; `None`: nothing."""

    recorded: Recorded | None
    played: Recorded | None

    @property
    def words(self) -> list[str]:
        """The words of the entry that differ."""
        one, other = self.recorded or {}, self.played or {}
        return [word for word in {**one, **other} if word not in _MOMENT and one.get(word) != other.get(word)]


@dataclass(frozen=True, slots=True)
class Played:
    """How a bundle played: how many entries there were, what differed, and what its reader should know."""

    entries: int
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]


def load(data: Any) -> Mapping[str, Any]:
    """A bundle that can be played. Raises `UsageError` for what is none, or has lost something."""
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise UsageError(f"This is no bundle: its `format` should be {FORMAT}.")
    missing = [word for word in _WORDS if word not in data]
    if missing:
        raise UsageError(f"This is no whole bundle: it lacks {', '.join(missing)}.")
    if data.get("forgotten"):
        raise UsageError(
            f"The journal had lost its first {data['forgotten']} entries when the bundle was made."
            " Record again with a longer journal, as in --limit journal=100000."
        )
    for entry in data["entries"]:
        if entry.get("cut"):
            what = f"{entry['method']} {entry['path']}"
            advice = "Record again with --limit journal-body=10MB."
            raise UsageError(f"Entry {entry['number']}, {what}, was cut: its body was too large to be kept. {advice}")
    return data


async def play(bundle: Mapping[str, Any]) -> Played:
    """Plays a bundle that `load` gave. Raises `UsageError` where it turns out to be none."""
    try:
        return await _play(bundle)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UsageError(f"This is no whole bundle: {type(error).__name__}: {error}.") from error


async def _play(bundle: Mapping[str, Any]) -> Played:
    contracts = [_contract(name, bundle) for name in bundle["served"]]
    notes = [
        f"The contract {contract.name} is not the one that was recorded with: its answers may differ for that."
        for contract in contracts
        if bundle["contracts"].get(contract.name, {}).get("hash", digest(contract)) != digest(contract)
    ]
    app = app_of([(contract, load_provider(contract.name)) for contract in contracts], _settings(bundle))
    app.namespaces.seeds |= {name: int(facts["seed"]) for name, facts in bundle["contracts"].items()}
    player = _Player(app, bundle)
    try:
        for entry in bundle["entries"]:
            await player.take(entry)
    finally:
        await app.end()
    differences = tuple(compare(bundle["entries"], player.entries()))
    return Played(len(bundle["entries"]), differences, tuple(notes))


def compare(recorded: Iterable[Recorded], played: Iterable[Recorded]) -> list[Difference]:
    """What differs, entry by entry."""
    ours, theirs = list(recorded), list(played)
    count = max(len(ours), len(theirs))
    pairs = zip(ours + [None] * (count - len(ours)), theirs + [None] * (count - len(theirs)), strict=True)
    found = [Difference(one, other) for one, other in pairs]
    return [difference for difference in found if difference.words]


def _contract(name: str, bundle: Mapping[str, Any]) -> Contract:
    contract = load_contract(name)
    own = bundle["worlds"].get(name)
    if own is None:
        return contract
    world = contract.world.copy()
    for collection, records in own["collections"].items():
        for record in world[collection]:
            world[collection].remove(record)
        for record in records:
            world[collection].insert(record)
    return replace(contract, world=world, now=own["now"])


def _settings(bundle: Mapping[str, Any]) -> Settings:
    asked = bundle["settings"]
    seed = None if asked["seed"] is None else int(asked["seed"])
    limits = Limits(**{**asked["limits"], "journal": len(bundle["entries"]) * 10 + 1000})
    return Settings(seed=seed, lenient=asked["lenient"], allowed_hosts=(*LOOPBACK, *asked["hosts"]), limits=limits)


class _Player:
    """A server with one namespace, in which everything happens again."""

    def __init__(self, app: Understudy, bundle: Mapping[str, Any]) -> None:
        self._app = app
        self._name = bundle["namespace"]
        self._namespace = app.namespaces.open(self._name)
        self._resolver = Resolver(self._namespace)
        self._connections: dict[tuple[str, str], Connection] = {}

    def entries(self) -> list[dict[str, Any]]:
        """What happened."""
        return [written(entry) for entry in self._namespace.journal]

    async def take(self, entry: Recorded) -> None:
        """Makes an entry happen again; what the server emits happens by itself."""
        state = self._state(entry)
        if entry["kind"] == "http":
            await self._ask(entry)
        elif entry["kind"] == "control":
            await self._order(entry)
        elif state is not None:
            getattr(self, f"_{entry['direction']}")(entry, state)
        for connection in self._connections.values():
            while not connection.waiting.empty():  # whoever reads too slowly would be dropped
                connection.waiting.get_nowait()

    def _state(self, entry: Recorded) -> State | None:
        """The state that the entry is about, at the time of the entry."""
        if not entry["contract"]:
            return None
        state = self._app.namespaces.state(self._name, entry["contract"])
        state.clock.pinned = entry["time"]
        if state.hub.held is None:
            state.hub.held = []
        return state

    async def _ask(self, entry: Recorded) -> None:
        resolver = self._resolver
        headers = resolver.headers(entry["request_headers"])
        media_type = dict(headers).get(b"content-type", b"").decode("latin-1")
        body = resolver.body(bytes_of(entry["request_body"]), media_type)
        sized = [(n, b"%d" % len(body) if n == b"content-length" else value) for n, value in headers]
        target = urlsplit(entry["root_url"]).path + entry["path"]
        query = resolver.query(entry["query"])
        await ask(self._app, entry["method"], f"{target}?{query}" if query else target, sized, body, leaves=True)

    async def _order(self, entry: Recorded) -> None:
        body = self._resolver.body(bytes_of(entry["body"]), "application/json")
        headers = {"Host": "localhost", "Content-Length": str(len(body))}
        headers |= {"Content-Type": "application/json"} if body else {}
        path = f"/_understudy/namespaces/{self._name}{entry['path']}"
        await ask(self._app, entry["method"], path, raw(headers), body)

    def _connected(self, entry: Recorded, state: State) -> None:
        gateway = self._app.realtime.gateway(entry["contract"])
        handshake = self._resolver.value(entry["payload"])
        if entry["preferred"]:
            handshake[PREFER_KEY] = f"example={entry['preferred']}"
        context = Context(self._name, entry["root_url"], "")
        key = entry["contract"], entry["connection"]
        try:
            connection = gateway.connect(context, entry["event"], handshake, entry["connection"], lambda: None)
        except RefusedError:
            return
        self._connections[key] = connection

    def _received(self, entry: Recorded, state: State) -> None:
        connection = self._connections.get((entry["contract"], entry["connection"]))
        if connection is not None:
            gateway = self._app.realtime.gateway(entry["contract"])
            gateway.receive(connection, entry["event"], self._resolver.value(entry["payload"]))

    def _disconnected(self, entry: Recorded, state: State) -> None:
        connection = self._connections.pop((entry["contract"], entry["connection"]), None)
        if connection is not None:
            self._app.realtime.gateway(entry["contract"]).disconnect(connection)

    def _emitted(self, entry: Recorded, state: State) -> None:
        """An event that was late then is let go now."""
        redactor = self._app.namespaces.redactor
        for emission in state.hub.held or ():
            payload = redactor.value(emission.event, emission.payload)
            if (emission.event, payload) == (entry["event"], entry["payload"]):
                state.hub.release(emission)
                return
