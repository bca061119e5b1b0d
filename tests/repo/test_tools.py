"""Formatter, linter, type checker and import rules, run as anyone would run them from the repository's top."""

from tests.repo.tree import run_tool

LINT_IMPORTS = "import importlinter.cli as cli; cli.lint_imports_command(['--no-logo'])"


def test_the_code_is_formatted() -> None:
    """`uv run ruff format` mends it."""
    run_tool("-m", "ruff", "format", "--check", "--diff", ".")


def test_the_linter_finds_nothing() -> None:
    """`uv run ruff check --fix` mends most of it."""
    run_tool("-m", "ruff", "check", ".")


def test_the_types_hold() -> None:
    """`uv run mypy` says the same."""
    run_tool("-m", "mypy")


def test_imports_run_one_way() -> None:
    """`uv run lint-imports` says the same; the contracts are in pyproject.toml."""
    run_tool("-c", LINT_IMPORTS)
