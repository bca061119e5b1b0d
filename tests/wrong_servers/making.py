"""How a server is made wrong: its contract says something else, or its handlers do."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import understudy_specs
from understudy_mockserver.app import Understudy, app_of
from understudy_mockserver.contracts import load_provider
from understudy_mockserver.provider import Call, Provider, Reply
from understudy_mockserver.settings import Settings
from understudy_validators import compile_folder, documents, edges
from understudy_validators.schemas import dereference

Document = dict[str, Any]
EditDocument = Callable[[Document], None]
EditProvider = Callable[[Provider], Provider]
Handle = Callable[[Call, Callable[[Call], Reply]], Reply]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A server with one fault, and the rule that a check of it is to name."""

    name: str
    contract: str
    operations: tuple[str, ...]
    rule: str
    document: EditDocument | None = None
    events: EditDocument | None = None
    provider: EditProvider | None = None

    def app(self, folder: Path) -> Understudy:
        """The server; `folder` takes its contract."""
        shipped = understudy_specs.folders()[self.contract]
        own = folder / shipped.name
        own.mkdir()
        for name, edit in (("openapi.yaml", self.document), ("asyncapi.yaml", self.events), ("world.yaml", None)):
            if (shipped / name).exists():
                data = documents.load(shipped / name).data
                if edit:
                    edit(data)
                (own / name).write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        provider = load_provider(self.contract)
        change = self.provider or (lambda unchanged: unchanged)
        return app_of([(compile_folder(own), change(provider))], Settings(seed=1))


def operation(document: Document, operation_id: str) -> dict[str, Any]:
    """The operation of that id, in either kind of document."""
    if operation_id in document.get("operations", {}):
        found: dict[str, Any] = document["operations"][operation_id]
        return found
    for item in document["paths"].values():
        for node in item.values():
            if isinstance(node, dict) and node.get("operationId") == operation_id:
                return node
    raise LookupError(operation_id)


def rule(document: Document, operation_id: str, rule_id: str) -> dict[str, Any]:
    """A rule of the operation: the one that it shares with others, if it refers to one."""
    rules = operation(document, operation_id)["x-rules"]
    found: dict[str, Any] = next(dereference(node, document) for node in rules if _id(node) == rule_id)
    return found


def _id(node: dict[str, Any]) -> str:
    """A rule's id, which is the name of what an entry refers to as well."""
    return str(node.get("id") or node["$ref"].rpartition("/")[2])


def without_rule(operation_id: str, rule_id: str) -> EditDocument:
    """The operation no longer checks the rule."""

    def edit(document: Document) -> None:
        rules = operation(document, operation_id)["x-rules"]
        rules[:] = [node for node in rules if _id(node) != rule_id]

    return edit


def with_rule(operation_id: str, rule_id: str, **words: Any) -> EditDocument:
    """The rule says something else."""
    return lambda document: rule(document, operation_id, rule_id).update(words)


def without_word(operation_id: str, rule_id: str, *way: str) -> EditDocument:
    """Something that the rule says is left out, such as a property of its `must`."""

    def edit(document: Document) -> None:
        node = rule(document, operation_id, rule_id)
        for token in way[:-1]:
            node = node[token]
        del node[way[-1]]

    return edit


def with_limit(operation_id: str, media_type: str, pointer: str, limit: Any) -> EditDocument:
    """A constraint of the body has another limit, or none."""

    def edit(document: Document) -> None:
        content = operation(document, operation_id)["requestBody"]["content"][media_type]
        constraint = edges.find(content["schema"], document, pointer)
        node: Any = constraint.schema
        if limit is None:
            del node[constraint.keyword]
        else:
            node[constraint.keyword] = limit

    return edit


def with_answer(name: str, change: Callable[[dict[str, Any]], None]) -> EditDocument:
    """An answer of the catalogue has another body."""
    return lambda document: change(document["components"]["examples"][name]["value"])


def moved(operation_id: str, name: str, before: str, after: str) -> EditDocument:
    """An answer has another status."""

    def edit(document: Document) -> None:
        responses = operation(document, operation_id)["responses"]
        node = dereference(responses[before], document)["content"]["application/json"]["examples"]
        example = node.pop(name)
        target = responses.setdefault(after, {"description": "-", "content": {"application/json": {"examples": {}}}})
        dereference(target, document)["content"]["application/json"].setdefault("examples", {})[name] = example

    return edit


def handling(operation_id: str, handle: Handle) -> EditProvider:
    """A handler does something else; it may call the right one."""

    def edit(provider: Provider) -> Provider:
        right = provider.handlers[operation_id]
        return replace(provider, handlers={**provider.handlers, operation_id: lambda call: handle(call, right)})

    return edit


def answering(operation_id: str, change: Callable[[Any], Any]) -> EditProvider:
    """A handler's answer has another body."""

    def handle(call: Call, right: Callable[[Call], Reply]) -> Reply:
        reply = right(call)
        return replace(reply, body=change(json.loads(json.dumps(reply.body))))

    return handling(operation_id, handle)
