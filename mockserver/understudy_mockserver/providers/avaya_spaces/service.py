"""What the service itself is set to."""

from __future__ import annotations

from understudy_validators.records import Record, World


def settings(world: World) -> Record:
    """The one record of the collection `settings`."""
    return next(iter(world["settings"]))
