"""A HAR of what a Chromium page did, made from its DevTools events as the browser's own export is."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

from tests.browser.chromium import Page
from understudy_validators.checking.har import timestamp

Entry = dict[str, Any]


def record(page: Page) -> dict[str, Any]:
    """The HAR of all that the page has done so far."""
    entries: dict[str, Entry] = {}
    events = list(page.events)
    for method, facts in events:
        _begin(entries, method, facts)
    for method, facts in events:  # what is added to a request may be told before the request
        _note(entries, method, facts)
    for identifier, entry in entries.items():
        if entry["_resourceType"] != "websocket" and entry["response"]["status"]:
            _with_bodies(page, identifier, entry)
    return {"log": {"version": "1.2", "creator": {"name": "Chromium", "version": ""}, "entries": [*entries.values()]}}


def _begin(entries: dict[str, Entry], method: str, facts: dict[str, Any]) -> None:
    identifier = facts.get("requestId", "")
    if method == "Network.requestWillBeSent" and facts["request"]["url"].startswith("http"):
        sent = facts["request"]
        entries[identifier] = _entry(sent["method"], sent["url"], facts["wallTime"], facts["type"].lower())
    elif method == "Network.webSocketCreated":
        entries[identifier] = _entry("GET", facts["url"], 0.0, "websocket")
        entries[identifier]["_webSocketMessages"] = []


def _note(entries: dict[str, Entry], method: str, facts: dict[str, Any]) -> None:
    identifier = facts.get("requestId", "")
    if identifier not in entries:
        return
    if method == "Network.requestWillBeSentExtraInfo":
        entries[identifier]["request"]["headers"] = _headers(facts["headers"])
    elif method in ("Network.responseReceived", "Network.webSocketHandshakeResponseReceived"):
        entries[identifier]["response"] |= _answer(facts["response"])
    elif method in ("Network.webSocketFrameSent", "Network.webSocketFrameReceived"):
        frame, kind = facts["response"], "send" if method.endswith("Sent") else "receive"
        message = {"type": kind, "time": facts["timestamp"], "opcode": frame["opcode"], "data": frame["payloadData"]}
        entries[identifier]["_webSocketMessages"].append(message)


def _entry(method: str, url: str, seconds: float, kind: str) -> Entry:
    return {
        "startedDateTime": timestamp(seconds),
        "time": 1.0,
        "request": {"method": method, "url": url, "headers": [], "bodySize": 0},
        "response": {"status": 0, "headers": [], "content": {"size": 0, "mimeType": "x-unknown"}},
        "_resourceType": kind,
    }


def _answer(response: dict[str, Any]) -> dict[str, Any]:
    content = {"size": 0, "mimeType": response.get("mimeType", "x-unknown")}
    return {"status": response["status"], "headers": _headers(response["headers"]), "content": content}


def _headers(headers: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]


def _with_bodies(page: Page, identifier: str, entry: Entry) -> None:
    try:
        sent = page.tell("Network.getRequestPostData", requestId=identifier)["postData"]
        types = [h["value"] for h in entry["request"]["headers"] if h["name"].lower() == "content-type"]
        entry["request"] |= {"postData": {"mimeType": types[0], "text": sent}, "bodySize": len(sent.encode())}
    except RuntimeError:
        pass  # a request without a body
    try:
        body = page.tell("Network.getResponseBody", requestId=identifier)
    except RuntimeError:
        return  # a preflight, or an answer without one
    encoded = body["base64Encoded"]
    size = len(b64decode(body["body"])) if encoded else len(body["body"].encode())
    entry["response"]["content"] |= {"size": size, "text": body["body"], **({"encoding": "base64"} if encoded else {})}
