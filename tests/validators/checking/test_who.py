"""Who is who on a real server: requests for the contract's world, put to those who stand for it there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shipped import CONTRACTS
from understudy_validators import wire
from understudy_validators.checking.who import NotArrangedError, Who, load_who, template
from understudy_validators.errors import UsageError

ZIIK, REPLYKE = CONTRACTS["ziik"], CONTRACTS["replyke"]
ALICE_TOKEN, TEAM = "alice-token", "c0000000-0000-4000-8000-000000000001"
PROJECT = "b0000000-0000-4000-8000-000000000001"


def who(folder: Path, text: str, contract: str = "replyke") -> Who:
    file = folder / "who.toml"
    file.write_text(text)
    return load_who(file, CONTRACTS[contract])


def test_texts_are_replaced_wherever_they_stand(tmp_path: Path) -> None:
    people = who(
        tmp_path,
        f"""
        [values.tokens]
        {ALICE_TOKEN} = "real-token"
        [values.conversations]
        {TEAM} = "real/room"
        [values.projects]
        {PROJECT} = "real-project"
        """,
    )
    sent = people.request(wire.build(REPLYKE, {"send": "sendMessage"}))
    assert "/conversations/real%2Froom/messages" in sent.path
    assert sent.path.startswith("/real-project/")
    assert sent.headers["Authorization"] == "Bearer real-token"


def test_numbers_are_replaced_where_a_rule_looks_them_up_and_nowhere_else(tmp_path: Path) -> None:
    people = who(
        tmp_path,
        """
        [values.conversations]
        123 = 9001
        [values.messages]
        123 = 7
        [values.tokens]
        "mock.john.token" = "t"
        """,
        "ziik",
    )
    step = {"send": "createMessage", "path": {"conversation": "123"}, "body": {"message": "123", "parent_id": 123}}
    sent = people.request(wire.build(ZIIK, step))
    assert sent.path == "/conversations/9001/messages"
    assert sent.body == {"message": "123", "parent_id": 7}


def test_what_nobody_stands_for_is_not_arranged(tmp_path: Path) -> None:
    people = who(tmp_path, f"[values.tokens]\n{ALICE_TOKEN} = 'real'")
    with pytest.raises(NotArrangedError, match=TEAM):
        people.request(wire.build(REPLYKE, {"send": "sendMessage"}))


def test_a_mock_gets_requests_as_they_are() -> None:
    request = wire.build(REPLYKE, {"send": "sendMessage"})
    assert Who().request(request) == request


def test_values_may_stand_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALICE", "from-outside")
    assert who(tmp_path, f"[values.tokens]\n{ALICE_TOKEN} = '$ALICE'").texts[ALICE_TOKEN] == "from-outside"
    monkeypatch.delenv("ALICE")
    with pytest.raises(UsageError, match="the environment has no variable ALICE"):
        who(tmp_path, f"[values.tokens]\n{ALICE_TOKEN} = '$ALICE'")


def test_what_is_printed_of_a_request_names_no_real_credential(tmp_path: Path) -> None:
    people = who(tmp_path, f"[values.tokens]\n{ALICE_TOKEN} = 'secret'\n[values.conversations]\n{TEAM} = 'room-7'")
    shown = people.shown(wire.build(REPLYKE, {"send": "sendMessage"}))
    assert "room-7" in shown.path
    assert shown.headers["Authorization"] == f"Bearer {ALICE_TOKEN}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("base-url = 7", "base-url is a text"),
        ("people = {}", "'people' is none of base-url, headers, values"),
        ("values = 3", "values is a table"),
        ("[values.rooms]\na = 'b'", "no rule looks into 'rooms'"),
        ("[values.tokens]\nalice-tokn = 'b'", "Did you mean alice-token"),
        ("[values", "is not TOML"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        who(tmp_path, text)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.toml cannot be read"):
        load_who(tmp_path / "none.toml", REPLYKE)


@pytest.mark.parametrize("name", CONTRACTS)
def test_the_file_to_fill_in_can_be_filled_in(tmp_path: Path, name: str) -> None:
    lines = [
        line.removeprefix("# ") if line.startswith('# "') else line for line in template(CONTRACTS[name]).splitlines()
    ]
    filled = who(tmp_path, "\n".join(lines), name)
    assert filled.values.keys() == filled.known
    assert filled.values
