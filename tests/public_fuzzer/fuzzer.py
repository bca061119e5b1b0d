"""Schemathesis as a command, and its report: every failure with the exchange that it was found in."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from understudy_validators.contract import Contract
from understudy_validators.exchange import Exchange
from understudy_validators.wire import build

#: In seconds; only a run that hangs takes as long.
PATIENCE = 300
PHASES = ("examples", "coverage", "fuzzing", "stateful")
#: Of what there is to try, and of ways through it: how many of each for every operation.
EXAMPLES, WAYS = 3, 10
#: How often a path leads to something that is there, by the contract's examples.
KNOWN = 0.8
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


def run(
    contract: Contract, location: str, base_url: str, folder: Path, *options: str, phases: Iterable[str] = PHASES
) -> Run:
    """Runs every check against `base_url`, of the contract as it is described at `location`."""
    report = folder / "report.ndjson"
    (folder / "schemathesis.toml").write_text("\n".join(settings(contract)), encoding="utf-8")
    command = [sys.executable, "-m", "schemathesis.cli", "run", location, "--url", base_url]
    command += ["--header", f"Authorization: {authorization(contract)}", "--checks", "all"]
    command += ["--phases", ",".join(phases)]
    # The same requests every time; a failure is shown as it was found, and does not end its scenario.
    command += ["--generation-deterministic", "--workers", "1", "--no-shrink", "--continue-on-failure"]
    command += ["--max-examples", str(EXAMPLES), "--output-sanitize", "false", "--no-color"]
    command += ["--report-ndjson-path", str(report), *options]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert ended.returncode in _RAN, ended.stdout + ended.stderr
    return read(report)


def authorization(contract: Contract) -> str:
    """The header that the first operation which asks for one is sent with."""
    sent = (build(contract, {"send": each.id}).headers for each in contract)
    return next(headers["Authorization"] for headers in sent if "Authorization" in headers)


def settings(contract: Contract) -> Iterator[str]:
    """The lines of the fuzzer's own settings: what is there by the contract's examples, so that rooms are entered."""
    known: dict[str, dict[str, Any]] = {}
    for parameter in [parameter for operation in contract for parameter in operation.parameters]:
        if parameter.location == "path":
            known.setdefault(parameter.name, {})[json.dumps(parameter.example)] = parameter.example
    # Chains of requests start from what succeeds; single ones have their faults in the phases before.
    yield from ("[phases.stateful.generation]", f"max-examples = {WAYS}", 'mode = "positive"', "[parameters]")
    for name in known:
        yield f'"path.{name}" = {{dictionary = "{name}", probability = {KNOWN}}}'
    for name, values in known.items():
        yield from (f"[dictionaries.{name}]", f"values = {json.dumps(list(values.values()))}")


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
