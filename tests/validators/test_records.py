"""Collections behave as plain lists of records do, whatever their indexes remember."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.tiny import law
from understudy_validators.records import Collection, Record, World
from understudy_validators.viewpaths import MISSING

FIELDS = ("id", "owner", "shelf.room", "tags")
#: What rules look up: one field, several in either order, dotted ones.
QUERIES = [("id",), ("owner",), ("id", "owner"), ("owner", "id"), ("shelf.room",), ("owner", "shelf.room"), ("tags",)]

SCALARS = st.sampled_from([None, "a", "b", 0, 7])
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "id": SCALARS,
        "owner": SCALARS,
        "shelf": st.one_of(SCALARS, st.fixed_dictionaries({}, optional={"room": SCALARS})),
        "tags": st.lists(SCALARS, max_size=2),
    },
)
VALUES: st.SearchStrategy[Any] = st.one_of(SCALARS, st.just(MISSING), st.lists(SCALARS, max_size=1), st.just({}))


def field(record: Record, name: str) -> Any:
    """A field of a record as a rule reads it."""
    value: Any = record
    for token in name.split("."):
        value = value[token] if isinstance(value, dict) and token in value else MISSING
    return value


def matches(record: Record, fields: tuple[str, ...], values: tuple[Any, ...]) -> bool:
    """Scalars are compared; an object or array equals nothing."""
    pairs = [(field(record, name), value) for name, value in zip(fields, values, strict=True)]
    return all(not isinstance(value, dict | list) and found == value for found, value in pairs)


class CollectionMachine(RuleBasedStateMachine):
    """Does the same to a collection and to a list, and asks both the same questions."""

    def __init__(self) -> None:
        super().__init__()
        self.model: list[Record] = []
        self.collection = Collection()
        # Collections that were copied from, and what they held then.
        self.left: list[tuple[Collection, list[Record]]] = []

    @initialize(records=st.lists(RECORDS, max_size=4))
    def start(self, records: list[Record]) -> None:
        self.collection, self.model = Collection(records), list(records)

    @rule(record=RECORDS)
    def insert(self, record: Record) -> None:
        assert self.collection.insert(record) is record
        self.model.append(record)

    @rule(index=st.integers(0, 20), changes=RECORDS)
    def replace(self, index: int, changes: dict[str, Any]) -> None:
        if self.model:
            at = index % len(self.model)
            old = self.model[at]
            before = dict(old)
            new = self.collection.replace(old, **changes)
            assert (new, old) == ({**before, **changes}, before)
            self.model[at] = new

    @rule(index=st.integers(0, 20))
    def remove(self, index: int) -> None:
        if self.model:
            self.collection.remove(self.model.pop(index % len(self.model)))

    @rule()
    def go_on_with_a_copy(self) -> None:
        self.left.append((self.collection, list(self.model)))
        self.collection = self.collection.copy()

    @rule(fields=st.sampled_from(QUERIES), values=st.tuples(VALUES, VALUES))
    def look_up(self, fields: tuple[str, ...], values: tuple[Any, ...]) -> None:
        wanted = values[: len(fields)]
        expected = [record for record in self.model if matches(record, fields, wanted)]
        assert same(list(self.collection.matching(fields, wanted)), expected)

    @invariant()
    def holds_the_same_records_in_the_same_order(self) -> None:
        assert same(list(self.collection), self.model)
        assert len(self.collection) == len(self.model)

    @invariant()
    def leaves_what_it_was_copied_from_alone(self) -> None:
        for collection, records in self.left:
            assert same(list(collection), records)


def same(found: list[Record], expected: list[Record]) -> bool:
    """Whether both hold the very same records in the same order."""
    return [id(record) for record in found] == [id(record) for record in expected]


CollectionMachine.TestCase.settings = settings(law, stateful_step_count=20)
TestACollectionIsAList = CollectionMachine.TestCase


@pytest.fixture
def shelf() -> Collection:
    """Three records, of which two share an owner."""
    return Collection([{"id": "1", "owner": "a"}, {"id": "2", "owner": "b"}, {"id": "3", "owner": "a"}])


def test_find_gives_the_oldest_and_all_gives_every_one(shelf: Collection) -> None:
    assert shelf.find(owner="a") == {"id": "1", "owner": "a"}
    assert [record["id"] for record in shelf.all(owner="a")] == ["1", "3"]
    assert [record["id"] for record in shelf.all()] == ["1", "2", "3"]
    assert shelf.find(owner="c") is None


def test_a_replaced_record_keeps_its_place(shelf: Collection) -> None:
    first = shelf.find(id="1")
    assert first is not None
    shelf.replace(first, owner="c")
    assert [record["id"] for record in shelf] == ["1", "2", "3"]
    assert shelf.find(owner="c") == {"id": "1", "owner": "c"}


@pytest.mark.parametrize("change", [lambda c, r: c.replace(r, id="9"), lambda c, r: c.remove(r)])
def test_a_record_that_is_not_held_cannot_be_changed(
    shelf: Collection, change: Callable[[Collection, Record], Any]
) -> None:
    with pytest.raises(KeyError):
        change(shelf, {"id": "1", "owner": "a"})


def test_a_collection_may_change_while_it_is_walked(shelf: Collection) -> None:
    for record in shelf:
        shelf.remove(record)
    assert len(shelf) == 0


@pytest.mark.parametrize(("held", "asked"), [(1, True), (0, False), (True, 1), (False, 0)])
def test_true_is_not_one(held: Any, asked: Any) -> None:
    """They are equal in Python, and not in JSON."""
    assert Collection([{"id": held}]).find(id=asked) is None


@pytest.mark.parametrize(("held", "asked"), [(1, 1.0), (1.0, 1)])
def test_a_number_is_its_value(held: Any, asked: Any) -> None:
    assert Collection([{"id": held}]).find(id=asked) is not None


@pytest.mark.parametrize("value", [[], {}, ["a"], {"a": 1}])
def test_no_number_finds_an_object_or_an_array(value: Any) -> None:
    """Whatever an index keeps in their place, no client can name it."""
    collection = Collection([{"id": value}])
    assert collection.find(id="x") is None
    assert collection.find(id=id(value)) is None
    assert collection.find(id=value) is None


def test_worlds_share_records_and_change_on_their_own() -> None:
    first = World({"things": Collection([{"id": "1"}])})
    second = first.copy()
    second["things"].insert({"id": "2"})
    (record,) = first["things"]
    second["things"].remove(record)
    assert [r["id"] for r in first["things"]] == ["1"]
    assert [r["id"] for r in second["things"]] == ["2"]


def test_a_world_knows_its_collections() -> None:
    world = World({"things": Collection(), "users": Collection()})
    assert list(world) == ["things", "users"]
    assert "things" in world
    assert "stars" not in world


def bounded() -> World:
    """Messages that make room, with what goes with them."""
    collections = {
        "messages": Collection({"id": n, "parent": n - 2 if n > 2 else None} for n in range(1, 6)),
        "reactions": Collection({"messageId": n, "by": by} for n in range(1, 6) for by in "ab"),
        "files": Collection({"id": f"f{n}", "messageId": n} for n in range(1, 6)),
        "blobs": Collection({"fileId": f"f{n}"} for n in range(1, 6)),
        "users": Collection({"id": by} for by in "abcdefgh"),
    }
    dependents = {
        "messages": {"reactions": {"messageId": "id"}, "files": {"messageId": "id"}},
        "files": {"blobs": {"fileId": "id"}},
    }
    return World(collections, ["messages"], dependents)


def test_the_oldest_records_make_room_and_take_with_them_what_is_theirs() -> None:
    world = bounded().copy()
    world.trim(3)
    assert [record["id"] for record in world["messages"]] == [3, 4, 5]
    assert [record["messageId"] for record in world["reactions"]] == [3, 3, 4, 4, 5, 5]
    assert [record["fileId"] for record in world["blobs"]] == ["f3", "f4", "f5"]
    assert len(world["users"]) == 8
    world["messages"].insert({"id": 6, "parent": 3})
    world.trim(3)
    assert [record["id"] for record in world["messages"]] == [4, 5, 6]
    assert world["messages"].find(id=3) is None
    assert world["messages"].all(parent=3) == [world["messages"].find(id=5), world["messages"].find(id=6)]


def test_a_world_that_is_trimmed_leaves_others_alone() -> None:
    world = bounded()
    twin = world.copy()
    twin.trim(1)
    assert (len(twin["messages"]), len(world["messages"])) == (1, 5)
    world.trim(5)
    assert len(world["reactions"]) == 10


def test_the_oldest_of_nothing_is_an_error() -> None:
    with pytest.raises(IndexError):
        Collection().oldest  # noqa: B018
    things = Collection([{"id": 1}])
    things.remove(things.oldest)
    with pytest.raises(IndexError):
        things.oldest  # noqa: B018
