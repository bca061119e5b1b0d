"""The whole server as one ASGI app."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from connexion.middleware.main import ConnexionMiddleware
from connexion.resolver import Resolver

from understudy_mockserver.asgi import App, Receive, Scope, Send
from understudy_mockserver.contracts import load_contracts, load_provider
from understudy_mockserver.control.app import Control
from understudy_mockserver.guard import Guard
from understudy_mockserver.memory import undisturbed
from understudy_mockserver.middleware import ContractMiddleware
from understudy_mockserver.namespaces import Namespaces
from understudy_mockserver.pages import Pages
from understudy_mockserver.provider import Handler, Provider
from understudy_mockserver.realtime.app import Realtime
from understudy_mockserver.settings import Settings
from understudy_validators.compiler import operations_of
from understudy_validators.contract import Contract


class Understudy:
    """The server as an ASGI app; `namespaces` holds its states, `contracts` are those that it serves."""

    def __init__(self, app: App, connexion: ConnexionMiddleware, realtime: Realtime, namespaces: Namespaces) -> None:
        self._app = app
        self._connexion = connexion
        self.realtime = realtime
        self._ended = False
        self.namespaces = namespaces
        self.contracts = namespaces.contracts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        else:
            await self._app(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._connexion({"type": "lifespan"}, receive, send)  # Connexion compiles when it is first called
        await send({"type": "lifespan.startup.complete"})
        self._ended = False
        housekeeping = asyncio.create_task(self._forget_idle())
        await receive()
        housekeeping.cancel()
        await self.end()
        await send({"type": "lifespan.shutdown.complete"})

    async def end(self) -> None:
        """Ends what clients wait for, and what is to come later; the second time there is nothing left."""
        if not self._ended:
            self._ended = True
            await self.realtime.close()
            self.namespaces.close()

    async def _forget_idle(self) -> None:
        while True:
            await asyncio.sleep(self.namespaces.limits.idle / 10)
            self.namespaces.forget_idle()


def create_app(names: Iterable[str] = (), settings: Settings | None = None) -> Understudy:
    """A server of the named contracts (none named: all), each under its base path, a single one at `/` as well.

    Raises `UsageError` for an unknown name, `ContractError` for a contract that cannot be used.
    """
    settings = settings or Settings()
    with undisturbed():
        contracts = load_contracts(tuple(names), settings.worlds)
        return app_of([(contract, load_provider(contract.name)) for contract in contracts], settings)


def app_of(pairs: Iterable[tuple[Contract, Provider]], settings: Settings) -> Understudy:
    """A server of contracts, each with the provider that acts for it."""
    served = {contract.name: (contract, provider) for contract, provider in pairs}
    contracts = {name: contract for name, (contract, _) in served.items()}
    namespaces = Namespaces(served, settings)
    middleware = partial(ContractMiddleware, namespaces=namespaces, settings=settings)
    control = Control(Pages(contracts), namespaces, settings)
    connexion = ConnexionMiddleware(control, middlewares=[middleware])
    for contract, provider in served.values():
        connexion.add_api(
            routing_view(contract),
            base_path=f"/{contract.name}",
            resolver=Resolver(partial(_resolve, contract.name, provider.handlers)),
            contract=contract,
            at_root=len(served) == 1,
        )
    realtime = Realtime(connexion, served, namespaces)
    control.server = Guard(realtime, settings)
    return Understudy(control.server, connexion, realtime, namespaces)


def _resolve(name: str, handlers: Mapping[str, Handler], operation_id: str) -> Handler:
    handler = handlers.get(operation_id.removeprefix(f"{name}."))
    if handler is None:
        raise ValueError(f"the provider {name} has no handler for {operation_id}")
    return handler


def routing_view(contract: Contract) -> dict[str, Any]:
    """The contract as the OpenAPI 3.0 that Connexion reads: paths and operationIds, nothing that it would judge.

    An operationId carries the contract's name: Connexion mixes up APIs whose operationIds are the same.
    """
    paths: dict[str, Any] = {}
    for _, path, method, _, node in operations_of(contract.document.data):
        operation = {"operationId": f"{contract.name}.{node['operationId']}", "responses": {"default": _ANY}}
        paths.setdefault(path, {})[method] = operation
    return {"openapi": "3.0.3", "info": {"title": contract.title, "version": "1"}, "paths": paths}


_ANY = {"description": "See the contract."}
