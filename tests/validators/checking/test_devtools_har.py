"""Traffic of a real Chromium with the mock, as its DevTools record it: judged without findings, until it is changed."""

from __future__ import annotations

import copy
import json
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.chromium import Page, chromium, executable
from tests.servers import Served
from tests.shipped import CONTRACTS
from tests.validators.checking.devtools_har import record
from understudy_validators.checking.har_judge import PREFLIGHT, Judged, judge_har
from understudy_validators.checking.har_reader import read_har

PROJECT, TEAM = "b0000000-0000-4000-8000-000000000001", "c0000000-0000-4000-8000-000000000001"
PATH = f"/v7/{PROJECT}/chat/conversations/{TEAM}/messages"
#: Frames of the page in which the last event of the protocol comes.
PATIENCE = 600
# Sends a message, one with a file, one that is refused, and lists; then speaks through a socket.
SCRIPT = """
(async () => {
  const root = ROOT, path = PATH;
  const headers = {Authorization: "Bearer alice-token"};
  const json = {...headers, "Content-Type": "application/json"};
  const send = (options) => fetch(root + path, options).then((answer) => answer.text());
  await send({method: "POST", headers: json, body: JSON.stringify({content: "Grüße 👋"})});
  await send({method: "POST", headers: json, body: JSON.stringify({content: "x".repeat(4001)})});
  await send({headers});
  const form = new FormData();
  form.append("content", "with a file");
  form.append("files", new File(["hello"], "a.txt", {type: "text/plain"}));
  await send({method: "POST", headers, body: form});
  const socket = new WebSocket(root.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket");
  const heard = [];
  await new Promise((done, failed) => {
    socket.onerror = failed;
    socket.onmessage = async ({data}) => {
      heard.push(data);
      if (data.startsWith("0")) socket.send('40{"token":"alice-token","projectId":"PROJECT"}');
      if (data.startsWith("40")) {
        socket.send('42["join:conversation",{"conversationId":"TEAM"}]');
        await send({method: "POST", headers: json, body: JSON.stringify({content: "heard"})});
      }
      if (data.includes("message:created")) done();
    };
  });
  socket.close();
  return heard.length;
})()
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    path = executable()
    if path is None and os.environ.get("CI"):
        pytest.fail("CI is set, where the browser tests must run, and there is no Chromium on PATH.")
    if path is None:
        pytest.skip("There is no Chromium on PATH; `apt-get install chromium` brings one.")
    with chromium(path, tmp_path_factory.mktemp("chromium")) as browser, browser.page() as page:
        yield page


@pytest.fixture(scope="module")
def traffic(page: Page, server: Served) -> dict[str, Any]:
    """What a page of another port did with Replyke's mock."""
    root = f"{server.url}/~har-{secrets.token_hex(4)}/replyke"
    page.open(f"{server.url}/")
    script = SCRIPT.replace("ROOT", json.dumps(root)).replace("PATH", json.dumps(PATH), 1)
    assert page.evaluate(script.replace("PROJECT", PROJECT).replace("TEAM", TEAM)) >= 3
    for _ in range(PATIENCE):
        if any(name == "Network.webSocketClosed" for name, _ in page.events):
            break
        page.evaluate("new Promise(requestAnimationFrame)")
    return record(page)


def judge(traffic: dict[str, Any]) -> Judged:
    return judge_har(CONTRACTS["replyke"], read_har(json.dumps(traffic), "chromium.har"), name="chromium.har")


def test_what_a_browser_did_with_the_mock_has_no_findings(traffic: dict[str, Any]) -> None:
    judged = judge(traffic)
    assert [finding.title for finding in judged.findings] == []
    assert judged.judged == 6
    assert set(judged.skipped) <= {PREFLIGHT, "sent to another address", "no operation of the contract"}
    counts = judged.coverage.counts
    assert set(counts["statuses"]) == {"sendMessage 201", "sendMessage 400", "listMessages 200"}
    assert set(counts["operations"]) == {"sendMessage", "listMessages", "connect", "joinConversation"}
    assert set(counts["constraints"]) == {"sendMessage /body/content/maxLength application/json"}
    assert judged.base_url.endswith("/replyke")


def entry(traffic: dict[str, Any], status: int) -> dict[str, Any]:
    """The first message that was answered so."""
    found: dict[str, Any] = next(
        each
        for each in traffic["log"]["entries"]
        if each["request"]["method"] == "POST" and each["response"]["status"] == status
    )
    return found


def without_an_id(traffic: dict[str, Any]) -> None:
    content = entry(traffic, 201)["response"]["content"]
    content["text"] = json.dumps({key: value for key, value in json.loads(content["text"]).items() if key != "id"})


def accepted(traffic: dict[str, Any]) -> None:
    entry(traffic, 400)["response"] |= copy.deepcopy(entry(traffic, 201)["response"])


def refused(traffic: dict[str, Any]) -> None:
    entry(traffic, 201)["response"] |= copy.deepcopy(entry(traffic, 400)["response"])


def another_event(traffic: dict[str, Any]) -> None:
    frames = next(each["_webSocketMessages"] for each in traffic["log"]["entries"] if "_webSocketMessages" in each)
    frames.append({"type": "receive", "time": 0, "opcode": 1, "data": '42["message:vanished",{}]'})


@pytest.mark.parametrize(
    ("change", "operation", "rule"),
    [
        (without_an_id, "sendMessage", "required"),
        (accepted, "sendMessage", "maxLength"),
        (refused, "sendMessage", "answer"),
        (another_event, "joinConversation", "events"),
    ],
)
def test_traffic_that_was_tampered_with_has_the_finding(
    traffic: dict[str, Any], change: Callable[[dict[str, Any]], None], operation: str, rule: str
) -> None:
    changed = copy.deepcopy(traffic)
    change(changed)
    assert [(finding.operation, finding.rule) for finding in judge(changed).findings] == [(operation, rule)]


def test_a_recording_without_credentials_is_judged_all_the_same(traffic: dict[str, Any], tmp_path: Path) -> None:
    """Browsers leave credentials out of what they export, unless told otherwise."""
    changed = copy.deepcopy(traffic)
    for each in changed["log"]["entries"]:
        kept = [header for header in each["request"]["headers"] if header["name"].lower() != "authorization"]
        each["request"]["headers"] = kept
    assert judge(changed).findings == ()
