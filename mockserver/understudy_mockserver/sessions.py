"""Sessions that stay in their namespace: a token that a namespace gave out leads back to it, with no header at all.

Clients that can set no header, such as an SDK or an upload widget, sign in below `/~name/` and are known by their
token from then on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from understudy_validators.records import Adopt, Record, World


class ElsewhereError(Exception):
    """The credential is one that another namespace gave out."""

    def __init__(self, namespace: str) -> None:
        super().__init__(namespace)
        self.namespace = namespace


@dataclass(slots=True)
class Sessions:
    """Asked about credentials that the default namespace's world does not know.

    `start` is the world that namespaces begin with: its credentials lead nowhere. `worlds` gives the other namespaces
    and what they hold now. `otherwise` is asked about what nobody knows.
    """

    start: World
    worlds: Callable[[], Iterable[tuple[str, World]]]
    otherwise: Adopt | None = None
    asleep: bool = False

    def __call__(self, words: Mapping[str, Any], credential: str) -> Record | None:
        """A record for the credential, if it may be adopted. Raises `ElsewhereError` where one namespace knows it."""
        name = next(field for field, path in words["where"].items() if path == "credential")
        if not self.asleep and self.start[words["lookup"]].find(**{name: credential}) is None:
            known = [space for space, world in self.worlds() if world[words["lookup"]].find(**{name: credential})]
            if len(known) == 1:  # of several, as with seeds, nobody can tell
                raise ElsewhereError(known[0])
        return self.otherwise(words, credential) if self.otherwise else None


@contextmanager
def staying(world: World) -> Iterator[None]:
    """For whoever said which namespace they want: tokens lead nowhere in the block."""
    sessions = world.adopt
    if not isinstance(sessions, Sessions):
        yield
        return
    sessions.asleep = True
    try:
        yield
    finally:
        sessions.asleep = False
