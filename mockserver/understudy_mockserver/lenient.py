"""`--auth lenient`: tokens that another server gave out are accepted, each as one of the world's users."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from understudy_validators.records import Record, World

# What a token may be made of in a header (RFC 9110, section 11.2, and a bound on its length).
_WELL_FORMED = re.compile(r"[!-~]{1,8192}")


class Adoption:
    """Gives each unknown token the record of a known one: that of the user whom a JWT names, else the next in turn.

    The first token becomes the contract's example user, and stays that user for as long as the world lives.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._adopted: dict[str, int] = {}

    def __call__(self, words: Mapping[str, Any], credential: str) -> Record | None:
        """A record for the credential, which the world knows from now on; `None` where it is not well-formed."""
        if not _WELL_FORMED.fullmatch(credential):
            return None
        name = next(field for field, path in words["where"].items() if path == "credential")
        models = list(self._models(words, name))
        if not models:
            return None
        named = [model for model in models if model.get("userId") in _claims(credential)]
        turn = self._adopted.get(words["lookup"], 0)
        if not named:
            self._adopted[words["lookup"]] = turn + 1
        model = named[0] if named else models[turn % len(models)]
        return self._world[words["lookup"]].insert({**model, name: credential})

    def _models(self, words: Mapping[str, Any], name: str) -> Iterator[Record]:
        """One valid token of each user, the example's first."""
        constants = {field: path["const"] for field, path in words["where"].items() if isinstance(path, dict)}
        records = self._world[words["lookup"]].all(**constants)
        live = [record for record in records if record.get(words.get("live", "")) is None and record.get("userId")]
        seen = set()
        for record in sorted(live, key=lambda record: record[name] != words["example"]):
            if record["userId"] not in seen:
                seen.add(record["userId"])
                yield record


def _claims(credential: str) -> set[Any]:
    """The texts and numbers that a JWT says, if it is one."""
    payload = credential.split(".")[1] if credential.count(".") == 2 else ""
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (binascii.Error, ValueError):
        return set()
    return set(_leaves(claims))


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _leaves(inner)
    elif isinstance(value, str | int):
        yield value
