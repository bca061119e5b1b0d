"""`understudy reproduce`: an error, caused step by step."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.mockserver.cli.run import understudy
from tests.servers import Served
from understudy_validators import Contract
from understudy_validators.catalogue import catalogue


@pytest.mark.parametrize("name", ["amity", "avaya-spaces", "replyke", "ziik"])
def test_all_of_a_catalogue_comes_out_as_listed(name: str) -> None:
    result = understudy("reproduce", name, "--all")
    assert result.returncode == 0, result.stdout
    assert ", 0 different." in result.stdout


def test_one_error_shows_request_answer_and_verdict() -> None:
    text = understudy("reproduce", "replyke", "chat/empty-message").stdout
    assert "POST" in text
    assert "400 refused; rule=something-to-say" in text
    assert "Message must have content, a GIF, or at least one file." in text
    assert "As in the catalogue." in text


def test_a_server_that_answers_otherwise_is_found_out(server: Served) -> None:
    result = understudy("reproduce", "replyke", "suspended", "--base-url", server.contracts["ziik"])
    assert result.returncode == 1
    assert "Different." in result.stdout


@pytest.mark.parametrize(
    ("contract", "error", "status"),
    [
        ("replyke", "too-many-files", "400"),
        ("replyke", "rate-limited", "429"),
        ("replyke", "server-error", "500"),
        ("amity", "max-repetition", "403"),
        ("avaya-spaces", "upload-size-mismatch", "400"),
        ("ziik", "parent-deleted", "422"),
    ],
)
def test_the_printed_script_runs_as_pasted(contract: str, error: str, status: str, server: Served) -> None:
    script = understudy("reproduce", contract, error, "--curl", "--base-url", server.contracts[contract]).stdout
    assert script.startswith("#!/bin/sh\n")
    answer = subprocess.run(["sh"], input=script, capture_output=True, text=True, check=True, timeout=60).stdout
    assert f" {status} " in answer.splitlines()[0]


@pytest.mark.parametrize("name", ["amity", "avaya-spaces", "replyke", "ziik"])
def test_the_script_of_a_whole_catalogue_ends_each_error_as_listed(
    name: str, server: Served, contracts: dict[str, Contract]
) -> None:
    script = understudy("reproduce", name, "--all", "--curl", "--base-url", server.contracts[name]).stdout
    answer = subprocess.run(["sh"], input=script, capture_output=True, text=True, check=True, timeout=300).stdout
    statuses = [int(status) for status in re.findall(r"^HTTP/1.1 ([2-5][0-9]{2}) ", answer, re.MULTILINE)]
    errors = catalogue(contracts[name])
    assert statuses == [error.answer.status for error in errors if not error.answer.event]
