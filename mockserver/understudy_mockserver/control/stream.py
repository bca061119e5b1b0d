"""The journal as it happens: server-sent events (the HTML standard's `text/event-stream`)."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson

from understudy_mockserver.asgi import Receive, Send
from understudy_mockserver.control.call import ControlCall
from understudy_mockserver.control.queries import chosen
from understudy_mockserver.journal import Entry

#: Entries that wait for a reader; past them, it misses some and is told how many.
MOST = 1000
#: Seconds after which a reader is shown that the stream lives, by a comment.
PULSE = 15.0


class Reader:
    """What waits for one reader."""

    def __init__(self) -> None:
        self.waiting: asyncio.Queue[Entry | None] = asyncio.Queue()
        self.missed = 0

    def __call__(self, entry: Entry | None) -> None:
        if entry is not None and self.waiting.qsize() >= MOST:
            self.missed += 1
        else:
            self.waiting.put_nowait(entry)


async def follow(call: ControlCall, receive: Receive, send: Send) -> None:
    """Sends entries until the reader leaves, the namespace ends, or the time that was asked for is over."""
    journal = call.namespace.journal
    reader = Reader()
    journal.readers.append(reader)
    gone = asyncio.ensure_future(receive())
    try:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        # Whoever waits for the first byte knows from here on that nothing is missed.
        await _write(send, ": following\n\n")
        async with asyncio.timeout(call.query.get("seconds")):
            await _write_all(call, reader, gone, send)
    except TimeoutError:
        pass
    finally:
        journal.readers.remove(reader)
        left = gone.done()
        gone.cancel()
    if not left:
        await send({"type": "http.response.body", "body": b""})


_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]


async def _write_all(call: ControlCall, reader: Reader, gone: asyncio.Future[Any], send: Send) -> None:
    shower = call.shower
    while True:
        incoming = asyncio.ensure_future(reader.waiting.get())
        done, _ = await asyncio.wait({incoming, gone}, timeout=PULSE, return_when=asyncio.FIRST_COMPLETED)
        if incoming not in done:
            incoming.cancel()
            if gone in done:
                return
            await _write(send, ": alive\n\n")
            continue
        entry = incoming.result()
        if entry is None:
            return
        if any(True for _ in chosen([entry], call.query, shower)):
            await _write(send, f"id: {entry.number}\ndata: {_json(shower.shown(entry))}\n\n")
        if reader.missed:
            missed, reader.missed = reader.missed, 0
            await _write(send, f"event: behind\ndata: {_json({'missed': missed})}\n\n")


async def _write(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


def _json(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()
