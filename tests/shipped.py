"""The contracts that are shipped, and their requests, for tests that hold for each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import understudy_specs
from understudy_validators import Contract, Operation, compile_folder
from understudy_validators.bodies import MediaType
from understudy_validators.schemas import dereference, is_binary

CONTRACTS = {name: compile_folder(folder) for name, folder in understudy_specs.folders().items()}


@dataclass(frozen=True, slots=True)
class Body:
    """One media type of an operation's request, with the schema that it is written with."""

    contract: Contract
    operation: Operation
    media_type: MediaType
    schema: Any

    @property
    def document(self) -> dict[str, Any]:
        """The contract's document."""
        document: dict[str, Any] = self.contract.document.data
        return document

    @property
    def examples(self) -> dict[str, Any]:
        """Its examples by name, files as texts."""
        return dict(self.operation.request_examples[self.media_type.name])

    @property
    def pointer(self) -> str:
        """Where its schema stands."""
        return self.media_type.validator.pointer

    def view(self, value: Any) -> Any:
        """A value as rules see it: each file as the object that describes it."""
        return _view(value, self.schema, self.document)

    def __str__(self) -> str:
        return f"{self.contract.name}-{self.operation.id}-{self.media_type.name}"


def bodies() -> Iterator[Body]:
    """Every request body of every contract."""
    for contract in CONTRACTS.values():
        for operation in contract:
            node = contract.document.data["paths"][operation.path][operation.method.lower()]
            content = dereference(node.get("requestBody", {}), contract.document.data).get("content", {})
            for media_type in operation.media_types:
                yield Body(contract, operation, media_type, content[media_type.name]["schema"])


def _view(value: Any, schema: Any, document: dict[str, Any]) -> Any:
    schema = dereference(schema, document)
    if is_binary(schema):
        content = value.get("content") if isinstance(value, dict) else value
        size = len(content) if isinstance(content, str) else 0
        return {"filename": "file.txt", "contentType": "text/plain", "size": size}
    if isinstance(value, dict):
        properties = schema.get("properties", {}) if isinstance(schema, dict) else {}
        return {name: _view(inner, properties.get(name, True), document) for name, inner in value.items()}
    if isinstance(value, list):
        items = schema.get("items", True) if isinstance(schema, dict) else True
        return [_view(item, items, document) for item in value]
    return value
