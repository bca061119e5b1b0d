"""What acknowledges a client's event, in both generations of the protocol."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from websockets.asyncio.client import connect

from tests.servers import Served

ASKED = ["v3/message.isFlaggedByMe", {"messageId": "3f0c6c1e-8b1a-4d52-9d0e-000000000005"}]
ANSWER = [{"status": "success", "data": {"result": True, "isFlagByMe": True}}]


async def acknowledgement(served: Served, protocol: int, event: list[Any]) -> list[Any]:
    root = served.contracts["amity"].replace("http", "ws", 1)
    async with connect(f"{root}/socket.io/?EIO={protocol}&transport=websocket&token=alice-token", proxy=None) as socket:
        if protocol == 4:
            await socket.recv()
            await socket.send('40{"token":"alice-token"}')
        while not str(await socket.recv()).startswith("40"):
            pass
        await socket.send(f"4217{json.dumps(event)}")
        while not (packet := str(await socket.recv())).startswith("4317"):
            pass
        arguments = json.loads(packet.removeprefix("4317"))
        assert isinstance(arguments, list)
        return arguments


@pytest.mark.parametrize("protocol", [3, 4])
def test_a_request_is_answered_in_its_acknowledgement(protocol: int, server: Served) -> None:
    assert asyncio.run(acknowledgement(server, protocol, ASKED)) == ANSWER


@pytest.mark.parametrize("protocol", [3, 4])
def test_a_refusal_of_one_request_does_not_answer_the_next(protocol: int, server: Served) -> None:
    [refused] = asyncio.run(acknowledgement(server, protocol, [ASKED[0], {}]))
    assert isinstance(refused, dict)
    assert refused["status"] == "error"
    assert asyncio.run(acknowledgement(server, protocol, ["unknown", {}])) == []
