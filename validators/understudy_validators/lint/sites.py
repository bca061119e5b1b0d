"""The operations of a contract, each with its parts as they are meant: every reference followed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from understudy_validators import pointers
from understudy_validators.compiler import BUILT_IN
from understudy_validators.lint.structure import Node
from understudy_validators.lint.survey import Survey

#: The names that the view has by itself; no rule may bind them.
ROOTS = ("path", "query", "headers", "body", "token", "caller", "item", "violation")


@dataclass(frozen=True, slots=True)
class Listing:
    """An answer that a response lists: under which name, with which status and media type, and the example meant."""

    name: str
    framing: str
    node: Node
    example: Node | None


@dataclass(frozen=True)
class Site:
    """One operation: `node` is where it stands; parameters, body, rules and responses are where they really stand."""

    node: Node
    path: str
    method: str
    survey: Survey
    #: What lists the answers that it can give.
    listed_by: ClassVar[str] = "responses"

    @property
    def name(self) -> str:
        """How mistakes call it: its id, else method and path."""
        return str(self.node.get("operationId") or f"{self.method} {self.path}")

    @cached_property
    def parameters(self) -> dict[tuple[str, str], Node]:
        """By place and name. Those of the operation come before those of its path."""
        item = self.survey.node(pointers.join("paths", self.path))
        shared = self.survey.below(item, "parameters") if item else ()
        both = [*shared, *self.survey.below(self.node, "parameters")]
        return {(str(node.get("in")), str(node.get("name"))): node for _, node in both}

    def named(self, place: str) -> list[str]:
        """The names of the parameters of one place: path, query or header."""
        return [name for where, name in self.parameters if where == place]

    @cached_property
    def body(self) -> Node | None:
        """The request body."""
        return self.survey.resolved("requestBody", f"{self.node.pointer}/requestBody")

    @cached_property
    def media_types(self) -> dict[str, Node]:
        """The media types of the request body."""
        return dict(self.survey.below(self.body, "content")) if self.body else {}

    @cached_property
    def security(self) -> list[dict[str, Any]]:
        """The alternatives of credentials."""
        listed = self.node.get("security", self.survey.data.get("security", []))
        return [way for way in listed if isinstance(way, dict)] if isinstance(listed, list) else []

    @cached_property
    def rules(self) -> list[Node]:
        """The rules in their order; built-in checks that are not listed come first and are not among them."""
        return [rule for _, rule in self.survey.below(self.node, "x-rules")]

    @property
    def ways(self) -> list[dict[str, Any]]:
        """The alternatives of credentials that a rule may have had before it."""
        return self.security

    @property
    def schemas(self) -> list[str]:
        """Where the schemas of the body stand, that of each media type."""
        return [f"{node.pointer}/schema" for node in self.media_types.values()]

    @property
    def judged(self) -> list[str]:
        """Where all schemas stand by which a request is judged."""
        return [*(f"{node.pointer}/schema" for node in self.parameters.values()), *self.schemas]

    def knows(self, built_in: str, rank: int) -> bool:
        """Whether a rule of that rank comes after a built-in check, and may read what it finds."""
        return self.has(built_in) and self.rank(built_in) < rank

    def lack(self, built_in: str) -> str:
        """Why a built-in check has nothing to do."""
        return {"security": "needs no credential", "parameters": "has no parameters"}.get(built_in, "has no body")

    def rank(self, built_in: str) -> int:
        """Where a built-in check stands among the rules; -1 if before all of them."""
        ids = [rule.get("id") for rule in self.rules]
        return ids.index(built_in) if built_in in ids else -1

    def has(self, built_in: str) -> bool:
        """Whether the operation has anything that the built-in check could look at."""
        subjects: dict[str, Any] = {"security": self.security, "parameters": self.parameters}
        return bool(subjects.get(built_in, self.media_types))

    @cached_property
    def listings(self) -> list[Listing]:
        """The answers that its responses list."""
        return list(listings(self.survey, self.node, "responses"))

    @property
    def own_rules(self) -> Iterator[tuple[int, Node]]:
        """(rank, rule) of each rule that is no built-in check."""
        return ((rank, rule) for rank, rule in enumerate(self.rules) if rule.get("id") not in BUILT_IN)


def sites(survey: Survey) -> Sequence[Site]:
    """Every operation of the contract."""
    found = []
    for node in survey.of("operation"):
        _, path, method = pointers.split(node.pointer)[:3]
        found.append(Site(node, path, method, survey))
    return found


def listings(survey: Survey, holder: Node, key: str) -> Iterator[Listing]:
    """The answers that the responses at a key of an object list: the named examples of error responses."""
    for status, response in survey.below(holder, key):
        if status.isdecimal() and int(status) >= 400:
            for media_type, content in survey.below(response, "content"):
                for name in content.get("examples") or ():
                    node = survey.node(content.pointer + pointers.join("examples", name))
                    if node:
                        yield Listing(name, f"{status} {media_type}", node, survey.resolve(node))
