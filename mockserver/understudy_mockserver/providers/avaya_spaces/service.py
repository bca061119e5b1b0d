"""What the service itself is set to: its addresses and limits."""

from __future__ import annotations

from urllib.parse import urlsplit

from understudy_mockserver.provider import Call, Reply
from understudy_validators.records import Record, World


def settings(world: World) -> Record:
    """The one record of the collection `settings`."""
    return next(iter(world["settings"]))


def get_service_configurations(call: Call) -> Reply:
    """The addresses that clients work with, which all lead back to this server.

    Socket.IO clients take what follows the host for a namespace, so the sockets' address has no path.
    """
    root = urlsplit(call.base_url)
    spaces = {
        "server_url": call.base_url,
        "socketio_server_url": f"{root.scheme}://{root.netloc}",
        "marketing_url": call.base_url,
    }
    return Reply({"spaces": spaces, "store": {"server_url": call.base_url}, "accounts": {"server_url": call.base_url}})


def get_limits(call: Call) -> Reply:
    """The limits, as the world's settings have them."""
    return Reply(settings(call.world)["limits"])
