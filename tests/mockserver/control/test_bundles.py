"""Bundles: a recorded session, with sockets, files, orders and faults, comes out the same in a fresh process."""

from __future__ import annotations

import asyncio
import copy
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.mockserver.cli.run import understudy
from tests.mockserver.control.steering import REPLYKE, Steered, wire_of
from tests.mockserver.realtime.inside import until
from understudy_mockserver.control import playing
from understudy_mockserver.limits import Limits
from understudy_mockserver.server import serving
from understudy_mockserver.settings import Settings
from understudy_validators import sockets
from understudy_validators.errors import UsageError
from understudy_validators.socket_client import SocketClient

FILE = {"name": "files", "filename": "ü.png", "content_type": "image/png", "content": "no picture"}
LATE = 0.2


class Recorder:
    """A client of a running mock that never minds what goes wrong."""

    def __init__(self, url: str, client: httpx.AsyncClient) -> None:
        self._url = url
        self._client = client

    async def send(self, **step: Any) -> Any:
        asked = wire_of({"send": "sendMessage", **step}, "t")
        try:
            return (await self._client.request(asked.pop("method"), asked.pop("path"), **asked)).json()
        except (httpx.HTTPError, ValueError):
            return None

    async def steer(self, method: str, path: str, body: Any = None) -> Any:
        response = await self._client.request(method, f"/_understudy/namespaces/t{path}", json=body)
        assert response.is_success, response.text
        return response.json()

    async def fault(self, **body: Any) -> None:
        await self.steer("POST", "/faults", {"contract": "replyke", **body})

    async def join(self) -> SocketClient:
        step = sockets.build(REPLYKE, {"connect": "/", "as": "alice-token"})
        alice = await SocketClient.open(f"{self._url}/~t/replyke", "/", step.query)
        emitted = sockets.build(REPLYKE, {"emit": "join:conversation"})
        await alice.emit(emitted.event, emitted.payload)
        return alice


async def session(recorder: Recorder) -> None:
    """What a front end and a tester do in a quarter of an hour."""
    alice = await recorder.join()
    await recorder.send()
    signed_in = await recorder.send(send="signIn")
    await recorder.send(**{"as": signed_in["accessToken"]}, patch={"content": "with a token given out here"})
    await recorder.send(multipart=[{"name": "content", "value": "a file"}, FILE])
    await recorder.send(**{"as": "carol-token"})
    await recorder.send(**{"as": "a-token-that-nobody-knows"})
    await recorder.send(raw="{", headers={"Content-Type": "application/json"})
    await recorder.steer(
        "POST",
        "/force",
        {"contract": "replyke", "operation": "sendMessage", "answer": "suspended", "caller": "bob-token"},
    )
    await recorder.send(**{"as": "bob-token"})
    await recorder.steer("DELETE", "/force")
    for kind in ("reset", "truncated", "malformed", "empty", "status"):
        await recorder.fault(fault=kind, operation="sendMessage", times=1)
        await recorder.send(patch={"content": f"an answer that is {kind}"})
    await recorder.fault(fault="status", status=500, probability=0.5, operation="listMessages")
    for _ in range(8):
        await recorder.send(send="listMessages")
    await recorder.fault(fault="duplicate", event="message:created", times=1)
    await recorder.fault(fault="delay", event="message:created", times=1, seconds=LATE)
    for text in ("twice", "late", "in time"):
        await recorder.send(**{"as": "bob-token"}, patch={"content": text})
    await recorder.steer("PUT", "/clock", {"mode": "frozen"})
    await recorder.steer("PUT", "/snapshots/before")
    await recorder.send(patch={"content": "will not have been"})
    await recorder.steer("POST", "/snapshots/before/restore")
    where = {"where": {"userId": "a0000000-0000-4000-8000-000000000003"}, "set": {"isActive": True}}
    await recorder.steer("PATCH", "/state/replyke/members", where)
    await recorder.steer("POST", "/act", {"contract": "replyke", "send": "sendMessage", "as": "bob"})
    await recorder.send(send="listMessages")
    await alice.close()


def record(settings: Settings) -> dict[str, Any]:
    """The bundle of the session, as JSON has it."""
    steered = Steered(settings, names=("replyke", "ziik"))

    async def run() -> Any:
        async with serving(steered.app) as url, httpx.AsyncClient(base_url=url, trust_env=False) as client:
            recorder = Recorder(url, client)
            await session(recorder)
            state = steered.app.namespaces.state("t", "replyke")
            await until(lambda: not state.hub.connections)
            events = [
                entry["payload"] for entry in (await recorder.steer("GET", "/bundle"))["entries"] if "event" in entry
            ]
            assert events
            await asyncio.sleep(LATE)
            return await recorder.steer("GET", "/bundle")

    bundle: dict[str, Any] = json.loads(json.dumps(asyncio.run(run())))
    return bundle


@pytest.fixture(scope="module", params=[7, None], ids=["seeded", "unseeded"])
def bundle(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The bundle, of a server with a seed and of one without."""
    return record(Settings(seed=request.param))


def test_a_session_comes_out_the_same_in_a_fresh_process(bundle: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "bug.json"
    path.write_text(json.dumps(bundle), encoding="utf-8")
    replayed = understudy("replay", str(path))
    assert replayed.stdout == f"{len(bundle['entries'])} entries, all the same.\n", replayed.stdout
    assert (replayed.returncode, replayed.stderr) == (0, "")


def test_everything_that_could_go_wrong_is_in_it(bundle: dict[str, Any]) -> None:
    entries = bundle["entries"]
    assert {"http", "event", "control"} == {entry["kind"] for entry in entries}
    assert {"reset", "truncated", "malformed", "empty", "status"} <= {entry["fault"] for entry in entries}
    assert {"accepted", "refused", "forced"} == {entry["verdict"] for entry in entries}
    assert {"connected", "received", "emitted", "disconnected"} == {e["direction"] for e in entries if "direction" in e}
    assert {"fault": "duplicate", "used": 1, "left": 0} not in bundle["faults"]


def test_no_credential_is_in_it(bundle: dict[str, Any]) -> None:
    text = json.dumps(bundle)
    for credential in ("alice-token", "bob-token", "carol-token", "nobody-knows", "alice-password", "eyJ"):
        assert credential not in text, credential


def test_what_comes_out_differently_is_shown(bundle: dict[str, Any], tmp_path: Path) -> None:
    changed = copy.deepcopy(bundle)
    first = next(entry for entry in changed["entries"] if entry["operation"] == "sendMessage")
    first["response_body"]["text"] = first["response_body"]["text"].replace('"content":"', '"content":"never ')
    del changed["entries"][-1]
    path = tmp_path / "bug.json"
    path.write_text(json.dumps(changed), encoding="utf-8")
    replayed = understudy("replay", str(path))
    count = len(changed["entries"])
    assert replayed.returncode == 1
    assert replayed.stdout.splitlines()[0].startswith(f"#{first['number']} POST /replyke/")
    assert "  response_body: recorded " in replayed.stdout
    assert '"content":"never ' in replayed.stdout
    assert replayed.stdout.splitlines()[-1] == f"{count - 1} of {count} entries are the same."


def test_another_seed_is_another_session(bundle: dict[str, Any]) -> None:
    changed = copy.deepcopy(bundle)
    changed["contracts"]["replyke"]["seed"] = "1"
    if changed["settings"]["seed"]:
        changed["settings"]["seed"] = "1"
    assert asyncio.run(playing.play(playing.load(changed))).differences


def test_another_version_of_the_contract_is_mentioned(bundle: dict[str, Any]) -> None:
    changed = copy.deepcopy(bundle)
    changed["contracts"]["replyke"]["hash"] = "0"
    played = asyncio.run(playing.play(playing.load(changed)))
    assert played.notes == (
        "The contract replyke is not the one that was recorded with: its answers may differ for that.",
    )


def test_an_entry_that_was_cut_is_refused_by_its_name() -> None:
    steered = Steered(Settings(seed=1, limits=Limits(journal_body=100)))
    steered.send()
    with pytest.raises(UsageError, match=r"Entry 1, POST /replyke/.*, was cut: .* --limit journal-body=10MB"):
        playing.load(steered.ok("GET", "/bundle"))


def test_a_journal_that_lost_its_beginning_is_refused() -> None:
    steered = Steered(Settings(seed=1, limits=Limits(journal=2)))
    for _ in range(3):
        steered.send()
    with pytest.raises(UsageError, match="had lost its first 1 entries"):
        playing.load(steered.ok("GET", "/bundle"))
    steered.ok("POST", "/reset")
    steered.send()
    assert len(playing.load(steered.ok("GET", "/bundle"))["entries"]) == 1


@pytest.mark.parametrize(
    "content", ["{", "[]", "{}", '{"format": "understudy-bundle/1"}', '{"format": "other", "entries": []}']
)
def test_what_is_no_bundle_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "bug.json"
    path.write_text(content, encoding="utf-8")
    replayed = understudy("replay", str(path))
    assert replayed.returncode == 2
    assert "Traceback" not in replayed.stderr
    assert understudy("replay", str(tmp_path / "nowhere.json")).returncode == 2
