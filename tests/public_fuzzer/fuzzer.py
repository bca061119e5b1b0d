"""Schemathesis as a command, and its report: every failure with the exchange that it was found in."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from understudy_validators.exchange import Exchange

#: In seconds; only a run that hangs takes as long.
PATIENCE = 300
PHASES = ("examples", "coverage", "fuzzing", "stateful")
_RAN = (0, 1)  # nothing found, something found
_ENDED = ("success", "failure")


@dataclass(frozen=True, slots=True)
class Step:
    """One exchange of a run, and what each check that it failed says of it, by the check's name."""

    exchange: Exchange
    failures: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Run:
    """What a run sent, in order; `phases` tells how each ended, `errors` what the fuzzer could not do."""

    steps: tuple[Step, ...]
    phases: Mapping[str, str]
    errors: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether each phase came to its end."""
        return not self.errors and all(self.phases.get(name) in _ENDED for name in PHASES)

    @property
    def failures(self) -> list[tuple[Step, str]]:
        """Each failure: where, and the name of the check."""
        return [(step, check) for step in self.steps for check in step.failures]


def run(location: str, base_url: str, authorization: str, folder: Path, *options: str) -> Run:
    """Runs every check in every phase against `base_url`, of the API that is described at `location`."""
    report = folder / "report.ndjson"
    command = [sys.executable, "-m", "schemathesis.cli", "run", location, "--url", base_url]
    command += ["--header", f"Authorization: {authorization}", "--checks", "all", "--phases", ",".join(PHASES)]
    # The same requests every time; a failure is shown as it was found, and does not end its scenario.
    command += ["--generation-deterministic", "--workers", "1", "--no-shrink", "--continue-on-failure"]
    command += ["--output-sanitize", "false", "--no-color", "--report-ndjson-path", str(report), *options]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert ended.returncode in _RAN, ended.stdout + ended.stderr
    return read(report)


def read(report: Path) -> Run:
    """A report as the fuzzer wrote it: one event in each line."""
    events = [next(iter(json.loads(line).items())) for line in report.read_text("utf-8").splitlines()]
    scenarios = [event["recorder"] for name, event in events if name == "ScenarioFinished"]
    timed = [found for scenario in scenarios for found in _steps(scenario)]
    return Run(
        steps=tuple(step for _, step in sorted(timed, key=lambda found: found[0])),
        phases={event["phase"]["name"]: event["status"] for name, event in events if name == "PhaseFinished"},
        errors=tuple(json.dumps(event) for name, event in events if name.endswith("Error")),
    )


def _steps(scenario: dict[str, Any]) -> Iterator[tuple[float, Step]]:
    checks = scenario.get("checks", {})
    for case, interaction in scenario.get("interactions", {}).items():
        failed = [check for check in checks.get(case, ()) if check["status"] == "failure"]
        said = {check["name"]: check["failure_info"]["failure"]["message"] for check in failed}
        yield interaction["timestamp"], Step(_exchange(interaction), said)


def _exchange(interaction: dict[str, Any]) -> Exchange:
    """An exchange; without an answer, its status is 0."""
    request, response = interaction["request"], interaction.get("response") or {}
    return Exchange(
        method=request["method"],
        url=request["uri"],
        request_headers=_headers(request.get("headers", {})),
        request_body=_bytes(request.get("body")),
        status=response.get("status_code", 0),
        response_headers=_headers(response.get("headers", {})),
        response_body=_bytes(response.get("content")),
    )


def _headers(headers: dict[str, list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, values in headers.items() for value in values)


def _bytes(node: dict[str, str] | None) -> bytes:
    return base64.b64decode(node["$base64"]) if node else b""
