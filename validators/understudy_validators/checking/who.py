"""Who is who on a real server: what stands there for the people, rooms and messages of a contract's world.

Requests are always made for the contract's own world. On their way to a real server each credential and id of that
world is replaced by its counterpart; what has none is *not arranged*, and the request is not sent.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from understudy_validators.contract import Contract
from understudy_validators.errors import UsageError
from understudy_validators.places import Place, edit_at, places_of
from understudy_validators.sockets import SocketStep
from understudy_validators.wire import WireRequest

_KEYS = {"base-url": str, "headers": dict, "values": dict}
_VARIABLE = "$"


#: Stands for whatever collection, in the identifier of what a server has made up.
ANYWHERE = ""
#: A record of the contract's world: its collection, and the value of a field that tells it apart.
Identifier = tuple[str, Any]


class NotArrangedError(Exception):
    """A request speaks of things of the contract's world that nobody named on the real server."""

    def __init__(self, values: list[str]) -> None:
        super().__init__(f"nothing stands for {', '.join(values)}")
        self.values = values


@dataclass(frozen=True, slots=True)
class Who:
    """Counterparts on one server, by collection and value of the contract's world; `headers` go with every request.

    A text is replaced wherever it stands. A number is replaced where a rule compares it with a field of its collection,
    since elsewhere the same number means something else.
    """

    base_url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[tuple[str, Any], Any] = field(default_factory=dict)
    # What of the contract's world needs a counterpart; nothing for a mock, which has that world.
    known: frozenset[tuple[str, Any]] = frozenset()
    places: Mapping[str, Sequence[Place]] = field(default_factory=dict)
    # Collections of credentials.
    secret: frozenset[str] = frozenset()
    texts: Mapping[str, Any] = field(init=False)
    known_texts: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        texts = {value: other for (_, value), other in self.values.items() if isinstance(value, str)}
        object.__setattr__(self, "texts", texts)
        object.__setattr__(self, "known_texts", frozenset(v for _, v in self.known if isinstance(v, str)))

    def request(self, request: WireRequest) -> WireRequest:
        """The request for the real server. Raises `NotArrangedError`."""
        if not (self.values or self.known):
            return replace(request, headers={**self.headers, **request.headers}) if self.headers else request
        missing: list[str] = []
        places = self.places.get(request.operation, ())
        path = self._path(request, places, missing)
        body = self._value(self._numbers(request.body, places, missing), missing)
        changed = replace(
            request,
            path=path,
            query=self._query(request.query, missing),
            headers={**self.headers, **{k: self._header(v, missing) for k, v in request.headers.items()}},
            body=body,
            parts=None if request.parts is None else [self._value(part, missing) for part in request.parts],
        )
        _complain(missing)
        return changed

    def socket(self, step: SocketStep) -> SocketStep:
        """The step for the real server. Raises `NotArrangedError`."""
        missing: list[str] = []
        payload = self._numbers(step.payload, self.places.get(step.operation, ()), missing)
        query = {name: str(value) for name, value in self._value(step.query, missing).items()}
        changed = replace(step, query=query, payload=self._value(payload, missing))
        _complain(missing)
        return changed

    def shown(self, request: WireRequest) -> WireRequest:
        """The request as it may be printed: ids are the server's, credentials those of the contract's world."""
        open_ = {key: value for key, value in self.values.items() if key[0] not in self.secret}
        return Who(values=open_, places=self.places).request(request) if open_ else request

    def also(self, values: Mapping[tuple[str, Any], Any]) -> Who:
        """With further counterparts, such as ids that the server has just given."""
        return Who(self.base_url, self.headers, {**self.values, **values}, self.known, self.places, self.secret)

    def _path(self, request: WireRequest, places: Sequence[Place], missing: list[str]) -> str:
        """The path with its parameters replaced, each by the counterpart in the collection that it is looked up in."""
        numbers = {}
        for place in places:
            text = request.parameters.get(place.tokens[1], "") if place.tokens[0] == "path" else ""
            if text.isdecimal():
                numbers[text] = str(self._number(int(text), place.collection, missing))
        parts = [unquote(part) for part in request.path.split("/")]
        return "/".join(quote(numbers.get(part, str(self._text(part, missing))), safe="") for part in parts)

    def _number(self, value: Any, collection: str, missing: list[str]) -> Any:
        if isinstance(value, bool) or not isinstance(value, int):
            return value
        for key in ((collection, value), (ANYWHERE, value)):
            if key in self.values:
                return self.values[key]
        if (collection, value) in self.known:
            missing.append(f"{collection} {value}")
        return value

    def _numbers(self, body: Any, places: Sequence[Place], missing: list[str]) -> Any:
        for place in places:
            if place.tokens[0] == "body":
                change = partial(self._number, collection=place.collection, missing=missing)
                body = edit_at(body, place.tokens[1:], change)
        return body

    def _text(self, text: str, missing: list[str]) -> Any:
        if text in self.texts:
            return self.texts[text]
        if text in self.known_texts:
            missing.append(text)
        return text

    def _header(self, value: str, missing: list[str]) -> str:
        word, space, rest = value.rpartition(" ")
        return f"{word}{space}{self._text(rest, missing)}"

    def _query(self, query: str, missing: list[str]) -> str:
        pairs = parse_qsl(query, keep_blank_values=True)
        return urlencode([(name, self._text(value, missing)) for name, value in pairs])

    def _value(self, value: Any, missing: list[str]) -> Any:
        if isinstance(value, str):
            return self._text(value, missing)
        if isinstance(value, Mapping):
            return {key: self._value(inner, missing) for key, inner in value.items()}
        return [self._value(inner, missing) for inner in value] if isinstance(value, list) else value


def _complain(missing: list[str]) -> None:
    if missing:
        raise NotArrangedError(sorted(set(missing)))


def load_who(path: Path, contract: Contract) -> Who:
    """Reads the TOML file at `path`. Raises `UsageError` where it is none, or names what the world doesn't have.

    Its `values` are the contract world's ids and credentials; a value `$NAME` is read from the environment.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not TOML: {error}.") from None
    known = frozenset(identifiers(contract))
    for problem in _problems(data, known):
        raise UsageError(f"{path}: {problem}")
    values = {
        _identifier(collection, name, known): _resolved(path, value)
        for collection, named in data.get("values", {}).items()
        for name, value in named.items()
    }
    headers = {name: str(_resolved(path, value)) for name, value in data.get("headers", {}).items()}
    return Who(data.get("base-url", ""), headers, values, known, _telling(contract), frozenset(_credentials(contract)))


def _identifier(collection: str, name: str, known: frozenset[Identifier]) -> Identifier:
    """What a TOML key stands for: keys are texts, ids may be numbers."""
    number = (collection, int(name)) if name.isdecimal() else None
    return number if number in known and number else (collection, name)


def _problems(data: Mapping[str, Any], known: frozenset[Identifier]) -> Iterator[str]:
    for name, value in data.items():
        if name not in _KEYS:
            yield f"{name!r} is none of {', '.join(_KEYS)}."
        elif not isinstance(value, _KEYS[name]):
            yield f"{name} is {'a table' if _KEYS[name] is dict else 'a text'}."
    for collection, values in data.get("values", {}).items():
        there = [str(value) for other, value in known if other == collection]
        if not there:
            yield f"no rule looks into {collection!r}. They look into {', '.join(sorted({c for c, _ in known}))}."
        elif not isinstance(values, dict):
            yield f"values.{collection} is a table."
        else:
            yield from (_stranger(collection, name, there) for name in values if name not in there)


def _stranger(collection: str, name: str, there: Sequence[str]) -> str:
    near = get_close_matches(name, there, 1)
    advice = f"Did you mean {near[0]}?" if near else f"They have {', '.join(sorted(there)[:5])}, …"
    return f"no record of {collection} in the contract's world has {name!r}. {advice}"


def _resolved(path: Path, value: Any) -> Any:
    if not (isinstance(value, str) and value.startswith(_VARIABLE)):
        return value
    name = value.removeprefix(_VARIABLE)
    if name not in os.environ:
        raise UsageError(f"{path}: the environment has no variable {name}.")
    return os.environ[name]


def identifiers(contract: Contract) -> dict[Identifier, Mapping[str, Any]]:
    """The ids and credentials of the contract's world that rules look for, each with its record."""
    found: dict[Identifier, Mapping[str, Any]] = {}
    for collection, fields in _identifying(contract).items():
        for record in contract.world[collection]:
            for name in fields:
                if isinstance(record.get(name), str | int):
                    found.setdefault((collection, record[name]), record)
    return found


def _identifying(contract: Contract) -> dict[str, list[str]]:
    """Fields that tell records of a collection apart: the single ones of the world's `unique`, and credentials."""
    compared: dict[str, list[str]] = {}
    for place in (place for places in places_of(contract).values() for place in places):
        single = [name for name in contract.unique.get(place.collection, ()) if isinstance(name, str)]
        if place.field in single:
            compared.setdefault(place.collection, single)
    return {**compared, **_credentials(contract)}


def _telling(contract: Contract) -> dict[str, tuple[Place, ...]]:
    """The places that carry what tells a record apart: not a message's conversation, but a conversation's id."""
    fields = _identifying(contract)
    every = places_of(contract).items()
    return {
        name: tuple(place for place in places if place.field in fields.get(place.collection, ()))
        for name, places in every
    }


def _credentials(contract: Contract) -> dict[str, list[str]]:
    """Collections of credentials, and the fields that hold them."""
    schemes = (*contract.credentials.values(), *contract.realtime.credentials.values())
    return {
        words["lookup"]: [name for name, path in words["where"].items() if path == "credential"] for words in schemes
    }


def template(contract: Contract) -> str:
    """A TOML file to fill in: every id and credential that rules look for, with what it is."""
    lines = [
        f"# Who is who: what stands on your server for the world of the contract {contract.name}.",
        "# Leave out what you have not; what needs it is reported as not arranged.",
        '# A value such as "$ALICE_TOKEN" is read from the environment.',
        'base-url = ""',
        "",
        "[headers]  # sent with every request",
    ]
    heading = ""
    for (collection, value), record in identifiers(contract).items():
        if collection != heading:
            heading = collection
            lines += ["", f"[values.{collection}]"]
        lines += [f"# {_description(record)}", f'# "{value}" = ""']
    return "\n".join(lines) + "\n"


def _description(record: Mapping[str, Any]) -> str:
    """The fields of a record that fit on a line."""
    shown = [f"{name}={value}" for name, value in record.items() if isinstance(value, str | bool | int) and value != ""]
    text = ", ".join(shown)
    return text if len(text) <= 110 else f"{text[:110]}…"
