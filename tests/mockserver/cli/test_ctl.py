"""`understudy ctl`: what people type, and what they read."""

from __future__ import annotations

import json
import secrets
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.mockserver.cli.run import understudy
from tests.servers import PATIENCE, Served
from understudy_mockserver.cli import cli
from understudy_mockserver.cli.ctl import command
from understudy_validators.errors import UsageError

Ctl = Callable[..., str]
MESSAGES = (
    "/replyke/b0000000-0000-4000-8000-000000000001/api/v7/conversations/c0000000-0000-4000-8000-000000000001/messages"
)


@pytest.fixture
def namespace() -> str:
    return f"ctl-{secrets.token_hex(4)}"


@pytest.fixture
def called(server: Served, namespace: str) -> Callable[..., Result]:
    """Runs a command in this process: a process for each would take longer than all else."""

    def run(*arguments: str, stdin: str = "") -> Result:
        return CliRunner().invoke(cli, ["ctl", "--url", server.url, "-n", namespace, *arguments], input=stdin)

    return run


@pytest.fixture
def ctl(called: Callable[..., Result]) -> Ctl:
    """Runs a command that must succeed, and gives what it prints."""

    def run(*arguments: str, stdin: str = "") -> str:
        result = called(*arguments, stdin=stdin)
        assert result.exit_code == 0, (result.output, result.exception)
        return result.output

    return run


def test_force_list_use_and_clear(ctl: Ctl) -> None:
    order = "1  replyke sendMessage suspended caller=bob"
    made = ctl("force", "sendMessage", "suspended", "--contract", "replyke", "--by", "bob", "--times", "2")
    assert made == f"{order}  used 0, 2 left\n"
    assert ctl("act", "sendMessage", "--contract", "replyke", "--as", "bob").startswith("403\n")
    assert ctl("force") == f"{order}  used 1, 1 left\n"
    assert ctl("force", "--clear", "all") == "1 cleared\n"
    assert ctl("act", "sendMessage", "--contract", "replyke", "--as", "bob").startswith("201\n")


def test_the_contract_is_found_where_only_one_has_the_operation(ctl: Ctl) -> None:
    assert ctl("force", "getUnreadCount", "--status", "500").startswith("1  replyke getUnreadCount 500  used 0")


def test_fault(ctl: Ctl) -> None:
    made = ctl("fault", "latency", "--contract", "replyke", "--seconds", "normal:0.3,0.1", "--probability", "0.5")
    assert made == '1  replyke latency seconds={"normal":[0.3,0.1]} probability=0.5  used 0, until cleared\n'
    made = ctl("fault", "status", "--contract", "replyke", "--status", "502", "--times", "1")
    assert made == "2  replyke status 502  used 0, 1 left\n"
    assert ctl("fault", "--clear", "1") == "1 cleared\n"
    assert ctl("fault") == "2  replyke status 502  used 0, 1 left\n"


def test_clock(ctl: Ctl) -> None:
    frozen = ctl("clock", "freeze", "2026-03-29T00:59:59Z", "--contract", "ziik")
    assert frozen == "ziik  2026-03-29T00:59:59.000Z  frozen\n"
    assert ctl("clock", "advance", "3600", "--contract", "ziik") == "ziik  2026-03-29T01:59:59.000Z  frozen\n"
    assert "ziik  2026-03-29T01:59:59.000Z  frozen\n" in ctl("clock")


def test_state(ctl: Ctl, tmp_path: Path) -> None:
    assert "     7  users\n" in ctl("state", "replyke")
    where, change = '{"userId": "a0000000-0000-4000-8000-000000000001"}', '{"isActive": false}'
    assert ctl("state", "replyke", "members", "--where", where, "--set", change).endswith(" changed\n")
    assert ctl("act", "sendMessage", "--contract", "replyke").startswith("403\n")
    reaction = '{"messageId": "m", "userId": "u", "emoji": "x"}'
    assert ctl("state", "replyke", "reactions", "--add", "-", stdin=reaction) == "1 changed\n"
    path = tmp_path / "more.yaml"
    path.write_text("- {messageId: m, userId: v, emoji: x}\n", encoding="utf-8")
    assert ctl("state", "replyke", "reactions", "--add", str(path)) == "1 changed\n"
    assert len(ctl("state", "replyke", "reactions").splitlines()) == 2
    assert ctl("state", "replyke", "reactions", "--where", '{"userId": "u"}', "--remove") == "1 changed\n"


def test_snapshot_and_restore(ctl: Ctl) -> None:
    assert ctl("snapshot", "before") == "before\n"
    ctl("act", "sendMessage", "--contract", "replyke")
    count = ctl("state", "replyke")
    assert ctl("restore", "before") == "before is back\n"
    assert ctl("state", "replyke") != count
    assert ctl("snapshot", "before", "--drop") == "none\n"


def test_journal_and_its_exports(ctl: Ctl) -> None:
    ctl("act", "sendMessage", "--contract", "replyke", "--as", "carol-token")
    (line,) = ctl("journal").splitlines()
    assert line.split()[0] == "1"
    assert line.endswith(f"POST {MESSAGES} 403 not-a-member by Carol Clay")
    assert ctl("journal", "--export", "curl").startswith("#!/bin/sh\n")
    assert ctl("journal", "--verdict", "accepted") == "nothing happened\n"
    assert ctl("journal", "--clear") == "1 forgotten\n"


def test_json_is_what_the_mock_answers(ctl: Ctl) -> None:
    assert json.loads(ctl("--json", "journal")) == {"entries": [], "forgotten": 0}


def test_reset_and_namespaces(ctl: Ctl, namespace: str) -> None:
    ctl("act", "sendMessage", "--contract", "replyke")
    assert ctl("reset") == f"{namespace} begins anew\n"
    assert f"{namespace}  0 entries, 0 connections, idle " in ctl("namespaces")
    assert ctl("namespaces", "--create", f"{namespace}-2").endswith(f"/~{namespace}-2\n")
    assert ctl("namespaces", "--delete", f"{namespace}-2") == "ended\n"
    assert ctl("namespaces", "--delete", f"{namespace}-2") == "there was none\n"
    assert ctl("disconnect", "--contract", "replyke") == "0 cut\n"


def test_verify_says_why_and_exits_with_1(ctl: Ctl, called: Callable[..., Result]) -> None:
    ctl("act", "sendMessage", "--contract", "replyke", "--patch", '{"metadata": {"client": "web"}}')
    asked = ("verify", "sendMessage", "--contract", "replyke", "--with")
    assert ctl(*asked, "body.metadata.client=web", "--times", "1", "--nothing-refused") == "as expected\n"
    result = called(*asked, "body.metadata.client=ios")
    assert result.exit_code == 1
    assert result.output == (
        'sendMessage of replyke with body.metadata.client = "ios" should have been called at least once,'
        " and was never called so.\n"
        "Nearest misses:\n"
        f'  #1 POST {MESSAGES} 201: body.metadata.client is "web"\n'
    )


def test_what_happens_is_followed(ctl: Ctl, server: Served, namespace: str) -> None:
    ctl("act", "sendMessage", "--contract", "replyke", "--as", "carol-token")
    arguments = ["ctl", "--url", server.url, "-n", namespace, "journal", "--follow"]
    with subprocess.Popen(
        [sys.executable, "-m", "understudy_mockserver", *arguments], stdout=subprocess.PIPE, text=True
    ) as following:
        assert following.stdout is not None
        # Whoever follows from now on hears of one of these.
        lines: list[str] = []
        while not lines:
            ctl("act", "sendMessage", "--contract", "replyke")
            lines = [following.stdout.readline()] if _has_line(following) else []
        ctl("namespaces", "--delete", namespace)
        following.wait(PATIENCE)
        assert following.returncode == 0
    assert MESSAGES in lines[0]


def _has_line(process: subprocess.Popen[str]) -> bool:
    assert process.stdout is not None
    return bool(select.select([process.stdout], [], [], 0.2)[0])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("force", "sendMessage", "nope", "--contract", "replyke"), "There is no such answer. There is: 201 created, "),
        (("force", "listMessages", "suspended"), "Say which contract, with --contract: "),
        (("force", "x", "y", "--contract", "replyke", "--where", "{"), "--where {: this is no JSON"),
        (("fault", "latency", "--contract", "replyke", "--seconds", "soon"), "--seconds soon: write 0.3, uniform:0.1"),
        (("clock", "advance", "soon"), "clock advance soon: say by how many seconds."),
        (("verify", "sendMessage", "--contract", "replyke", "--with", "x"), "--with x: write NAME=VALUE."),
        (("restore", "never"), "There is no such snapshot."),
        (("state", "replyke", "users", "--where", "{}", "--set", '{"name": 1}'), "/collections/users/0/name: 1 is not"),
    ],
)
def test_misuse_says_what_to_do(called: Callable[..., Result], arguments: tuple[str, ...], said: str) -> None:
    result = called(*arguments)
    assert isinstance(result.exception, UsageError)
    assert said in str(result.exception)


def test_a_mock_that_is_not_there() -> None:
    result = understudy("ctl", "--url", "http://127.0.0.1:1", "namespaces")
    assert result.returncode == 2
    assert "No mock answers at http://127.0.0.1:1 " in result.stderr
    assert "Start one with `understudy serve`" in result.stderr


def test_every_command_has_an_example() -> None:
    context = command.make_context("ctl", ["force"], resilient_parsing=True)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        assert f"understudy ctl {'' if name != 'reset' else '-n checkout '}{name}" in (found.help or ""), name
