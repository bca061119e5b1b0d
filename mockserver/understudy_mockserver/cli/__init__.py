"""The command line. Each command is a module of this package, imported when it is called: help stays quick."""

from __future__ import annotations

import importlib
import sys
import warnings

import click

from understudy_mockserver.deferred import defer
from understudy_validators.errors import ContractError, UnderstudyError, UsageError

#: Exit codes: what was asked for held; it did not; the call made no sense.
OK, FINDINGS, MISUSE = 0, 1, 2

_COMMANDS = {
    "serve": "Start the mock server.",
    "errors": "List the errors that a contract documents, and how to cause each.",
    "validate": "Judge a request by its contract.",
    "check": "Check what a server accepts, refuses and answers.",
    "judge": "Judge recorded traffic (HAR) by its contract.",
    "lint": "Check contracts for mistakes.",
    "reproduce": "Cause an error, step by step, and compare the answer.",
    "ctl": "Steer a running mock.",
    "wait": "Wait until a mock answers.",
    "bundle": "Save what happened in a running mock, to be replayed.",
    "replay": "Repeat what a bundle holds, and compare the answers.",
    "config": "Show every setting, and where it comes from.",
}


class _Commands(click.Group):
    """Finds commands by name, and imports only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"{__name__}.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="understudy")
def cli() -> None:
    """A mock server and contract validator for chat-message APIs, both driven by one contract per API."""


def main() -> None:
    """The `understudy` command. Exits with 2 and one clear text on stderr where the call or a contract is wrong."""
    # Connexion imports clients that a server never uses, one of which warns Connexion's own developers.
    defer("connexion", "httpx", "requests")
    warnings.filterwarnings("ignore", module=r"connexion\.")
    try:
        cli.main(standalone_mode=True)
    except ContractError as error:
        click.echo(f"The contract has {len(error.mistakes)} mistake(s):\n{error}", err=True)
        sys.exit(MISUSE)
    except (UsageError, UnderstudyError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(MISUSE)
