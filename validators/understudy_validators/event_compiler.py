"""From `asyncapi.yaml` to the compiled `Realtime` of a contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from understudy_validators import bodies, credentials, documents, pointers, rules
from understudy_validators.answers import Answer
from understudy_validators.credentials import Scheme
from understudy_validators.examples import answer_for, to_answer
from understudy_validators.realtime import CONNECT, Channel, Event, Realtime
from understudy_validators.rules import Check
from understudy_validators.schemas import Schemas, SchemaValidator, dereference, located

Node = Mapping[str, Any]
JSON = "application/json"
FILE = "asyncapi.yaml"


def compile_events(folder: Path) -> Realtime:
    """The realtime part of the contract in the folder; an empty one where there is no `asyncapi.yaml`."""
    path = folder / FILE
    return _EventCompiler(path).realtime() if path.exists() else Realtime()


def event_operations(document: Node) -> Iterator[tuple[str, Node]]:
    """(pointer, operation) of each operation."""
    for name, operation in document.get("operations", {}).items():
        yield pointers.join("operations", name), operation


class _EventCompiler:
    def __init__(self, path: Path) -> None:
        self.document = documents.bundle(path)
        self.data: Node = self.document.data
        self.schemas = Schemas(self.data, lazily=True)
        schemes = self.data.get("components", {}).get("securitySchemes", {})
        self.schemes: dict[str, Scheme] = {n: credentials.compile_scheme(n, s) for n, s in schemes.items()}

    def realtime(self) -> Realtime:
        channels = {name: dereference(node, self.data) for name, node in self.data["channels"].items()}
        compiled = [self._channel(name, node) for name, node in channels.items()]
        words = {name: scheme.words for name, scheme in self.schemes.items()}
        return Realtime({channel.namespace: channel for channel in compiled}, self.document, words)

    def _channel(self, name: str, node: Node) -> Channel:
        namespace = node["address"]
        events: dict[str, Event] = {}
        emissions: dict[str, SchemaValidator] = {}
        for pointer, operation in event_operations(self.data):
            if operation["channel"]["$ref"] != f"#/channels/{name}":
                continue
            for reference in operation["messages"]:
                message = self._name(reference["$ref"])
                if operation["action"] == "receive":
                    events[message] = self._event(namespace, message, pointer, operation)
                else:
                    emissions[message] = self._validator(reference["$ref"])
            for reference in operation.get("reply", {}).get("messages", ()):
                emissions[self._name(reference["$ref"])] = self._validator(reference["$ref"])
        connect = events.pop(CONNECT)
        return Channel(namespace, connect, events, emissions)

    def _message(self, reference: str) -> tuple[str, Node]:
        """Where a message stands in the end, and the message."""
        return located(reference.removeprefix("#"), self.data)

    def _name(self, reference: str) -> str:
        """The event that a message is: its `name`, else the key under which the channel lists it."""
        _, message = self._message(reference)
        return str(message.get("name", pointers.split(reference)[-1]))

    def _validator(self, reference: str) -> SchemaValidator:
        pointer, _ = self._message(reference)
        return self.schemas.at(f"{pointer}/payload")

    def _event(self, namespace: str, name: str, pointer: str, operation: Node) -> Event:
        at, message = self._message(operation["messages"][0]["$ref"])
        validator = self.schemas.at(f"{at}/payload")
        count = len(operation.get("x-rules", ()))
        entries = [located(f"{pointer}/x-rules/{index}", self.data) for index in range(count)]
        security = tuple(pointers.split(reference["$ref"])[-1] for reference in operation.get("security", ()))
        return Event(
            id=pointers.split(pointer)[-1],
            name=name,
            namespace=namespace,
            pointer=pointer,
            summary=operation.get("summary", ""),
            payload=bodies.compile_media_type(JSON, {"schema": message["payload"]}, self.data, validator),
            schema=message["payload"],
            examples={example["name"]: example["payload"] for example in message.get("examples", ())},
            checks=tuple(self._checks(entries, security)),
            answers={answer.name: answer for answer in self._answers(operation)},
            security=security,
        )

    def _checks(self, entries: list[tuple[str, Node]], security: tuple[str, ...]) -> Iterator[Check]:
        for pointer, rule in entries:
            if rule["id"] == "security":
                alternatives: list[dict[str, Any]] = [{name: []} for name in security]
                yield credentials.compile_security(alternatives, self.schemes, rule["answers"])
            elif rule["id"] == "schema":
                yield bodies.compile_schema_check(rule["answer"], answer_for)
            else:
                yield rules.compile_rule(rule, pointer, self.schemas)

    def _answers(self, operation: Node) -> Iterator[Answer]:
        for reference in operation.get("reply", {}).get("messages", ()):
            _, message = self._message(reference["$ref"])
            failure = message.get("x-failure", {})
            event = self._name(reference["$ref"])
            for name, example in failure.get("answers", {}).items():
                yield replace(
                    to_answer(name, 0, JSON, example), event=event, echo=failure["echo"], code=failure.get("code", "")
                )
