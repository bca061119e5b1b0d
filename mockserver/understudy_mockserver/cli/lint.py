"""`understudy lint`: check contracts for mistakes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import click

import understudy_specs
from understudy_mockserver.cli import MISUSE, OK
from understudy_validators.compiler import contract_name
from understudy_validators.errors import Mistake, UsageError
from understudy_validators.lint import lint_folder, report

_FORMATS: Mapping[str, Callable[[report.Findings], str]] = {
    "text": report.text,
    "json": report.json,
    "github": report.github,
}


@click.command(short_help="Check contracts for mistakes.")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(list(_FORMATS)), default="text", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def command(paths: tuple[Path, ...], form: str, as_json: bool) -> None:
    """Check the contracts in the folders PATH, or all contracts that Understudy brings along.

    Every mistake is reported with file, line and what to do. Exit code 2 if there is any, else 0.
    """
    folders = [_folder(path) for path in paths] or list(understudy_specs.folders().values())
    findings = [(contract_name(folder.resolve()), _mistakes(folder)) for folder in folders]
    click.echo(_FORMATS["json" if as_json else form](findings))
    sys.exit(MISUSE if any(mistakes for _, mistakes in findings) else OK)


def _folder(path: Path) -> Path:
    if path.is_dir():
        return path
    advice = "Name the folder that holds its openapi.yaml and world.yaml."
    raise UsageError(f"{path} is no folder. {advice}" if path.exists() else f"There is no folder {path}. {advice}")


def _mistakes(folder: Path) -> list[Mistake]:
    return [replace(mistake, file=_shown(folder / mistake.file)) for mistake in lint_folder(folder)]


def _shown(path: Path) -> str:
    """The path from where the command runs, if it is below there."""
    here = Path.cwd()
    whole = path.resolve()
    return str(whole.relative_to(here) if whole.is_relative_to(here) else whole)
