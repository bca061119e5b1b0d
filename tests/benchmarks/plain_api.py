"""What the plain app's two APIs have in common: who sends, whether the body fits, and a store."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from understudy_mockserver.limits import Limits
from understudy_validators import Contract
from understudy_validators.records import World

JSON = "application/json"
# The mock's own default. Without a bound a long run would compare heaps.
_MESSAGES_KEPT = Limits().messages

Answer = tuple[int, str, bytes]


class PlainApi(ABC):
    """One API's create operation. Data, schema and texts of refusals are the contract's; the rest is the subclass's."""

    #: Fits the paths at which the operation is.
    path: re.Pattern[str]
    operation: str
    unauthorized: str
    token_rejected: str
    malformed: str

    def __init__(self, contract: Contract) -> None:
        operation = contract.operation(self.operation)
        media_type = next(each for each in operation.media_types if each.name == JSON)
        self._fits = media_type.validator.fits
        self._created = operation.success.status
        self._refusals = {
            name: (answer.status, answer.media_type, encoded(answer.value)) for name, answer in contract.answers.items()
        }
        self._senders = self._known_senders(contract.world)
        self._messages: OrderedDict[str, dict[str, Any]] = OrderedDict()

    def answer(self, path: re.Match[str], headers: Mapping[bytes, bytes], content: bytes) -> Answer:
        """The answer to a request at a path that fits."""
        authorization = headers.get(b"authorization")
        if authorization is None:
            return self._refusals[self.unauthorized]
        sender = self._senders.get(authorization.decode("latin-1").partition(" ")[2])
        if sender is None:
            return self._refusals[self.token_rejected]
        try:
            body = orjson.loads(content)
        except orjson.JSONDecodeError:
            return self._refusals[self.malformed]
        return self._send(path, sender, body)

    @abstractmethod
    def _known_senders(self, world: World) -> dict[str, Mapping[str, Any]]:
        """Users by the tokens that they send."""

    @abstractmethod
    def _send(self, path: re.Match[str], sender: Mapping[str, Any], body: Any) -> Answer:
        """The answer to a sender who is known."""

    def _store(self, message_id: str, message: dict[str, Any]) -> None:
        self._messages[message_id] = message
        if len(self._messages) > _MESSAGES_KEPT:
            self._messages.popitem(last=False)


def now() -> str:
    """The time in the form that both APIs use."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def encoded(value: Any) -> bytes:
    """The bytes of an answer's body."""
    return value.encode() if isinstance(value, str) else orjson.dumps(value)
