"""What the tests of Ziik share: a seeded mock in this process, and single handlers with a world of their own."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import yaml

from understudy_mockserver.app import create_app
from understudy_mockserver.blobs import Blobs
from understudy_mockserver.contracts import load_contract
from understudy_mockserver.ids import Ids
from understudy_mockserver.provider import Call, Reply
from understudy_mockserver.providers.ziik import PROVIDER
from understudy_mockserver.settings import Settings
from understudy_validators import Request, Verdict, judge, judge_reply
from understudy_validators.records import Record, World

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "ziik.yaml").read_text("utf-8"))
CONTRACT = load_contract("ziik")
ROOT = "http://localhost/ziik"
NOW = 1767225600
JOHN, JANE, MAX = "mock.john.token", "mock.jane.token", "mock.max.token"
LOGIN = {"username": "john@example.com", "password": "john-secret"}


JOHN_AS_AUTHOR = {
    "id": 1,
    "first_name": "John",
    "last_name": "Doe",
    "name": "John Doe",
    "title": "Manager",
    "active": True,
    "avatar": {},
    "archived_at": None,
    "participant_type": "normal",
    "subtext": "Manager - HQ (Sales)",
    "department": {"id": 10, "name": "Sales"},
    "unit": {"id": 5, "name": "HQ"},
}
JANE_AS_AUTHOR = JOHN_AS_AUTHOR | {
    "id": 2,
    "first_name": "Jane",
    "last_name": "Roe",
    "name": "Jane Roe",
    "title": "Director",
    "subtext": "Director - HQ (Sales)",
}


class Mock:
    """A seeded mock in this process. Each success that it answers is judged by the contract."""

    def __init__(self, seed: int = 1) -> None:
        self._app = create_app(["ziik"], Settings(seed=seed))

    def send(self, method: str, path: str, token: str = JOHN, **options: Any) -> httpx.Response:
        headers = {"Authorization": token and f"Bearer {token}", **options.pop("headers", {})}
        return asyncio.run(self._send(method, path, headers, options))

    async def _send(self, method: str, path: str, headers: dict[str, str], options: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(app=self._app)
        async with httpx.AsyncClient(transport=transport, base_url=ROOT) as client:
            sent = {name: value for name, value in headers.items() if value}  # without what a test leaves out
            return await client.request(method, path, headers=sent, **options)

    def write(self, body: dict[str, Any], conversation: int = 123, token: str = JOHN, **options: Any) -> dict[str, Any]:
        """The answer to a message that must be accepted."""
        response = self.send("POST", f"/conversations/{conversation}/messages", token, json=body, **options)
        message: dict[str, Any] = succeeded("createMessage", response)
        return message

    def ask(self, operation: str, path: str, token: str = JOHN, **options: Any) -> Any:
        """The body of the answer to an operation that must succeed; `None` where it has none."""
        return succeeded(operation, self.send(CONTRACT.operation(operation).method, path, token, **options))

    def session(self, operation: str, token: str = "", **options: Any) -> dict[str, Any]:
        """The one session that a login or renewal, which must be accepted, answers."""
        method, path = CONTRACT.operation(operation).method, CONTRACT.operation(operation).path
        [session] = succeeded(operation, self.send(method, path, token, **options))
        return dict(session)


def succeeded(operation_id: str, response: httpx.Response) -> Any:
    """The body of a response, which must be what the contract promises."""
    operation, media_type = CONTRACT.operation(operation_id), response.headers.get("content-type", "")
    body = response.json() if media_type == "application/json" else response.content or None
    assert not judge_reply(operation, response.status_code, media_type, body), response.text
    return body


def judged(
    operation_id: str, world: World, token: str = JOHN, body: str = "", now: float = NOW, **path: str
) -> Verdict:
    """What the contract says of a request in that world; in conversation 127 unless the path says otherwise."""
    operation = CONTRACT.operation(operation_id)
    headers = {"authorization": f"Bearer {token}"}
    request = Request(operation.method, operation.path, headers, body=body.encode())
    return judge(operation, request, {"conversation": "127", **path}, world, now)


def handled(operation_id: str, world: World, token: str = JOHN, body: str = "", now: float = NOW, **path: str) -> Reply:
    """What the handler makes of a request; a message goes to conversation 127."""
    operation, verdict = CONTRACT.operation(operation_id), judged(operation_id, world, token, body, now, **path)
    assert verdict.accepted, verdict.violations
    call = Call(operation, verdict.view, verdict.uploads, world, Blobs(0), Ids(1), now, ROOT)
    return PROVIDER.handlers[operation_id](call)


def only(world: World, collection: str, **where: Any) -> Record:
    """The one record with these values."""
    [record] = world[collection].all(**where)
    return record


def content(case: dict[str, Any], **otherwise: Any) -> dict[str, Any]:
    """What a case of tests/cases/ziik.yaml sends: text as it is, or a JSON body; where it says neither, `otherwise`."""
    if "raw" in case:
        return {"content": case["raw"]}
    return {"json": case["body"]} if "body" in case else otherwise


def refused(response: httpx.Response, status: int, code: str) -> None:
    """Checks that the response is, to the letter, what the contract has under the code."""
    answer = CONTRACT.answers[code.replace("_", "-")]
    assert (response.status_code, response.json()) == (status, answer.value)
    assert answer.value["error"]["code"] == code
