"""The garbage collector is let be while a server starts, and is as it was afterwards."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from understudy_mockserver.memory import settle, undisturbed


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """Leaves the collector as it was."""
    thresholds, enabled = gc.get_threshold(), gc.isenabled()
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()
    (gc.enable if enabled else gc.disable)()


@pytest.mark.parametrize("was_on", [True, False])
def test_it_is_off_for_a_while(was_on: bool) -> None:
    (gc.enable if was_on else gc.disable)()
    with undisturbed():
        assert not gc.isenabled()
    assert gc.isenabled() is was_on


def test_it_is_on_again_after_a_failure() -> None:
    with pytest.raises(RuntimeError), undisturbed():
        raise RuntimeError
    assert gc.isenabled()


def test_what_is_there_when_all_has_started_is_never_looked_at_again() -> None:
    before = gc.get_freeze_count()
    settle()
    assert gc.get_freeze_count() > before
