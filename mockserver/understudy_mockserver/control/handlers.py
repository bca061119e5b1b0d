"""Which function answers which operation of the control API: a call goes in, JSON comes out."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from understudy_mockserver.control import (
    acting,
    bundles,
    clocks,
    coverage,
    exports,
    orders,
    queries,
    snapshots,
    spaces,
    verify,
    worlds,
)
from understudy_mockserver.control.call import ControlCall

Handler = Callable[[ControlCall], Any | Awaitable[Any]]

#: By operationId. The journal as it happens is no call that ends, and stands elsewhere.
HANDLERS: Mapping[str, Handler] = {
    "listNamespaces": spaces.listed,
    "createNamespace": spaces.create,
    "getNamespace": spaces.show,
    "deleteNamespace": spaces.delete,
    "resetNamespace": spaces.reset,
    "listContracts": spaces.contracts,
    "listForced": orders.list_forced,
    "forceAnswer": orders.force,
    "clearForced": orders.clear_forced,
    "clearOneForced": orders.clear_one_forced,
    "listFaults": orders.list_faults,
    "addFault": orders.add_fault,
    "clearFaults": orders.clear_faults,
    "clearOneFault": orders.clear_one_fault,
    "disconnect": orders.disconnect,
    "getClock": clocks.read,
    "setClock": clocks.change,
    "listCollections": worlds.collections,
    "listRecords": worlds.records,
    "replaceRecords": worlds.replace,
    "addRecords": worlds.add,
    "changeRecords": worlds.change,
    "listSnapshots": snapshots.listed,
    "takeSnapshot": snapshots.take,
    "dropSnapshot": snapshots.drop,
    "restoreSnapshot": snapshots.restore,
    "act": acting.act,
    "readJournal": queries.read,
    "clearJournal": queries.clear,
    "exportJournal": exports.export,
    "verify": verify.verify,
    "showCoverage": coverage.show,
    "makeBundle": bundles.make,
}


async def handle(call: ControlCall) -> Any:
    """What the operation's handler answers. Raises `RefusedError` where that is a refusal."""
    result = HANDLERS[call.operation](call)
    return await result if inspect.isawaitable(result) else result
