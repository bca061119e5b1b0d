"""The yardstick: a plain ASGI app that does by hand what the measured requests take, and nothing more.

It parses the body, judges it with the one compiled schema of the contract, looks up who sends and where to, stores the
message and answers it as the mock does. No other rule, no namespaces, no journal, no check of its reply.

`python -m tests.benchmarks.plain READY_FILE [PORT [AMITY_WORLD]]` runs it in the mock's own uvicorn settings.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.plain_amity import PlainAmity
from tests.benchmarks.plain_api import JSON, Answer, PlainApi
from tests.benchmarks.plain_replyke import PlainReplyke
from understudy_mockserver.asgi import Receive, Scope, Send
from understudy_mockserver.contracts import load_contract
from understudy_mockserver.limits import Limits
from understudy_mockserver.server import listen, run, write_ready_file


class Plain:
    """The app."""

    def __init__(self, apis: Sequence[PlainApi]) -> None:
        self._apis = apis

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        status, media_type, body = self._answer(scope, await _read(receive))
        headers = [(b"content-length", b"%d" % len(body)), (b"content-type", media_type.encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, scope: Scope, content: bytes) -> Answer:
        if scope["method"] == "POST":
            for api in self._apis:
                path = api.path.fullmatch(scope["path"])
                if path is not None:
                    return api.answer(path, dict(scope["headers"]), content)
        return 404, JSON, b"{}"


async def _read(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    return body


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def create_plain(amity_world: Path | None = None) -> Plain:
    """The app over fresh worlds; the file may add to Amity's."""
    return Plain([PlainReplyke(load_contract("replyke")), PlainAmity(load_contract("amity", amity_world))])


def main(ready_file: Path, port: int = 0, amity_world: Path | None = None) -> None:
    """Serves the app, on any free port unless one is given, and writes `{url}` to the file once it answers."""
    listener = listen("127.0.0.1", port)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    run({listener: create_plain(amity_world)}, lambda: write_ready_file(ready_file, {"url": url}), Limits())


if __name__ == "__main__":
    _, ready, *rest = sys.argv
    main(Path(ready), int(rest[0]) if rest else 0, Path(rest[1]) if rest[1:] else None)
