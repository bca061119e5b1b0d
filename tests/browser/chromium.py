"""A headless Chromium, told what to do over its debugging pipe: JSON messages, each with a null byte behind it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
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
    "--no-proxy-server",
    # No name is ever looked up: whatever asks for another host fails at once.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--remote-debugging-pipe",
)
# Chromium reads commands from descriptor 3 and writes to 4: a shell makes them of its own input and output.
_START = 'exec "$@" 3<&0 4>&1 </dev/null >&2'


def executable() -> str | None:
    """Where a Chromium is; `None` where there is none, or no such pipe."""
    if sys.platform == "win32":
        return None
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


@contextlib.contextmanager
def chromium(path: str, folder: Path) -> Iterator[Browser]:
    """A Chromium of its own, which keeps its profile and its log in `folder`."""
    with (folder / "chromium.log").open("wb") as log:
        process = subprocess.Popen(
            ["sh", "-c", _START, "sh", path, *_OPTIONS, f"--user-data-dir={folder / 'profile'}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield Browser(process)
    finally:
        # The browser and its helpers are a process group of their own.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


class Browser:
    """The browser's end of the pipe."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin
        assert process.stdout
        self._commands, self._events = process.stdin.fileno(), process.stdout.fileno()
        self._selector = DefaultSelector()
        self._selector.register(self._events, EVENT_READ)
        self._buffer = b""
        self._count = 0
        self._pages: dict[str, Page] = {}

    @contextlib.contextmanager
    def page(self) -> Iterator[Page]:
        """A tab that shares nothing with others: no cookies, no storage, no cache."""
        context = self.tell("Target.createBrowserContext")["browserContextId"]
        target = self.tell("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.tell("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = self._pages[session] = Page(self, session)
        for domain in ("Page", "Runtime", "Network", "Log", "DOM"):
            page.tell(f"{domain}.enable")
        try:
            yield page
        finally:
            self.tell("Target.disposeBrowserContext", browserContextId=context)

    def tell(self, method: str, session: str = "", **parameters: Any) -> dict[str, Any]:
        """Sends a command of the DevTools protocol, and returns its result. Raises `RuntimeError` if it is refused."""
        self._count += 1
        command = {"id": self._count, "method": method, "params": parameters}
        os.write(self._commands, json.dumps(command | ({"sessionId": session} if session else {})).encode() + b"\0")
        end = time.monotonic() + SECONDS
        while (message := self._next(end)).get("id") != self._count:
            if message.get("sessionId") in self._pages and "method" in message:
                self._pages[message["sessionId"]].note(message["method"], message["params"])
        if "error" in message:
            raise RuntimeError(f"{method}: {message['error']['message']}")
        result: dict[str, Any] = message["result"]
        return result

    def _next(self, end: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            if not self._selector.select(max(0.0, end - time.monotonic())):
                raise TimeoutError(f"Chromium says nothing for {SECONDS:.0f} s.")
            chunk = os.read(self._events, 1 << 20)
            if not chunk:
                raise RuntimeError("Chromium stopped; chromium.log in its folder may say why.")
            self._buffer += chunk
        head, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(head)
        return message


class Page:
    """One tab. `requests` and `complaints` fill up while it is told things."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser, self._session = browser, session
        #: The URL of every request that the page made.
        self.requests: list[str] = []
        #: What went wrong: console warnings and errors, exceptions, refused and failed loads.
        self.complaints: list[str] = []
        #: Every event of the DevTools protocol: its name, and what it says.
        self.events: list[tuple[str, dict[str, Any]]] = []

    def tell(self, method: str, **parameters: Any) -> dict[str, Any]:
        """As `Browser.tell`, for this tab."""
        return self._browser.tell(method, self._session, **parameters)

    def open(self, url: str) -> None:
        """Goes to an address, even if it is there already."""
        self.tell("Page.navigate", url="about:blank")
        self.tell("Page.navigate", url=url)
        self.wait("document.readyState === 'complete'")

    def evaluate(self, expression: str) -> Any:
        """The JSON value of a JavaScript expression. Raises `RuntimeError` if it throws."""
        told = self.tell("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in told:
            raise RuntimeError(f"{expression}: {told['exceptionDetails']['exception'].get('description')}")
        return told["result"].get("value")

    def wait(self, expression: str) -> Any:
        """Waits until the expression is true, and returns its value. Raises `TimeoutError`, with what the page shows.

        It may throw meanwhile, as it does while one page makes room for another.
        """
        end, error = time.monotonic() + SECONDS, None
        while time.monotonic() < end:
            try:
                if value := self.evaluate(expression):
                    return value
            except RuntimeError as thrown:
                error = thrown
            time.sleep(0.05)
        shown = self.evaluate("document.body?.innerText.slice(0, 2000)")
        raise TimeoutError(f"{expression} is still not so. {error or ''} {self.complaints} The page:\n{shown}")

    def text(self, selector: str = "body") -> str:
        """The text that a reader sees of the first element that fits, once there is one."""
        found = f"document.querySelector({json.dumps(selector)})"
        self.wait(f"!!{found}")
        return str(self.evaluate(f"{found}.innerText"))

    def texts(self, selector: str) -> list[str]:
        """The texts of all elements that fit."""
        found = f"[...document.querySelectorAll({json.dumps(selector)})]"
        return list(self.evaluate(f"{found}.map((element) => element.textContent.trim())"))

    def click(self, selector: str) -> None:
        """Clicks the first element that fits, once there is one."""
        found = f"document.querySelector({json.dumps(selector)})"
        self.wait(f"!!{found}")
        self.evaluate(f"{found}.click()")

    def fill(self, selector: str, value: str) -> None:
        """Gives a field, or a list to choose from, its value as a user would."""
        found = f"document.querySelector({json.dumps(selector)})"
        self.wait(f"!!{found}")
        self.evaluate(f"Object.getPrototypeOf({found}).__lookupSetter__('value').call({found}, {json.dumps(value)})")
        for event in ("input", "change"):
            self.evaluate(f"{found}.dispatchEvent(new Event('{event}', {{bubbles: true}}))")

    def attach(self, selector: str, path: Path) -> None:
        """Chooses a file in the first file field that fits."""
        self.wait(f"!!document.querySelector({json.dumps(selector)})")
        root = self.tell("DOM.getDocument")["root"]["nodeId"]
        node = self.tell("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.tell("DOM.setFileInputFiles", nodeId=node, files=[str(path)])

    def note(self, method: str, facts: dict[str, Any]) -> None:
        """Takes in an event."""
        self.events.append((method, facts))
        match method:
            case "Network.requestWillBeSent":
                self.requests.append(facts["request"]["url"])
            case "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(facts["exceptionDetails"]))
            case "Runtime.consoleAPICalled" if facts["type"] in ("error", "warning", "assert"):
                self.complaints.append(json.dumps(facts["args"]))
            case "Log.entryAdded" if facts["entry"]["level"] in ("error", "warning"):
                self.complaints.append(f"{facts['entry']['text']} ({facts['entry'].get('url', '')})")
