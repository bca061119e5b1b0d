"""The contracts that are shipped have no mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

import understudy_specs
from understudy_validators.lint import lint_folder


@pytest.mark.parametrize("folder", understudy_specs.folders().values(), ids=lambda folder: folder.name)
def test_a_shipped_contract_has_no_mistakes(folder: Path) -> None:
    """`understudy lint` says the same."""
    assert [str(mistake) for mistake in lint_folder(folder)] == []
