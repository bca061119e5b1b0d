"""Two hundred namespaces at once, from threads and processes: each forces, fails and resets, and none sees another."""

from __future__ import annotations

import secrets
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.mockserver.control.steering import wire_of
from tests.servers import Served

THREADS, PROCESSES, EACH = 20, 4, 50
ROOT = Path(__file__).parents[3]

# One of several answers that no other namespace forces at the same time.
ANSWERS = (("suspended", 403), ("rate-limited", 429), ("server-error", 500), ("quoted-not-found", 404))


def play(url: str, namespace: str, number: int) -> str:
    """One namespace's life; what went wrong, if anything."""
    base = f"{url}/_understudy/namespaces/{namespace}"
    answer, status = ANSWERS[number % len(ANSWERS)]
    with httpx.Client(trust_env=False, timeout=60) as client:

        def send(content: str) -> int:
            asked = wire_of({"send": "sendMessage", "patch": {"content": content}}, namespace)
            headers, body = asked["headers"], asked["content"]
            return client.request(asked["method"], url + asked["path"], headers=headers, content=body).status_code

        def steer(method: str, path: str, body: object = None) -> httpx.Response:
            response = client.request(method, base + path, json=body)
            response.raise_for_status()
            return response

        steer("POST", "/force", {"contract": "replyke", "operation": "sendMessage", "answer": answer, "times": 2})
        steer("POST", "/faults", {"contract": "replyke", "fault": "status", "status": 503, "times": 1})
        statuses = [send(f"{namespace} {turn}") for turn in range(5)]
        asked = {"contract": "replyke", "operation": "sendMessage", "times": 5}
        verified = steer("POST", "/verify", asked).json()
        entries = steer("GET", "/journal?operation=sendMessage").json()["entries"]
        texts = [entry["request"]["body"]["content"] for entry in entries]
        steer("POST", "/reset")
        left = steer("GET", "/journal").json()["entries"], send("again")
    expected = [status, status, 503, 201, 201]
    told = [f"{namespace} {turn}" for turn in range(5)]
    if (statuses, verified["ok"], texts, left) == (expected, True, told, ([], 201)):
        return ""
    return f"{namespace}: {statuses} {verified} {texts} {left}"


def test_two_hundred_namespaces_in_threads_do_not_see_each_other(server: Served) -> None:
    run = secrets.token_hex(4)
    with ThreadPoolExecutor(THREADS) as pool:
        numbers = range(PROCESSES * EACH)
        wrong = [text for text in pool.map(lambda n: play(server.url, f"side-{run}-{n}", n), numbers) if text]
    assert not wrong


def test_two_hundred_namespaces_in_processes_do_not_see_each_other(server: Served) -> None:
    run = secrets.token_hex(4)
    script = (
        "import sys; from tests.mockserver.control.test_side_by_side import play, EACH\n"
        "url, run, first = sys.argv[1], sys.argv[2], int(sys.argv[3]) * EACH\n"
        "wrong = [t for t in (play(url, f'proc-{run}-{n}', n) for n in range(first, first + EACH)) if t]\n"
        "sys.exit('\\n'.join(wrong) or 0)"
    )
    command = [sys.executable, "-W", "ignore", "-c", script, server.url, run]
    running = [
        subprocess.Popen([*command, str(number)], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for number in range(PROCESSES)
    ]
    ended = [(process.communicate(timeout=300)[1], process.returncode) for process in running]
    assert [code for _, code in ended] == [0] * PROCESSES, ended
