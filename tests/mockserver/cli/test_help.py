"""Help, versions, and calls that make no sense."""

from __future__ import annotations

import importlib.metadata

import pytest

from tests.mockserver.cli.run import understudy
from understudy_mockserver.cli import cli


def test_help_lists_every_command_with_its_own_summary() -> None:
    help_text = understudy("--help").stdout
    context = cli.make_context("understudy", ["--help"], resilient_parsing=True)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        assert command.short_help is not None
        assert f"{name} " in help_text
        assert command.short_help in help_text


def test_version_is_that_of_the_distribution() -> None:
    assert importlib.metadata.version("understudy") in understudy("--version").stdout


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("serve", "nope"), "There is no contract 'nope'. There is: amity, avaya-spaces, replyke, ziik."),
        (("serve", "amity=x"), "'amity=x': a port is a number from 0 to 65535, as in amity=8081."),
        (("serve", "--host", "0.0.0.0"), "Name the hosts that clients will use with --allow-host"),
        (("errors", "nope"), "There is no contract 'nope'."),
        (("validate", "replyke", "nope", "-"), "replyke has no operation 'nope'. It has: "),
        (("reproduce", "replyke"), "Name one error, or give --all."),
        (("reproduce", "replyke", "nope"), "`understudy errors replyke` lists them."),
        (("reproduce", "replyke", "suspended", "--base-url", "http://127.0.0.1:1"), "does not answer"),
    ],
)
def test_misuse_exits_with_2_and_says_what_to_do(arguments: tuple[str, ...], text: str) -> None:
    result = understudy(*arguments, stdin="{}")
    assert result.returncode == 2
    assert text in result.stderr
    assert "Traceback" not in result.stderr
