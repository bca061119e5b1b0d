"""The load: wrk, which asks as fast as it is answered on each of its connections."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from tests.benchmarks.peers.tools import FOLDER
from tests.benchmarks.traffic import Traffic


@dataclass(frozen=True, slots=True)
class Load:
    """What a run measured.

    `rate` is in requests per second. Within `p50` and `p99` milliseconds half, and 99 in 100, were answered.
    """

    requests: int
    rate: float
    p50: float
    p99: float


def write_requests(variants: Sequence[Traffic], path: Path) -> Path:
    """Writes the requests as Lua, for `wrk.lua`."""
    sent = ",\n".join(f"{{{_table(each)}, {_text(each.body)}}}" for each in variants)
    path.write_text(f'return {{"POST", {_text(variants[0].path.encode())}, {{\n{sent}\n}}}}\n', "ascii")
    return path


def measure(program: str, url: str, requests: Path, accepted: bool, connections: int, seconds: int) -> Load:
    """Runs wrk. Raises `click.ClickException` if a request is not answered, or refused where it is to be accepted."""
    options = ["-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "--latency"]
    command = [program, *options, "-s", str(FOLDER / "wrk.lua"), url, "--", str(requests)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = json.loads(said.strip().splitlines()[-1])
    due = 0 if accepted else found["requests"]
    if found["broken"] or found["not_ok"] != due:
        raise click.ClickException(f"{url}: {found} where {due} answers above 399 are due")
    rate = found["requests"] / found["microseconds"] * 1e6
    return Load(found["requests"], rate, found["p50"] / 1000, found["p99"] / 1000)


def _table(traffic: Traffic) -> str:
    headers = (f"[{_text(name.encode())}] = {_text(value.encode())}" for name, value in traffic.headers.items())
    return f"{{{', '.join(headers)}}}"


def _text(content: bytes) -> str:
    """A string of Lua: what is not plain is written as its number."""
    plain = set(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_./:{}[],*")
    return '"' + "".join(chr(byte) if byte in plain else f"\\{byte:03d}" for byte in content) + '"'
