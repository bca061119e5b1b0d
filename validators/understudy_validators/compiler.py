"""From a contract's folder to a compiled `Contract`, once, at start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from understudy_validators import bodies, credentials, documents, parameters, pointers, rules
from understudy_validators.answers import Answer
from understudy_validators.contract import Contract, Operation, Success
from understudy_validators.documents import Document
from understudy_validators.event_compiler import compile_events
from understudy_validators.examples import answer_for, to_answers, values
from understudy_validators.parameters import Parameter
from understudy_validators.rules import Check
from understudy_validators.schemas import Schemas, dereference, is_binary, located
from understudy_validators.world import load_world

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
# The reserved rule ids, in the order in which those that an operation does not list come first.
BUILT_IN = ("security", "parameters", "form", "schema")
Node = Mapping[str, Any]


def contract_name(folder: Path) -> str:
    """The name of the contract in the folder: `avaya_spaces` is `avaya-spaces`."""
    return folder.name.replace("_", "-")


def compile_folder(folder: Path) -> Contract:
    """The contract in the folder. Raises `ContractError` where a file cannot be read; lint tells all the rest."""
    return _Compiler(folder).contract()


def operations_of(document: Node) -> Iterator[tuple[str, str, str, Node, Node]]:
    """(pointer, path, method, path item, operation) of each operation in an OpenAPI document."""
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                yield pointers.join("paths", path, method), path, method, item, item[method]


@dataclass(frozen=True, slots=True)
class _Place:
    """An operation while it is compiled: its nodes and where they stand."""

    pointer: str
    path: str
    method: str
    item: Node
    node: Node


class _Compiler:
    def __init__(self, folder: Path) -> None:
        self.name = contract_name(folder)
        self.document: Document = documents.bundle(folder / "openapi.yaml")
        self.data: Node = self.document.data
        self.schemas = Schemas(self.data, lazily=True)
        self.world = load_world(folder / "world.yaml")
        self.realtime = compile_events(folder)
        schemes = self.data.get("components", {}).get("securitySchemes", {})
        self.schemes = {name: credentials.compile_scheme(name, scheme) for name, scheme in schemes.items()}
        framing = self.data["x-framing"]
        self.situations: Mapping[str, str] = framing["answers"]
        self.answers = to_answers(self.data, framing.get("responses", {}))
        for place in self._places():
            self.answers |= to_answers(self.data, place.node.get("responses", {}))
        self.framing = {situation: self.answers[name] for situation, name in self.situations.items()}

    def contract(self) -> Contract:
        operations = {place.node["operationId"]: self._operation(place) for place in self._places()}
        return Contract(
            name=self.name,
            title=self.data["info"]["title"],
            document=self.document,
            operations=operations,
            answers=self.answers,
            framing=self.framing,
            credentials={name: scheme.words for name, scheme in self.schemes.items()},
            code_pointer=self.data.get("x-code", ""),
            world=self.world.world,
            now=self.world.now,
            unique=self.world.document.data.get("unique", {}),
            realtime=self.realtime,
        )

    def _places(self) -> Iterator[_Place]:
        for pointer, path, method, item, node in operations_of(self.data):
            yield _Place(pointer, path, method, item, node)

    def _operation(self, place: _Place) -> Operation:
        body = dereference(place.node.get("requestBody", {}), self.data)
        params, media_types = tuple(self._parameters(place)), tuple(self._media_types(place, body))
        security = tuple(place.node.get("security", self.data.get("security", ())))
        count = len(place.node.get("x-rules", ()))
        entries = [located(f"{place.pointer}/x-rules/{index}", self.data) for index in range(count)]
        return Operation(
            id=place.node["operationId"],
            method=place.method.upper(),
            path=place.path,
            aliases=tuple(place.item.get("x-aliases", ())),
            pointer=place.pointer,
            summary=place.node.get("summary", ""),
            parameters=params,
            media_types=media_types,
            request_examples=_request_examples(body, self.data),
            security=security,
            checks=tuple(self._checks(entries, params, media_types, security, body)),
            answers={**to_answers(self.data, place.node.get("responses", {})), **self._framing_answers()},
            successes=tuple(self._successes(place)),
            read=parameters.reader(params),
            collect=next((rule.get("collect", "") for _, rule in entries if rule["id"] == "schema"), ""),
        )

    def _framing_answers(self) -> dict[str, Answer]:
        """What any operation may answer: a request for it can be wrong in ways that concern no operation."""
        return {answer.name: answer for answer in self.framing.values()}

    def _checks(
        self,
        entries: list[tuple[str, Node]],
        params: tuple[Parameter, ...],
        media_types: tuple[bodies.MediaType, ...],
        security: tuple[Node, ...],
        body: Node,
    ) -> Iterator[Check]:
        listed = {rule["id"] for _, rule in entries}
        missing = [("", {"id": name}) for name in BUILT_IN if name not in listed]
        for pointer, rule in [*missing, *entries]:
            if rule["id"] not in BUILT_IN:
                yield rules.compile_rule(rule, pointer, self.schemas)
            elif rule["id"] == "security" and security:
                yield credentials.compile_security(security, self.schemes, rule["answers"])
            elif rule["id"] == "parameters" and params:
                yield parameters.compile_parameters(params, self._default(rule), answer_for)
            elif rule["id"] == "form" and media_types:
                yield self._form(rule, media_types, body)
            elif rule["id"] == "schema" and media_types:
                yield bodies.compile_schema_check(self._default(rule), answer_for)

    def _default(self, rule: Node) -> str:
        return str(rule.get("answer", self.situations["bad-request"]))

    def _form(self, rule: Node, media_types: tuple[bodies.MediaType, ...], body: Node) -> Check:
        return bodies.compile_form(
            media_types,
            answer=self._default(rule),
            unsupported=self.situations["unsupported-media-type"],
            required=body.get("required", False),
            assume=body.get("x-assume", ""),
        )

    def _parameters(self, place: _Place) -> Iterator[Parameter]:
        item = place.pointer.rpartition("/")[0]
        lists = ((item, place.item), (place.pointer, place.node))
        places = [f"{at}/parameters/{i}" for at, node in lists for i in range(len(node.get("parameters", ())))]
        compiled = [parameters.compile_parameter(at, self.data, self.schemas) for at in places]
        yield from {(parameter.location, parameter.name): parameter for parameter in compiled}.values()

    def _media_types(self, place: _Place, body: Node) -> Iterator[bodies.MediaType]:
        pointer = f"{place.pointer}/requestBody"
        reference = place.node.get("requestBody", {}).get("$ref")
        pointer = reference.removeprefix("#") if reference else pointer
        for name, node in body.get("content", {}).items():
            at = pointer + pointers.join("content", name, "schema")
            validator = self.schemas.at(at) if "schema" in node else self.schemas.anything()
            yield bodies.compile_media_type(name, node, self.data, validator)

    def _successes(self, place: _Place) -> Iterator[Success]:
        for status, response in place.node.get("responses", {}).items():
            if not status.startswith("2"):
                continue
            at = f"{place.pointer}/responses/{status}"
            at = response["$ref"].removeprefix("#") if "$ref" in response else at
            content = dereference(response, self.data).get("content", {})
            for media_type, node in content.items():
                pointer = at + pointers.join("content", media_type, "schema")
                judged = "schema" in node and not is_binary(dereference(node["schema"], self.data))
                validator = self.schemas.at(pointer) if judged else None
                yield Success(int(status), media_type, validator, values(node, self.data))
            if not content:
                yield Success(int(status), "", None, {})


def _request_examples(body: Node, data: Node) -> dict[str, dict[str, Any]]:
    """Named request examples of each media type."""
    return {media_type: values(node, data) for media_type, node in body.get("content", {}).items()}
