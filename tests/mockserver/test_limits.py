"""Limits: written as people write them, and never below what a contract allows."""

from __future__ import annotations

from pathlib import Path

import pytest

from understudy_mockserver.limits import NAMES, Limits, body_limits, parse_limits
from understudy_validators import Contract

MB = 1024 * 1024
README = Path(__file__).parents[2] / "mockserver" / "README.md"


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("json=2MB", "json", 2 * MB),
        ("json=1.5mb", "json", 1.5 * MB),
        ("url=4096", "url", 4096),
        ("url=16 KB", "url", 16 * 1024),
        ("file=1GiB", "file", 1024 * MB),
        ("receive=0.5", "receive", 0.5),
        ("receive=30s", "receive", 30),
        ("idle=2h", "idle", 7200),
        ("header-bytes=64KB", "header_bytes", 64 * 1024),
        ("messages=5", "messages", 5),
    ],
)
def test_a_value_is_read_in_its_unit(text: str, name: str, value: float) -> None:
    assert getattr(parse_limits([text]), name) == value


def test_what_is_not_said_stays_as_it_is() -> None:
    assert parse_limits([]) == Limits()
    assert parse_limits(["json=1", "json=2"]).json == 2


def test_a_files_limit_is_the_contracts_where_that_is_more(contracts: dict[str, Contract]) -> None:
    replyke = contracts["replyke"]
    known = body_limits(replyke, replyke.operation("sendMessage"), Limits(files=1)).known
    assert known["application/json"] == MB + 10240
    assert known["multipart/form-data"] == MB + 10240 + 52428800
    many = body_limits(replyke, replyke.operation("sendMessage"), Limits()).known
    assert many["multipart/form-data"] == MB + 10240 + 100 * MB


def test_a_body_of_any_type_has_the_limit_of_a_file(contracts: dict[str, Contract]) -> None:
    ziik = contracts["ziik"]
    limits = body_limits(ziik, ziik.operation("uploadFile"), Limits())
    assert limits.of("image/png") == limits.of("") == 11 * MB


def test_the_readme_lists_every_limit() -> None:
    text = README.read_text(encoding="utf-8")
    assert [name for name in NAMES if f"| `{name}` |" not in text] == []
