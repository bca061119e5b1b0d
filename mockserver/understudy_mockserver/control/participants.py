"""People of a world, found by what a person calls them: a token, an id, or a name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from understudy_validators import times
from understudy_validators.contract import Contract
from understudy_validators.records import Record, World

# What APIs call names, in lower case.
_NAMES = frozenset({"name", "displayname", "username", "first_name", "userid"})
_USER = "token.userId"


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody: the user id that their tokens carry, and a token that is still good, where there is one."""

    id: Any
    credential: str = field(default="", repr=False)

    def called(self, view: Mapping[str, Any]) -> bool:
        """Whether the request behind a view is theirs."""
        return bool(view.get("token", {}).get("userId") == self.id)


def find(contract: Contract, world: World, text: str, now: float = 0.0) -> Participant | None:
    """Whoever has the token, the id or the name; `None` where nobody does."""
    schemes = _schemes(contract)
    for words in schemes:
        for token in world[words["lookup"]].all(**{_credential_field(words): text}):
            return Participant(token.get("userId"), text)
    for words in schemes:
        caller = words.get("caller") or {"lookup": words["lookup"], "where": {}}
        key = next((name for name, path in caller["where"].items() if path == _USER), "")
        for record in world[caller["lookup"]]:
            if key and _is_called(record, key, text):
                return Participant(record[key], _token_of(schemes, world, record[key], now))
    return None


def name_of(contract: Contract, world: World, user_id: Any) -> Any:
    """What the user of that id is called; `None` where nobody has it."""
    for words in _schemes(contract):
        caller = words.get("caller") or {"lookup": words["lookup"], "where": {}}
        for name, path in caller["where"].items():
            record = world[caller["lookup"]].find(**{name: user_id}) if path == _USER else None
            if record is not None:
                return _name(record)
    return None


def credentials(contract: Contract, world: World) -> Iterator[str]:
    """Every credential that the world knows at present."""
    for words in _schemes(contract):
        name = _credential_field(words)
        yield from (str(record[name]) for record in world[words["lookup"]] if record.get(name))


def credential_fields(contract: Contract) -> set[tuple[str, str]]:
    """(collection, field) of everything that is a credential."""
    return {(words["lookup"], _credential_field(words)) for words in _schemes(contract)}


def names(contract: Contract, world: World) -> list[str]:
    """What people of the world may be called, for whoever named nobody."""
    callers = [words["caller"]["lookup"] for words in _schemes(contract) if "caller" in words]
    records = [record for collection in dict.fromkeys(callers) for record in world[collection]]
    return [str(name) for name in dict.fromkeys(_name(record) for record in records) if name]


def _schemes(contract: Contract) -> list[Mapping[str, Any]]:
    return [*contract.credentials.values(), *contract.realtime.credentials.values()]


def _credential_field(words: Mapping[str, Any]) -> str:
    return next(str(name) for name, path in words["where"].items() if path == "credential")


def _is_called(record: Record, key: str, text: str) -> bool:
    if str(record.get(key)) == text:
        return True
    called = [str(value) for name, value in record.items() if name.lower() in _NAMES and value]
    wanted = text.casefold()
    return any(wanted in (name.casefold(), name.casefold().split()[0]) for name in called)


def _name(record: Record) -> Any:
    return next((value for name, value in record.items() if name.lower() in _NAMES and value), None)


def _token_of(schemes: list[Mapping[str, Any]], world: World, user_id: Any, now: float) -> str:
    """A token of the user for the first scheme that has one."""
    for words in schemes:
        constants = {name: path["const"] for name, path in words["where"].items() if isinstance(path, dict)}
        for token in world[words["lookup"]].all(**constants, userId=user_id):
            if times.is_live(token.get(words.get("live", "")), now):
                return str(token[_credential_field(words)])
    return ""
