"""What handlers of the control API get, and how they refuse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from understudy_mockserver.asgi import App
from understudy_mockserver.control.directory import Directory
from understudy_mockserver.control.entries import Shower
from understudy_mockserver.namespaces import DEFAULT, Namespace, Namespaces, State
from understudy_mockserver.settings import Settings
from understudy_validators.contract import Contract


class RefusedError(Exception):
    """A refusal that no rule of the control API's contract can tell: the name of its answer, and what it says."""

    def __init__(self, answer: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.answer = answer
        self.more = {"message": message, **more}


@dataclass(frozen=True, slots=True)
class ControlCall:
    """A request that breaks nothing. `root_url` is the server's as its client reaches it, in no namespace.

    `app` is the whole server: what acts as somebody goes through it.
    """

    operation: str
    view: Mapping[str, Any]
    namespaces: Namespaces
    directory: Directory
    settings: Settings
    root_url: str
    app: App

    @property
    def body(self) -> dict[str, Any]:
        """The request's body."""
        body: dict[str, Any] = self.view.get("body") or {}
        return body

    @property
    def query(self) -> Mapping[str, Any]:
        """The query's parameters."""
        query: Mapping[str, Any] = self.view["query"]
        return query

    def path(self, name: str) -> Any:
        """A path parameter."""
        return self.view["path"][name]

    @property
    def name(self) -> str:
        """The namespace's name."""
        return str(self.view["path"].get("namespace", DEFAULT))

    @property
    def namespace(self) -> Namespace:
        """The namespace, made if there is none."""
        return self.namespaces.open(self.name)

    @property
    def contract(self) -> Contract:
        """The contract that path or body name."""
        return self.directory.contracts[self.view["path"].get("contract") or self.body["contract"]]

    @property
    def state(self) -> State:
        """That contract's state in the namespace."""
        return self.namespaces.state(self.name, self.contract.name)

    @property
    def shower(self) -> Shower:
        """Shows entries of the namespace's journal."""
        return Shower(self.directory.contracts, self.namespace, self.namespaces.redactor)

    def contract_names(self) -> list[str]:
        """The contract that the body names, or all."""
        return [self.body["contract"]] if "contract" in self.body else list(self.directory.contracts)
