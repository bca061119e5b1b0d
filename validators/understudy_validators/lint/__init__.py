"""Checking contracts: every mistake in a contract's folder, with file, line and what to do about it."""

from understudy_validators.lint.linter import lint_folder
from understudy_validators.lint.worlds import lint_world

__all__ = ["lint_folder", "lint_world"]
