"""Collections of records, with an index for every combination of fields that rules look up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from understudy_validators.viewpaths import MISSING, getter

Record = Mapping[str, Any]
Fields = tuple[str, ...]
Values = tuple[Any, ...]


class _Index:
    """Where the records are that have certain values in some fields."""

    __slots__ = ("keys", "roots", "values")

    def __init__(self, fields: Fields) -> None:
        self.keys: dict[Values, dict[int, None]] = {}
        self.roots = frozenset(field.partition(".")[0] for field in fields)
        self.values = _reader(fields)

    def add(self, record: Record, key: int) -> None:
        self.keys.setdefault(self.values(record), {})[key] = None

    def move(self, old: Record, new: Record, key: int) -> None:
        if self.values(old) != self.values(new):
            self.forget(old, key)
            self.add(new, key)

    def forget(self, record: Record, key: int) -> None:
        values = self.values(record)
        keys = self.keys[values]
        del keys[key]
        if not keys:
            del self.keys[values]


class Collection:
    """Records in the order they came, found by the values of their fields.

    A record is a dict that is never changed: `replace` puts a new one in its place. So a copy of a collection shares
    the records, and costs no more than its indexes.
    """

    __slots__ = ("_first", "_indexes", "_keys", "_next", "_records")

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._records: dict[int, Record] = {}
        self._keys: dict[int, int] = {}  # id() of a record: the records are kept alive, so it stays unique
        self._indexes: dict[Fields, _Index] = {}
        self._first = self._next = 0
        for record in records:
            self.insert(record)

    def copy(self) -> Collection:
        """A collection with the same records that changes on its own."""
        twin = Collection()
        twin._records = self._records.copy()
        twin._keys = self._keys.copy()
        twin._first, twin._next = self._first, self._next
        return twin

    def insert(self, record: Record) -> Record:
        """Adds a record, and returns it."""
        key = self._next
        self._next += 1
        self._records[key] = record
        self._keys[id(record)] = key
        for index in self._indexes.values():
            index.add(record, key)
        return record

    def replace(self, old: Record, /, **changes: Any) -> Record:
        """Puts `old` with the changed fields in the place of `old`, and returns the new record."""
        key = self._keys.pop(id(old))
        new = {**old, **changes}
        self._records[key] = new
        self._keys[id(new)] = key
        for index in self._indexes.values():
            if not index.roots.isdisjoint(changes):
                index.move(old, new, key)
        return new

    def remove(self, record: Record) -> None:
        """Takes a record out."""
        key = self._keys.pop(id(record))
        del self._records[key]
        for index in self._indexes.values():
            index.forget(record, key)

    @property
    def oldest(self) -> Record:
        """The record that came first. Raises `IndexError` where there is none."""
        if not self._records:
            raise IndexError("the collection is empty")
        while self._first not in self._records:  # iterating would walk over all that went before, each time
            self._first += 1
        return self._records[self._first]

    def matching(self, fields: Fields, values: Values) -> Sequence[Record]:
        """The records whose fields have the values, oldest first. Fields may be dotted."""
        return self.keyed(fields, tuple([v if type(v) is str else _sought(v) for v in values]))

    def keyed(self, fields: Fields, key: Values) -> Sequence[Record]:
        """The same for values that are keys already: texts, or what `as_key` makes of anything else."""
        index = self._indexes.get(fields) or self._build(fields)
        keys = index.keys.get(key)
        return [self._records[key] for key in keys] if keys else ()

    def find(self, **where: Any) -> Record | None:
        """The oldest record with these values, or `None`."""
        return self.first(tuple(where), where.values())

    def first(self, fields: Fields, values: Iterable[Any]) -> Record | None:
        """The same for fields that may be dotted."""
        index = self._indexes.get(fields) or self._build(fields)
        keys = index.keys.get(tuple([v if type(v) is str else _sought(v) for v in values]))
        return self._records[next(iter(keys))] if keys else None

    def all(self, **where: Any) -> list[Record]:
        """All records with these values, oldest first."""
        if not where:
            return list(self)
        fields = tuple(where)
        index = self._indexes.get(fields) or self._build(fields)
        keys = index.keys.get(tuple([v if type(v) is str else _sought(v) for v in where.values()]))
        return [self._records[key] for key in keys] if keys else []

    def __iter__(self) -> Iterator[Record]:
        return iter(list(self._records.values()))

    def __len__(self) -> int:
        return len(self._records)

    def _build(self, fields: Fields) -> _Index:
        index = self._indexes[fields] = _Index(fields)
        for key, record in self._records.items():
            index.add(record, key)
        return index


# What no field holds: an object or array that a client sends finds nothing.
_NOWHERE = object()


def _reader(fields: Fields) -> Callable[[Record], Values]:
    """A function from a record to the values of its fields, as keys."""
    if not any("." in field for field in fields):
        return lambda record: tuple([v if type(v := record.get(f, MISSING)) is str else as_key(v) for f in fields])
    getters = [getter(field) for field in fields]
    return lambda record: tuple([as_key(get(record)) for get in getters])


def _sought(value: Any) -> Any:
    return _NOWHERE if isinstance(value, dict | list) else as_key(value)


def as_key(value: Any) -> Any:
    """A field's value as a key: JSON's true is not 1, and objects and arrays are found by no value."""
    kind = type(value)
    if kind is str or kind is int:
        return value
    return (kind, id(value)) if kind in (dict, list) else (kind, value) if kind is bool else value


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal; Python alone would take true for 1."""
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


#: By collection: those whose records go with its own, and how they are found, record field -> field of what went.
Dependents = Mapping[str, Mapping[str, Mapping[str, str]]]

#: Finds a record for a credential that nobody knows, or `None`: (the scheme's `x-credentials`, the credential).
Adopt = Callable[[Mapping[str, Any], str], Record | None]


# Of a full collection, so small a part makes room at once: one by one would cost each request more.
_AT_ONCE = 100


class World(dict[str, Collection]):
    """All collections of one API, for one set of people: what rules look into and handlers change.

    `adopt` is asked about credentials that no record holds; a strict world, as every one is at first, adopts none.
    """

    __slots__ = ("_bounded", "_dependents", "adopt")

    def __init__(
        self,
        collections: Mapping[str, Collection],
        bounded: Sequence[str] = (),
        dependents: Dependents | None = None,
    ) -> None:
        super().__init__(collections)
        self._bounded = bounded
        # By collection: another one, the fields by which it is searched, and their values for a record.
        self._dependents: Mapping[str, list[tuple[str, Fields, Callable[[Record], Values]]]] = {
            name: [(other, tuple(fields), _reader(tuple(fields.values()))) for other, fields in others.items()]
            for name, others in (dependents or {}).items()
        }
        self.adopt: Adopt | None = None

    def copy(self) -> World:
        """A world of its own with the same records."""
        twin = World({name: collection.copy() for name, collection in self.items()}, self._bounded)
        twin._dependents = self._dependents
        return twin

    def trim(self, limit: int) -> None:
        """Takes the oldest records out of each bounded collection that has more than `limit`, and what went with them.

        To be called between requests: what a rule has found stays until its request is answered.
        """
        for name in self._bounded:
            collection = self[name]
            if len(collection) > limit:
                while len(collection) > limit - limit // _AT_ONCE:
                    self._evict(name, collection.oldest)

    def _evict(self, name: str, record: Record) -> None:
        self[name].remove(record)
        for other, fields, key in self._dependents.get(name, ()):
            for dependent in self[other].keyed(fields, key(record)):
                self._evict(other, dependent)
