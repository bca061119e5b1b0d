"""Checks an installed understudy, with the Python it is installed for: ``python -P .ci/wheel_check.py``.

Everything that the three packages hold in the sources is installed; PyPI's `validators`, which must be installed too,
is somebody else's; and `understudy serve`, started in an empty folder, answers a Send Message, and stops when told to.
"""

import importlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from http import HTTPStatus
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

ROOT = Path(__file__).resolve().parents[1]
SOURCE_ROOTS = ("specs", "validators", "mockserver")
SEND_MESSAGE = (
    "/replyke/v7/b0000000-0000-4000-8000-000000000001/chat/conversations/c0000000-0000-4000-8000-000000000001/messages"
)
SECONDS = 30.0


def main() -> None:
    """Runs every check; exits with what is wrong."""
    for root in SOURCE_ROOTS:
        check_complete(root)
    check_no_clash()
    with tempfile.TemporaryDirectory() as folder:
        check_serves(Path(folder))
    print("The wheel is complete, clashes with nothing, and serves.", file=sys.stderr)


def check_complete(root: str) -> None:
    """The installed package holds every file that its folder in the sources holds."""
    name = f"understudy_{root}"
    source, installed = ROOT / root / name, installed_folder(name)
    if installed.is_relative_to(ROOT):
        sys.exit(f"{name} comes from the sources, not from the wheel.")
    paths = (path.relative_to(source) for path in source.rglob("*") if path.is_file())
    missing = [str(path) for path in paths if "__pycache__" not in path.parts and not (installed / path).is_file()]
    if missing:
        sys.exit(f"The wheel's {name} lacks {', '.join(sorted(missing))}.")


def check_no_clash() -> None:
    """`validators` and our packages are two things."""
    stranger = installed_folder("validators")
    if stranger == installed_folder("understudy_validators") or stranger.is_relative_to(ROOT):
        sys.exit(f"`import validators` gives {stranger}.")
    importlib.import_module("validators")
    importlib.import_module("understudy_validators")


def check_serves(folder: Path) -> None:
    """`understudy serve`, run in `folder`, says where it is, accepts a message, and exits 0 when terminated."""
    ready = folder / "ready.json"
    command = [str(Path(sys.executable).with_name("understudy")), "serve", "--port", "0", "--ready-file", str(ready)]
    output = folder / "output.txt"
    with output.open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        wait_for(ready, server)
        told = json.loads(ready.read_text("utf-8"))
        send_message(told["url"])
        os.kill(told["pid"], signal.SIGTERM)
        if status := server.wait(SECONDS):
            sys.exit(f"Terminated, `understudy serve` exits {status}, not 0.")
    except BaseException:
        sys.stderr.write(output.read_text("utf-8", "replace"))
        raise
    finally:
        server.kill()
        server.wait()


def wait_for(ready: Path, server: subprocess.Popen[bytes]) -> None:
    """Returns when the server has written its ready file; exits if it stops before, or takes too long."""
    end = time.monotonic() + SECONDS
    while not (ready.is_file() and ready.stat().st_size):
        if server.poll() is not None:
            sys.exit(f"`understudy serve` exits {server.returncode} before it is ready.")
        if time.monotonic() > end:
            sys.exit(f"`understudy serve` is not ready within {SECONDS:.0f} s.")
        time.sleep(0.05)


def send_message(url: str) -> None:
    """Sends one message; exits unless the answer is 201 and holds it."""
    headers = {"Authorization": "Bearer alice-token", "Content-Type": "application/json"}
    request = Request(url.rstrip("/") + SEND_MESSAGE, b'{"content": "hi"}', headers, method="POST")
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=SECONDS) as reply:
            status, body = reply.status, reply.read()
    except HTTPError as refusal:
        status, body = refusal.code, refusal.read()
    if status != HTTPStatus.CREATED or json.loads(body)["content"] != "hi":
        sys.exit(f"Sending a message gives {status}: {body.decode('utf-8', 'replace')}")


def installed_folder(name: str) -> Path:
    """Where the package `name` is imported from."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        sys.exit(f"`import {name}` does not work.")
    return Path(spec.origin).resolve().parent


if __name__ == "__main__":
    main()
