"""A headless Chromium, told what to do over its debugging pipe: JSON messages, each with a null byte behind it."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import Any

SECONDS = 60.0
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
    "--password-store=basic",
    "--proxy-server=direct://",
    # No name is ever looked up: whatever asks for another host fails at once.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--remote-debugging-pipe",
)
# Chromium reads commands from descriptor 3 and writes to 4: a shell makes them of its own input and output.
_START = 'exec "$@" 3<&0 4>&1 </dev/null >&2'


def executable() -> str | None:
    """Where a Chromium is; `None` where there is none."""
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


class Page:
    """One tab. `requests` and `complaints` fill up while it is waited for or spoken to."""

    def __init__(self, browser: subprocess.Popen[bytes]) -> None:
        assert browser.stdin and browser.stdout
        self._commands, self._events = browser.stdin.fileno(), browser.stdout.fileno()
        self._buffer = b""
        self._count = 0
        self._session = ""
        self._selector = DefaultSelector()
        self._selector.register(self._events, EVENT_READ)
        #: The URL of every request that the page made.
        self.requests: list[str] = []
        #: What went wrong: console warnings and errors, exceptions, refused and failed loads.
        self.complaints: list[str] = []

    def open(self, url: str) -> None:
        """Goes to an address."""
        if not self._session:
            target = self.tell("Target.createTarget", url="about:blank")["targetId"]
            self._session = self.tell("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            for domain in ("Page", "Runtime", "Network", "Log"):
                self.tell(f"{domain}.enable")
        self.tell("Page.navigate", url=url)

    def tell(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Sends a command of the DevTools protocol, and returns its result. Raises `RuntimeError` if it is refused."""
        self._count += 1
        command = {"id": self._count, "method": method, "params": parameters}
        if self._session:
            command["sessionId"] = self._session
        os.write(self._commands, json.dumps(command).encode() + b"\0")
        end = time.monotonic() + SECONDS
        while (message := self._next(end)).get("id") != self._count:
            self._note(message)
        if "error" in message:
            raise RuntimeError(f"{method}: {message['error']['message']}")
        result: dict[str, Any] = message["result"]
        return result

    def evaluate(self, expression: str) -> Any:
        """The JSON value of a JavaScript expression. Raises `RuntimeError` if it throws."""
        told = self.tell("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in told:
            raise RuntimeError(f"{expression}: {told['exceptionDetails']['exception'].get('description')}")
        return told["result"].get("value")

    def wait(self, expression: str) -> Any:
        """Waits until the expression is true, and returns its value. Raises `TimeoutError`, with the page's text."""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            if value := self.evaluate(expression):
                return value
            time.sleep(0.05)
        raise TimeoutError(f"{expression} is still not so. {self.complaints} The page:\n{self.text()[:2000]}")

    def click(self, selector: str) -> None:
        """Clicks the first element that a CSS selector fits, once there is one."""
        self.wait(f"!!document.querySelector({json.dumps(selector)})")
        self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")

    def text(self) -> str:
        """The text that a reader sees."""
        return str(self.evaluate("document.body.innerText"))

    def screenshot(self, path: Path) -> None:
        """The whole page as a PNG."""
        told = self.tell("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(told["data"]))

    def _next(self, end: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            if not self._selector.select(max(0.0, end - time.monotonic())):
                raise TimeoutError(f"Chromium says nothing for {SECONDS:.0f} s.")
            chunk = os.read(self._events, 1 << 20)
            if not chunk:
                raise RuntimeError("Chromium stopped.")
            self._buffer += chunk
        head, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(head)
        return message

    def _note(self, message: dict[str, Any]) -> None:
        facts = message.get("params", {})
        match message["method"]:
            case "Network.requestWillBeSent":
                self.requests.append(facts["request"]["url"])
            case "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(facts["exceptionDetails"]))
            case "Runtime.consoleAPICalled" if facts["type"] in ("error", "warning", "assert"):
                self.complaints.append(json.dumps(facts["args"]))
            case "Log.entryAdded" if facts["entry"]["level"] in ("error", "warning"):
                self.complaints.append(f"{facts['entry']['text']} ({facts['entry'].get('url', '')})")


@contextlib.contextmanager
def chromium(path: str, profile: Path) -> Iterator[Page]:
    """A page of a Chromium of its own, with a fresh profile in the folder `profile`."""
    log = profile.with_suffix(".log")
    with log.open("wb") as errors:
        browser = subprocess.Popen(
            ["sh", "-c", _START, "sh", path, *_OPTIONS, f"--user-data-dir={profile}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
    try:
        yield Page(browser)
    finally:
        _end(browser)


def _end(browser: subprocess.Popen[bytes]) -> None:
    """Ends the browser and its helpers, which are a process group of their own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(browser.pid, signal.SIGKILL)
    browser.communicate()
