"""A walk through a list, page by page, while the list changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tests.truths.api import Api, Listing, Query
from understudy_validators.records import World


@dataclass(slots=True)
class Walk:
    """Some pages of a listing, and the query for the next; `None` once the end is reached."""

    listing: Listing
    reader: str
    size: int
    # The ids in the room when the walk began, and whether the listing had them.
    before: dict[Any, bool]
    query: Query | None
    pages: list[list[Any]] = field(default_factory=list)

    @property
    def edge(self) -> Any:
        """The id that the next page starts from; `None` where there is none."""
        page = self.pages[-1]
        return page[-1] if page else None

    def add(self, page: list[Any], query: Query | None, most: int) -> None:
        """Adds a page, in its own order. Fails where a page is too long, or a walk does not end."""
        assert len(page) <= self.size, f"{self.listing.name}: a page of {len(page)} where {self.size} were asked for"
        self.pages.append(page)
        self.query = query
        assert len(self.pages) <= most, f"{self.listing.name}: still no end after {len(self.pages)} pages"


def begin(api: Api, world: World, listing: Listing, reader: str, size: int) -> Walk:
    """A walk of which no page has been read."""
    before = {message[api.id]: bool(listing.lists(message)) for message in api.room(world)}
    return Walk(listing, reader, size, before, listing.first(size))


def check(api: Api, world: World, walk: Walk) -> None:
    """A walk that has ended: no gap, no repeat, nothing that the listing does not have, in the documented order."""
    name, seen = walk.listing.name, _in_walking_order(walk)
    room = {message[api.id]: message for message in api.room(world)}
    listed = {id_ for id_, message in room.items() if walk.listing.lists(message)}
    assert len(set(seen)) == len(seen), f"{name}: a repeat among {walk.pages}"
    missed = [id_ for id_, was_listed in walk.before.items() if was_listed and id_ in listed and id_ not in seen]
    assert not missed, f"{name}: {missed} in no page of {walk.pages}"
    if walk.listing.exact:
        others = [id_ for id_ in seen if not (id_ in listed or walk.before.get(id_, id_ in room))]
        assert not others, f"{name}: {others} are not of this list"
    ranks = {id_: rank for rank, id_ in enumerate(room)}
    steps = [ranks[after] - ranks[before] for before, after in pairwise(seen)]
    assert all(step > 0 if walk.listing.forward else step < 0 for step in steps), f"{name}: out of order: {walk.pages}"


def _in_walking_order(walk: Walk) -> list[Any]:
    """All ids, each page turned round where its own order is not that of the walk."""
    turned = walk.listing.newest_first == walk.listing.forward
    return [id_ for page in walk.pages for id_ in (reversed(page) if turned else page)]
