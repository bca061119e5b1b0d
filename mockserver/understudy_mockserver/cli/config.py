"""`understudy config`: what is set, and where."""

# ruff: noqa: D301 - a backspace in a help text is how click is told to leave lines as they are

from __future__ import annotations

from typing import Any

import click
import orjson
from click.core import ParameterSource

from understudy_mockserver.cli import serve
from understudy_mockserver.config import KEYS, Configured, key_of, load

_HIDDEN = ("control-token",)


@click.command(cls=Configured, short_help="Show every setting, and where it comes from.")
@click.option("--json", "as_json", is_flag=True, help="As JSON: {KEY: {value, origin}}.")
@click.option("--url", help="The running mock that commands speak to.")
@click.option("--namespace", help="The namespace that commands steer.")
@click.pass_context
def command(context: click.Context, /, as_json: bool, **_: Any) -> None:
    """Show every setting, its value, and where that comes from. Takes the options of `understudy serve`.

    Settings stand in `[tool.understudy]` of pyproject.toml, or in understudy.toml (the nearest, from here upwards);
    UNDERSTUDY_PORT and its like go before them, and flags before all.

    \b
    Examples:
      understudy config
      UNDERSTUDY_PORT=8080 understudy config --json
    """
    found = _settings(context)
    if as_json:
        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2, default=str).decode())
        return
    width = max(len(key) for key in found)
    values = {key: _text(facts["value"]) for key, facts in found.items()}
    wide = max(len(text) for text in values.values())
    for key, facts in found.items():
        click.echo(f"{key:<{width}}  {values[key]:<{wide}}  {facts['origin']}".rstrip())


def _settings(context: click.Context) -> dict[str, dict[str, Any]]:
    origins = {key: value.origin for key, value in load().items()}
    parameters = {key_of(parameter): parameter for parameter in context.command.params}
    found = {}
    for key in KEYS:
        name = str(parameters[key].name)
        value, source = context.params.get(name), context.get_parameter_source(name)
        if source is ParameterSource.COMMANDLINE:
            origin = f"--{key}" if parameters[key].opts[0].startswith("-") else "command line"
        else:
            origin = origins.get(key, "default")
        found[key] = {"value": "(set)" if key in _HIDDEN and value else value, "origin": origin}
    return found


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "-"
    return "-" if value is None else str(value)


# What `serve` takes, this shows.
command.params += serve.command.params
