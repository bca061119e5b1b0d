"""The credentials that can be tried: everyone's of the world, none, and one that nobody has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from understudy_validators.fuzzing.events import EventSubject
from understudy_validators.fuzzing.moves import STRANGE, Move
from understudy_validators.fuzzing.subjects import RestSubject
from understudy_validators.records import World
from understudy_validators.wire import NOTHING


def credential_moves(subject: RestSubject | EventSubject) -> tuple[Move, ...]:
    """What can be put where the operation's credentials are carried, or those of an event's connection."""
    schemes = subject.document.get("components", {}).get("securitySchemes", {})
    names, known = _names(subject)
    places = {name: subject.place(_place(schemes[name])) for name in names}
    empty = dict.fromkeys(places.values(), NOTHING)
    moves: list[Move] = [tuple(empty.items())] if names else []
    for name in names:
        written = [_written(schemes[name], credential) for credential in credentials_of(known[name], subject.world)]
        moves += [tuple({**empty, places[name]: text}.items()) for text in written]
    return tuple(dict.fromkeys(moves))


def _names(subject: RestSubject | EventSubject) -> tuple[list[str], Mapping[str, Mapping[str, Any]]]:
    """The names of the schemes, and the words of all that there are."""
    if isinstance(subject, EventSubject):
        return list(subject.channel.connect.security), subject.contract.realtime.credentials
    alternatives = subject.operation.security
    return list(dict.fromkeys(name for one in alternatives for name in one)), subject.contract.credentials


def credentials_of(words: Mapping[str, Any], world: World) -> Iterator[str]:
    """The credentials that the world holds for a scheme, the example first, and one that it doesn't."""
    fields = [field for field, path in words["where"].items() if path == "credential"]
    yield words["example"]
    for record in world[words["lookup"]]:
        yield from (record[field] for field in fields if isinstance(record.get(field), str))
    yield STRANGE


def _place(scheme: Mapping[str, Any]) -> tuple[str, str]:
    if scheme["type"] in ("apiKey", "httpApiKey"):
        return ("headers", scheme["name"].lower()) if scheme["in"] == "header" else ("query", scheme["name"])
    return ("headers", "authorization")


def _written(scheme: Mapping[str, Any], credential: str) -> str:
    if scheme["type"] in ("apiKey", "httpApiKey"):
        return credential
    word = scheme.get("scheme", "bearer")
    return f"{word.capitalize() if word == 'bearer' else word} {credential}"
