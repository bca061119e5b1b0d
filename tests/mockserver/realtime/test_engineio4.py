"""The newer Socket.IO: what the library behind it would let through, and we do not."""

from __future__ import annotations

import asyncio

import pytest

from tests.mockserver.realtime.avaya import TEAM, chat, dialling, token
from tests.mockserver.realtime.inside import Inside, inside


@pytest.mark.parametrize("value", ["NaN", "-Infinity", "1e999", '"\\ud83d"', "[" * 65 + "]" * 65])
def test_what_others_could_not_read_is_no_event(value: str) -> None:
    """Sent on as it came, it would end the sessions of browsers, whose JSON has no such values."""

    def talk(mock: Inside) -> None:
        with dialling(f"{mock.url}/avaya-spaces", "default") as dial:
            sender, ben = (dial(4, token=token(name)).subscribed(TEAM) for name in ("example", "ben"))
            body = f'{{"category":"chat","topicId":"{TEAM}","content":{{"bodyText":"x"}},"loopbackMetadata":{value}}}'
            for event in ("SEND_MESSAGE", "SEND_PRESENCE_EVENT"):
                sender.websocket.send(f'42/chat,["{event}",{body}]')
            assert sender.heard() == ben.heard() == []
            message = sender.sent(chat())
            assert ben.heard() == [("MESSAGE_SENT", message)]

    async def run() -> None:
        async with inside("avaya-spaces") as mock:
            await asyncio.to_thread(talk, mock)

    asyncio.run(run())
