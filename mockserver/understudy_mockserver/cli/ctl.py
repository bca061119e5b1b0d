"""`understudy ctl`: steer a running mock."""

# ruff: noqa: D301 - a backspace in a help text is how click is told to leave lines as they are

from __future__ import annotations

import importlib

import click

from understudy_mockserver.cli.client import remote

#: The module that holds each command.
_COMMANDS = {
    "force": "ctl_answers",
    "fault": "ctl_answers",
    "disconnect": "ctl_answers",
    "clock": "ctl_world",
    "state": "ctl_world",
    "snapshot": "ctl_world",
    "restore": "ctl_world",
    "act": "ctl_world",
    "journal": "ctl_journal",
    "verify": "ctl_journal",
    "bundle": "bundle",
    "namespaces": "ctl_spaces",
    "reset": "ctl_spaces",
}


class _Commands(click.Group):
    """Finds commands by name, and imports the module of the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"understudy_mockserver.cli.{_COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command


@click.group("ctl", cls=_Commands, short_help="Steer a running mock.")
@click.option("--url", help="The mock's root. Default: what is set (`understudy config`), else http://127.0.0.1:4010.")
@click.option("-n", "--namespace", help="The namespace to steer. Default: what is set, else the default one.")
@click.option("--json", "as_json", is_flag=True, help="Print what the mock answers, as JSON.")
@click.option("--token", help="The server's control token, where the mock runs on another machine.")
@click.pass_context
def command(context: click.Context, url: str | None, namespace: str | None, as_json: bool, token: str | None) -> None:
    """Steer a running mock: force answers, make it fail, set its clock, edit its world, ask what happened.

    \b
    Examples:
      understudy ctl force sendMessage rate-limited --contract replyke --by bob --times 2
      understudy ctl fault latency --contract replyke --seconds 0.8
      understudy ctl clock freeze 2026-03-29T00:59:59Z
      understudy ctl journal --follow
      understudy ctl verify sendMessage --contract replyke --times 2 --with body.metadata.client=ios

    \b
    Completion of the shell: put one line into its start file.
      bash   eval "$(_UNDERSTUDY_COMPLETE=bash_source understudy)"
      zsh    eval "$(_UNDERSTUDY_COMPLETE=zsh_source understudy)"
      fish   _UNDERSTUDY_COMPLETE=fish_source understudy | source
    """
    context.obj = remote(url, namespace, as_json, token)
