"""What can be set, with its defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A server's settings. Sizes are in bytes.

    `seed`: with one, ids and times repeat exactly; without, ids are random and times real. `lenient`: tokens that the
    world does not know are accepted, each as one of its users. `worlds`: files with worlds of one's own, by
    contract.
    """

    seed: int | None = None
    worlds: Mapping[str, Path] = field(default_factory=dict)
    lenient: bool = False
    allowed_hosts: tuple[str, ...] = LOOPBACK
    max_body: int = 110 * 1024 * 1024
    max_uri: int = 8 * 1024
    max_headers: int = 100
    max_header_bytes: int = 32 * 1024
    max_blobs: int = 256 * 1024 * 1024
    max_namespaces: int = 1000
    max_journal: int = 1000
    max_journal_body: int = 64 * 1024
