"""What both generations of Socket.IO need of the transport below ASGI."""

from __future__ import annotations

from typing import Any

#: Bytes of one message. A contract's own limits are far below, and are refused in its own words.
MAX_MESSAGE = 1_000_000


def abort(receive: Any) -> None:
    """Cuts the TCP connection behind an ASGI `receive` at once, without waiting for what is still to be sent.

    ASGI has no word for it, and a client that never reads would keep a proper close waiting for ever: so this reaches
    through to the server's transport. Where the server is another one, the connection ends by its own timeouts.
    """
    protocol = getattr(receive, "__self__", None)
    transport = getattr(protocol, "transport", None)
    if transport is not None:
        transport.abort()
