"""`understudy ctl namespaces` and `reset`."""

# ruff: noqa: D301 - a backspace in a help text is how click is told to leave lines as they are

from __future__ import annotations

from typing import Any

import click

from understudy_mockserver.cli.client import Remote


@click.command(short_help="List namespaces; make or end one.")
@click.option("--create", "created", metavar="NAME", help="Make it.")
@click.option("--delete", "deleted", metavar="NAME", help="End it: its connections are cut.")
@click.pass_obj
def namespaces(mock: Remote, created: str | None, deleted: str | None) -> None:
    """List the namespaces, or make or end one.

    \b
    Examples:
      understudy ctl namespaces
      understudy ctl namespaces --create checkout
    """
    if created:
        made = mock.system("POST", "/namespaces", {"name": created})
        mock.show(made, made["url"])
    elif deleted:
        ended = mock.system("DELETE", f"/namespaces/{deleted}")
        mock.show(ended, "ended" if ended["ended"] else "there was none")
    else:
        found = mock.system("GET", "/namespaces")
        mock.show(found, "\n".join(_line(space) for space in found["namespaces"]) or "no namespaces yet")


def _line(space: dict[str, Any]) -> str:
    facts = f"{space['entries']} entries, {space['connections']} connections, idle {space['idle']:.0f} s"
    return f"{space['name']}  {facts}"


@click.command(short_help="Begin a namespace anew.")
@click.pass_obj
def reset(mock: Remote) -> None:
    """Make the namespace what it was at first: worlds, ids, clocks, quotas, orders and journal.

    \b
    Examples:
      understudy ctl reset
      understudy ctl -n checkout reset
    """
    mock.show(mock.call("POST", "/reset"), f"{mock.namespace} begins anew")
