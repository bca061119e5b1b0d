"""The command line as its users call it: a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def understudy(*arguments: str, stdin: str = "", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs `understudy` to its end."""
    command = [sys.executable, "-m", "understudy_mockserver", *arguments]
    return subprocess.run(command, input=stdin, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)
