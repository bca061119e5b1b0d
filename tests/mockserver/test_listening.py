"""The socket that servers listen on."""

from __future__ import annotations

import asyncio
import socket

from understudy_mockserver.server import listen


def test_answers_are_sent_without_waiting_for_acknowledgements() -> None:
    assert asyncio.run(_option_of_a_connection()) != 0


async def _option_of_a_connection() -> int:
    accepted: asyncio.Queue[int] = asyncio.Queue()

    def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.put_nowait(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    listener = listen("127.0.0.1", 0)
    async with await asyncio.start_server(connected, sock=listener):
        _, writer = await asyncio.open_connection(*listener.getsockname())
        option = await accepted.get()
        writer.close()
        await writer.wait_closed()
    return option
