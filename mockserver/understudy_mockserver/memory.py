"""Python's garbage collector, told what a server knows: what start makes stays, and requests leave few cycles."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Objects more before the young ones are looked at; how many such looks before the older ones are, and the oldest.
_YOUNG, _OLDER, _OLDEST = 10_000, 20, 50


@contextmanager
def undisturbed() -> Iterator[None]:
    """Makes the many objects of a start without looking for garbage among them each time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def settle() -> None:
    """Takes all that there is now for what stays, and looks for garbage less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _OLDER, _OLDEST)
