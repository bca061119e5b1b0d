"""What judging costs those who do not generate anything."""

from __future__ import annotations

import subprocess
import sys


def test_the_validator_imports_hypothesis_only_for_generators() -> None:
    code = "import sys, understudy_validators.lint, understudy_validators.catalogue; print('hypothesis' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
