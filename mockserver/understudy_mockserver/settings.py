"""What can be set, with its defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from understudy_mockserver.limits import Limits

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A server's settings.

    `seed`: with one, ids and times repeat exactly; without, ids are random and times real. `lenient`: tokens that the
    world does not know are accepted, each as one of its users. `worlds`: files with worlds of one's own, by
    contract. `control_token` lets clients of other machines use the control API; without one, they can't.
    """

    seed: int | None = None
    worlds: Mapping[str, Path] = field(default_factory=dict)
    lenient: bool = False
    allowed_hosts: tuple[str, ...] = LOOPBACK
    limits: Limits = field(default_factory=Limits)
    control_token: str | None = field(default=None, repr=False)
