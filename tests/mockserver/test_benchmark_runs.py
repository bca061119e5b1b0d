"""The benchmark runs, and compares two servers that answer alike. Nothing is timed here."""

import json
import subprocess
import sys
from typing import Any

from tests.repo.tree import ROOT

SMALL = ("--plain", "--requests", "50", "--connections", "4", "--rounds", "2")


def run(*options: str) -> str:
    """What the benchmark prints; the test fails where it does."""
    command = [sys.executable, "-m", "tests.benchmarks", *SMALL, *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout


def test_it_compares_both_servers_for_both_requests() -> None:
    printed: dict[str, Any] = json.loads(run("--json"))
    assert printed["requests"] == 50
    assert {"understudy", "connexion", "uvicorn"} <= set(printed["machine"]["versions"])
    assert set(printed["results"]) == {"valid", "refused"}
    for figures in printed["results"].values():
        assert figures["second"]["ratio"] > 0
        assert len(figures["second"]["ratios"]) == 2


def test_a_profile_shows_the_costs_of_the_mock_for_both_requests() -> None:
    _, valid, refused = run("--profile").split("Profile of the mock, ")
    assert valid.startswith("valid request")
    assert refused.startswith("refused request")
    assert "understudy_validators" in valid
    assert "understudy_validators" in refused
