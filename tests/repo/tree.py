"""The repository as its own tests see it: where it is, which files it holds, which modules."""

import ast
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE_ROOTS = ("specs", "validators", "mockserver")
PACKAGES = tuple(f"{root}/understudy_{root}" for root in SOURCE_ROOTS)
PLACES = (
    "*.md",
    "LICENSE",
    "pyproject.toml",
    ".*ignore",
    ".npmrc",
    ".ci/**/*",
    *(f"{each}/**/*" for each in (*SOURCE_ROOTS, "tests")),
)
LEFT_BY_TOOLS = {"node_modules", "__pycache__"}


@dataclass(frozen=True)
class Module:
    """A Python file: its `path` from the repository's top, and its `text`."""

    path: str
    text: str

    @property
    def lines(self) -> int:
        """The lines of the file, comments and blank ones included."""
        return len(self.text.splitlines())

    @property
    def syntax(self) -> ast.Module:
        """The parsed file."""
        return ast.parse(self.text, self.path)


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Every Python file below `folders`, given from the top, in order of path; none at all is a mistake."""
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py") if not left_by_tool(path))
    assert paths, f"no Python files in {', '.join(folders)}"
    return tuple(Module(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in paths)


@cache
def files() -> tuple[Path, ...]:
    """Every file that the repository keeps.

    Git says which. It may be absent, refuse a folder that another user owns, or keep nothing yet: then it is
    everything that stands where our files stand and was not left by a tool.
    """
    listing = ["git", "ls-files", "-z"]
    try:
        names = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        names = []
    kept = [ROOT / name for name in names if name]
    standing = [path for place in PLACES for path in ROOT.glob(place) if not left_by_tool(path)]
    return tuple(sorted(path for path in kept or standing if path.is_file()))


def left_by_tool(path: Path) -> bool:
    """Whether `path` is in a cache or among installed packages."""
    return not LEFT_BY_TOOLS.isdisjoint(path.relative_to(ROOT).parts)


def run_tool(*arguments: str) -> str:
    """What ``python *arguments`` prints when run at the top; the test fails with that text if the tool does."""
    run = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if run.returncode:
        pytest.fail(f"exit status {run.returncode}\n{run.stdout}", pytrace=False)
    return run.stdout
