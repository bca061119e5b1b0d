"""How an answer goes over the wire when it is made to go wrong: late, in pieces, broken, cut off, or not at all.

The request has been processed: what is lost is its answer, as on a bad network.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from understudy_mockserver import verdicts
from understudy_mockserver.asgi import RawHeaders, Receive, Send, respond
from understudy_mockserver.control.steering import Steering
from understudy_mockserver.responses import Response

LATENCY, RESET, EMPTY, MALFORMED, TRUNCATED, TRICKLE = "latency", "reset", "empty", "malformed", "truncated", "trickle"
KINDS = frozenset({LATENCY, RESET, EMPTY, MALFORMED, TRUNCATED, TRICKLE})
#: Seconds that a fault keeps anybody waiting at most.
LONGEST = 300.0
# A reset that follows at once would overtake what was sent before it; in seconds.
_ON_THE_WAY = 0.02
_LINGER_NOT = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What goes wrong with one answer.

    `latency` is in seconds; `kind` is what happens then. `announced` is the length that the header tells; with
    `trickle`, `pieces` bytes go out every `pause` seconds.
    """

    latency: float = 0.0
    kind: str = ""
    announced: int = 0
    pieces: int = 0
    pause: float = 0.0

    async def respond(self, receive: Receive, send: Send, response: Response) -> None:
        """Sends the response so. Ends early when the client leaves."""
        if self.latency and await _leaves(receive, self.latency):
            return
        if self.kind in ("", EMPTY, MALFORMED):
            await respond(send, response.status, response.media_type, response.body, response.headers)
            return
        if self.kind == RESET and not response.body:
            await _reset(receive)
            return
        headers: RawHeaders = [(b"content-length", b"%d" % self.announced), *response.headers]
        headers.append((b"content-type", response.media_type.encode()))
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        if self.kind == TRICKLE:
            await self._trickle(receive, send, response.body)
            return
        await send({"type": "http.response.body", "body": response.body, "more_body": True})
        await (_reset(receive) if self.kind == RESET else _close(receive))

    async def _trickle(self, receive: Receive, send: Send, body: bytes) -> None:
        for at in range(0, len(body), self.pieces):
            last = at + self.pieces >= len(body)
            await send({"type": "http.response.body", "body": body[at : at + self.pieces], "more_body": not last})
            if last or await _leaves(receive, self.pause):
                return


def plan(steering: Steering, response: Response) -> Delivery | None:
    """What goes wrong with the answer, which is changed to what will be sent; nothing, as a rule.

    Delays add up. Of all else only one thing can happen: the one that was asked for first.
    """
    operation = response.operation.id if response.operation else ""
    delays = steering.meet(operation, response.verdict.view, frozenset({LATENCY}))
    latency = min(sum(seconds(fault.options["seconds"], steering.chance) for fault in delays), LONGEST)
    others = steering.meet(operation, response.verdict.view, KINDS - {LATENCY}, 1)
    if not delays and not others:
        return None
    delivery = Delivery(latency)
    if others:
        delivery = _broken(delivery, others[0].kind, others[0].options, response)
    response.fault = "+".join([LATENCY] * bool(delays) + [fault.kind for fault in others])
    response.headers = [*response.headers, (verdicts.FAULT.lower().encode(), response.fault.encode())]
    return delivery


def _broken(delivery: Delivery, kind: str, options: Mapping[str, Any], response: Response) -> Delivery:
    """The delivery with what else goes wrong; the response's body becomes what will be sent of it."""
    whole = response.body
    if kind in (EMPTY, MALFORMED):
        response.body = b"" if kind == EMPTY else _malformed(whole)
    elif kind == TRICKLE and whole:
        return replace(delivery, kind=kind, announced=len(whole), pieces=options["bytes"], pause=options["seconds"])
    elif kind == RESET and options["at"] == "start":
        response.body = b""
    elif kind in (TRUNCATED, RESET):
        response.body = whole[: len(whole) // 2]
    return replace(delivery, kind="" if kind == TRICKLE else kind, announced=len(whole))


def _malformed(body: bytes) -> bytes:
    """Half of it: JSON that ends too soon, but as long as is said."""
    return body[: len(body) // 2] or b"{"


def seconds(asked: Any, chance: Random) -> float:
    """Seconds as they were asked for: a number, or one of a distribution, never below 0."""
    if not isinstance(asked, dict):
        return float(asked)
    if "uniform" in asked:
        return max(0.0, chance.uniform(*asked["uniform"]))
    if "normal" in asked:
        return max(0.0, chance.gauss(*asked["normal"]))
    mean = asked["exponential"]
    return chance.expovariate(1 / mean) if mean else 0.0


async def _leaves(receive: Receive, patience: float) -> bool:
    """Waits; whether the client has left by then."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(patience):
            await receive()
            return True
    return False


def _transport(receive: Receive) -> Any:
    """The server's transport behind an ASGI `receive`, which ASGI has no word for. Raises where there is none."""
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionResetError("The answer is lost, as was asked for.")
    return transport


async def _reset(receive: Receive) -> None:
    transport = _transport(receive)
    await asyncio.sleep(_ON_THE_WAY)
    connection = transport.get_extra_info("socket")
    if connection is not None:  # closed so, TCP says RST instead of FIN
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    transport.abort()
    await receive()


async def _close(receive: Receive) -> None:
    _transport(receive).close()
    await receive()
