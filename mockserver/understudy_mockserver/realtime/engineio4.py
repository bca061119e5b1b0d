"""Engine.IO 4, by python-socketio: what socket.io-client 3.x and 4.x speak, over websockets or long polling."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import socketio
from socketio.exceptions import ConnectionRefusedError as Refusal

from understudy_mockserver.asgi import (
    DisconnectedError,
    Message,
    Receive,
    Scope,
    Send,
    TooLargeError,
    read_body,
    respond,
)
from understudy_mockserver.context import CONTEXT
from understudy_mockserver.realtime.gateway import UNKNOWN, Gateway, RefusedError
from understudy_mockserver.realtime.hub import MAX_WAITING, Connection
from understudy_mockserver.realtime.packets import Frames, Server, is_payload
from understudy_mockserver.realtime.transports import MAX_MESSAGE, abort
from understudy_validators.bodies import parse_json

# What servers of this protocol answer to what is no packet, and to a request for a websocket that is none.
_BAD_REQUEST = json.dumps({"code": 3, "message": "Bad request"}, separators=(",", ":")).encode()


def _replay(body: bytes) -> Receive:
    """An ASGI `receive` that has the whole body at once."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body}

    return receive


class _Json:
    """JSON as REST reads it: what no other client could read, or nests without end, is none."""

    dumps = staticmethod(json.dumps)

    def __init__(self, max_depth: int) -> None:
        self.loads = partial(parse_json, max_depth=max_depth)


class EngineIO4:
    """One contract's server of protocol 4."""

    def __init__(self, gateway: Gateway) -> None:
        self._server = Server(
            async_mode="asgi",
            namespaces="*",
            cors_allowed_origins=[],  # the guard has said all there is to say to browsers
            async_handlers=False,  # a client's events are handled in their order
            max_http_buffer_size=MAX_MESSAGE,
            json=_Json(gateway.max_depth),
        )
        self._server.register_namespace(_Bridge(gateway, self._server))
        _end_with_the_client(self._server)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request, or speaks over one websocket until it ends."""
        if scope["type"] == "websocket":
            receive = Frames(receive).receive
            self._take_over(scope, receive)
        elif b"transport=websocket" in scope["query_string"].split(b"&"):
            await respond(send, 400, "application/json", _BAD_REQUEST, [])
            return
        elif scope["method"] == "POST":
            try:
                body = await read_body(receive, MAX_MESSAGE)
            except DisconnectedError:
                return
            except TooLargeError:
                await respond(send, 413, "", b"", [])
                return
            if not is_payload(body):
                await respond(send, 400, "application/json", _BAD_REQUEST, [])
                return
            receive = _replay(body)
        await self._server.handle_request(scope, receive, send)

    async def close(self) -> None:
        """Ends all connections, whoever reads no more."""
        await asyncio.gather(*(session.close(wait=False) for session in list(self._server.eio.sockets.values())))
        await self._server.shutdown()

    def _take_over(self, scope: Scope, receive: Receive) -> None:
        """Where a client that began with polling goes on over this websocket, this is what a drop has to cut."""
        sid = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("sid")
        session = self._server.eio.sockets.get(sid)
        if session is not None and not session.upgraded:
            self._server.environ[sid]["asgi.receive"] = receive


def _end_with_the_client(server: Any) -> None:
    """Ends at once what python-engineio would leave behind when a client goes.

    That is the wait for its next ping, which sleeps on for an interval; and, where the client answers no ping and
    reads nothing either, the websocket itself: what is still to be sent would keep its writer waiting for ever.
    A client whose packet cannot be read is answered at once, too: it would be waited for until it polls again.
    """
    eio, environs = server.eio, server.environ
    start, forget = eio.start_background_task, eio.handlers["disconnect"]

    def start_and_note(target: Any, *arguments: Any, **more: Any) -> Any:
        task = start(target, *arguments, **more)
        session: Any = getattr(target, "__self__", None)
        if hasattr(session, "schedule_ping"):
            session.heartbeat = task
        return task

    async def disconnect(sid: str, reason: str) -> None:
        environ = environs.get(sid)
        await forget(sid, reason)
        heartbeat = getattr(eio.sockets.get(sid), "heartbeat", None)
        if heartbeat is not None:
            heartbeat.cancel()
        if environ is not None and reason == eio.reason.PING_TIMEOUT:
            abort(environ["asgi.receive"])

    async def hang_up(sid: str) -> None:
        session = eio.sockets.get(sid)
        if session is not None:  # a client that polls may never ask for what is still to be sent
            await session.close(wait=session.upgraded, reason=eio.reason.SERVER_DISCONNECT)
            eio.sockets.pop(sid, None)

    eio.disconnect = hang_up
    eio.start_background_task = start_and_note
    eio.on("disconnect", disconnect)


class _Bridge(socketio.AsyncNamespace):  # type: ignore[misc]
    """All namespaces of the server; the contract knows which there are."""

    def __init__(self, gateway: Gateway, server: socketio.AsyncServer) -> None:
        super().__init__("*")
        self._gateway = gateway
        self._sio = server
        self._connections: dict[str, Connection] = {}
        self._writers: dict[str, asyncio.Task[None]] = {}
        self._endings: set[asyncio.Task[None]] = set()

    async def trigger_event(self, event: str, *arguments: Any) -> Any:
        namespace, sid, *rest = arguments
        if self._sio.manager.is_connected(sid, namespace):
            # An event that the client sent, be it called "connect".
            return self._event(event, sid, rest[0] if rest else None)
        if event == "connect":
            self._connect(namespace, sid, rest[0], rest[1] if len(rest) > 1 else None)
        elif event == "disconnect":
            await self._disconnect(sid)
        return None

    def _event(self, event: str, sid: str, payload: Any) -> tuple[Any, ...]:
        """The arguments of the acknowledgement, which is sent where the client asked for one."""
        connection = self._connections.get(sid)
        if connection is None:
            return ()
        connection.acknowledgement = []
        self._gateway.receive(connection, event, payload)
        return tuple(connection.acknowledgement)

    def _connect(self, namespace: str, sid: str, environ: Mapping[str, Any], auth: Any) -> None:
        scope = environ["asgi.scope"]
        handshake = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
        handshake |= auth if isinstance(auth, dict) else {}
        if not self._gateway.judges(namespace):
            if namespace != "/":
                raise Refusal(UNKNOWN)
            return

        def drop() -> None:
            abort(environ["asgi.receive"])
            self._end_polling(namespace, sid)

        try:
            connection = self._gateway.connect(scope[CONTEXT], namespace, handshake, sid, drop)
        except RefusedError as refused:
            raise _refusal(refused.payload) from None
        self._connections[sid] = connection
        self._writers[sid] = asyncio.create_task(self._deliver(connection))

    def _end_polling(self, namespace: str, sid: str) -> None:
        """Ends the session of a client that polls: it has no connection of its own that could be cut."""
        session = self._sio.eio.sockets.get(self._sio.manager.eio_sid_from_sid(sid, namespace))
        if session is not None and not session.upgraded:
            ending = asyncio.create_task(session.close(wait=False))
            self._endings.add(ending)
            ending.add_done_callback(self._endings.discard)

    async def _disconnect(self, sid: str) -> None:
        connection = self._connections.pop(sid, None)
        if connection is None:
            return
        self._gateway.disconnect(connection)
        writer = self._writers.pop(sid)
        writer.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writer

    async def _deliver(self, connection: Connection) -> None:
        """Hands what waits for the client to its Engine.IO queue, which is not to grow without end either."""
        while True:
            event, payload = await connection.waiting.get()
            socket = self._sio.eio.sockets.get(self._sio.manager.eio_sid_from_sid(connection.id, connection.namespace))
            if socket is not None and socket.queue.qsize() > MAX_WAITING:
                connection.hub.remove(connection)
                connection.drop()
                return
            await self._sio.emit(event, payload, to=connection.id, namespace=connection.namespace)


def _refusal(payload: Any) -> Refusal:
    """As a 4.x client expects it: `{"message", "data"}`."""
    if isinstance(payload, dict):
        return Refusal(str(payload.get("message", "")), payload)
    return Refusal(str(payload))
