"""What the control API's own rules look into: a world that says what there is to steer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from understudy_mockserver import preferences
from understudy_mockserver.control import participants
from understudy_mockserver.namespaces import Namespace, Namespaces
from understudy_validators.contract import Contract
from understudy_validators.records import Collection, World

Records = list[dict[str, Any]]


class Directory:
    """All that is served. What never changes is listed once."""

    def __init__(self, contracts: Iterable[Contract], token: str, namespaces: Namespaces) -> None:
        self.contracts = {contract.name: contract for contract in contracts}
        self._namespaces = namespaces
        offers = [record for contract in self.contracts.values() for record in _offers(contract)]
        self._fixed = {
            "tokens": Collection([{"token": token}] if token else []),
            "contracts": Collection([{"name": name} for name in self.contracts]),
            "operations": Collection(_of_all(self.contracts, _operations)),
            "emissions": Collection(_of_all(self.contracts, _emissions)),
            "collections": Collection(_of_all(self.contracts, lambda contract: [{"name": n} for n in contract.world])),
            "answers": Collection([record for record in offers if record.get("name")]),
            "statuses": Collection([record for record in offers if "status" in record]),
        }

    def world(self, name: str, body: Any) -> World:
        """What there is for a request about the namespace; it makes none."""
        namespace = self._namespaces.find(name)
        states = namespace.states.values() if namespace else ()
        found: dict[str, Records] = {
            "forced": [{"id": order.id} for state in states for order in state.steering.forced],
            "faults": [{"id": f.id} for state in states for f in (*state.steering.faults, *state.steering.of_events)],
            "snapshots": [{"name": name} for name in namespace.snapshots] if namespace else [],
            "callers": list(self._callers(namespace, body)),
        }
        return World({**self._fixed, **{name: Collection(records) for name, records in found.items()}})

    def _callers(self, namespace: Namespace | None, body: Any) -> Iterator[dict[str, Any]]:
        """Those whom the request names, if they are known."""
        contract = self.contracts.get(str(body.get("contract"))) if isinstance(body, dict) else None
        if contract is None:
            return
        state = namespace.states.get(contract.name) if namespace else None
        world = state.world if state else contract.world
        for text in (body.get("caller"), body.get("as")):
            if isinstance(text, str) and participants.find(contract, world, text):
                yield {"name": text}

    def there_is(self, answer: str, view: Mapping[str, Any]) -> str:
        """What there is instead, for a refusal of that name; empty where there is nothing to list."""
        body = view.get("body") if isinstance(view.get("body"), dict) else {}
        asked = {**(body or {}), **view.get("path", {})}
        if answer in ("unknown-contract", "no-such-contract"):
            return ", ".join(self.contracts)
        where = {"contract": asked.get("contract")}
        if answer == "no-such-answer":
            where["operation"] = asked.get("operation")
            found = [f"{record['status']} {record.get('name', '')}" for record in self._listed("statuses", where)]
            return ", ".join(text.strip() for text in found)
        if answer == "no-such-caller":
            contract = self.contracts.get(str(asked.get("contract")))
            return ", ".join(participants.names(contract, contract.world)) if contract else ""
        kinds = {"no-such-operation": "operations", "no-such-event": "emissions", "no-such-collection": "collections"}
        listed = self._listed(kinds[answer], where) if answer in kinds else []
        return ", ".join(str(record.get("id", record.get("name"))) for record in listed)

    def _listed(self, collection: str, where: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        return self._fixed[collection].all(**where)


def _of_all(contracts: Mapping[str, Contract], kind: Any) -> list[dict[str, Any]]:
    return [{"contract": name, **record} for name, contract in contracts.items() for record in kind(contract)]


def _operations(contract: Contract) -> Iterator[dict[str, Any]]:
    yield from ({"id": operation.id, "event": False} for operation in contract)
    known = set(contract.operations)
    for event in contract.realtime:
        yield from ({"id": name, "event": True} for name in dict.fromkeys((event.id, event.name)) if name not in known)


def _emissions(contract: Contract) -> Iterator[dict[str, Any]]:
    names = [name for channel in contract.realtime.channels.values() for name in channel.emissions]
    yield from ({"name": name} for name in dict.fromkeys(names))


def _offers(contract: Contract) -> Iterator[dict[str, Any]]:
    """What each operation and event can be forced to answer: names, the vendor's codes, statuses."""
    for operation in contract:
        for offer in preferences.offers(operation):
            known = {"contract": contract.name, "operation": operation.id}
            yield {**known, "status": offer.status, "name": offer.name}
            code = contract.code(offer.answer) if offer.answer else ""
            if code and code != offer.name:
                yield {**known, "name": code}
    for event in contract.realtime:
        for name in dict.fromkeys((event.id, event.name)):
            for answer in event.answers.values():
                known = {"contract": contract.name, "operation": name}
                yield from ({**known, "name": text} for text in {answer.name, contract.code(answer)} if text)
