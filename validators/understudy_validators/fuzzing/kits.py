"""What all operations of a contract share: compiled schemas, and the values that its own examples hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from understudy_validators import wire
from understudy_validators.contract import Contract
from understudy_validators.errors import UsageError
from understudy_validators.fuzzing.drafts import Draft, Tokens
from understudy_validators.fuzzing.values import Values
from understudy_validators.schemas import Schemas
from understudy_validators.wire import NOTHING


class Kit:
    """The tools for one document of a contract."""

    def __init__(self, contract: Contract, document: Mapping[str, Any]) -> None:
        self.contract = contract
        self.document = document
        self.values = Values(document)
        self.schemas = Schemas(document)
        self._seen: list[Draft] | None = None

    def seen(self, tokens: Tokens) -> list[Any]:
        """What the requests of the contract's triggers and examples hold at a place."""
        if self._seen is None:
            self._seen = list(self._drafts())
        found = [draft.get(tokens) for draft in self._seen]
        return [value for value in found if value is not NOTHING]

    def _drafts(self) -> Iterator[Draft]:
        for answer in self.contract.answers.values():
            for step in answer.trigger:
                if "send" in step and "past" not in step and "raw" not in step:
                    try:
                        request = wire.build(self.contract, step)
                    except UsageError:
                        continue
                    body = NOTHING if request.parts is not None else request.body
                    yield Draft(dict(request.parameters), step.get("query", {}), {}, body)
        for operation in self.contract:
            for examples in operation.request_examples.values():
                yield from (Draft(body=value) for value in examples.values())
        for event in self.contract.realtime:
            yield from (Draft(body=value) for value in event.examples.values())
