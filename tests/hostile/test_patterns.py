"""Texts on which a regular expression that backtracks would never end."""

from __future__ import annotations

import json

import pytest

from tests.hostile.attack import ALICE, MESSAGES, Target, fresh, is_clean
from tests.hostile.test_multipart import PATH
from understudy_validators import Contract

TEXTS = [
    *(
        "a" * 50_000,
        "a" * 50_000 + "!",
        " " * 50_000 + "x",
        "." * 50_000,
        "a." * 25_000,
        "a.b." * 12_500 + "!",
        "-" * 50_000,
    ),
    *(
        "0" * 50_000 + "z",
        "2026-01-01T00:00:00" + "0" * 50_000,
        "/" * 50_000,
        "a/" * 25_000,
        "=" * 50_000 + "!",
        "A" * 50_000 + "=!",
    ),
    *(
        "@" * 50_000,
        "a@" * 25_000,
        "http://" + "a." * 25_000,
        "(" * 50_000,
        "[" * 50_000,
        "\\" * 50_000,
        "\t" * 50_000 + "x",
    ),
    *(
        "\n" * 50_000,
        "😀" * 20_000,
        "é" * 50_000,
        "\u0301" * 50_000,
        "%" * 50_000,
        "#" * 50_000,
        "#a" * 25_000,
        "@all " * 10_000,
    ),
]
FIELDS = ["channelId", "messageId", "parentId", "type", "fileId", "tags", "mentionees"]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_no_text_takes_long_to_judge(target: Target, text: str) -> None:
    for field in FIELDS:
        body = {
            "channelId": "general",
            "data": {"text": text},
            field: [text] if field in {"tags", "mentionees"} else text,
        }
        headers = {**ALICE, "Content-Type": "application/json"}
        is_clean(target.ask("POST", fresh(MESSAGES), headers, json.dumps(body).encode()))
    target.lives()


@pytest.mark.parametrize("text", TEXTS[:12], ids=range(12))
def test_no_format_takes_long_to_judge(target: Target, text: str) -> None:
    mention = {"type": "user", "id": text, "username": text}
    body = {"content": text, "gif": {"id": text, "url": text}, "mentions": [mention], "parentMessageId": text}
    headers = {**ALICE, "Content-Type": "application/json"}
    is_clean(target.ask("POST", fresh(PATH), headers, json.dumps(body).encode()))
    target.lives()


def test_no_header_takes_long_to_judge(target: Target, contracts: dict[str, Contract]) -> None:
    for text in TEXTS[:14]:
        headers = {
            **ALICE,
            "Content-Type": f"multipart/form-data; boundary={text.strip()[:20_000]}",
            "Accept": text[:8000].strip(),
        }
        is_clean(target.ask("POST", fresh(PATH), headers, b"--x--"))
        is_clean(
            target.ask(
                "GET", fresh(f"{MESSAGES}?channelId=") + text.strip().replace("%", "")[:7000].split(" ")[0], ALICE
            )
        )
    target.lives()
