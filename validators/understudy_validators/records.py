"""Collections of records, with an index for every combination of fields that rules look up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from understudy_validators.viewpaths import MISSING, getter

Record = Mapping[str, Any]
Fields = tuple[str, ...]
_Index = dict[tuple[Any, ...], dict[int, None]]


class Collection:
    """Records in the order they came, found by the values of their fields.

    A record is a dict that is never changed: `replace` puts a new one in its place. So a copy of a collection shares
    the records, and costs no more than its indexes.
    """

    __slots__ = ("_indexes", "_keys", "_next", "_records")

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._records: dict[int, Record] = {}
        self._keys: dict[int, int] = {}  # id() of a record: the records are kept alive, so it stays unique
        self._indexes: dict[Fields, _Index] = {}
        self._next = 0
        for record in records:
            self.insert(record)

    def copy(self) -> Collection:
        """A collection with the same records that changes on its own."""
        twin = Collection()
        twin._records = self._records.copy()
        twin._keys = self._keys.copy()
        twin._next = self._next
        return twin

    def insert(self, record: Record) -> Record:
        """Adds a record, and returns it."""
        key = self._next
        self._next += 1
        self._records[key] = record
        self._keys[id(record)] = key
        for fields, index in self._indexes.items():
            index.setdefault(_values(record, fields), {})[key] = None
        return record

    def replace(self, old: Record, /, **changes: Any) -> Record:
        """Puts `old` with the changed fields in the place of `old`, and returns the new record."""
        key = self._keys.pop(id(old))
        new = {**old, **changes}
        self._records[key] = new
        self._keys[id(new)] = key
        for fields, index in self._indexes.items():
            before, after = _values(old, fields), _values(new, fields)
            if before != after:
                _forget(index, before, key)
                index.setdefault(after, {})[key] = None
        return new

    def remove(self, record: Record) -> None:
        """Takes a record out."""
        key = self._keys.pop(id(record))
        del self._records[key]
        for fields, index in self._indexes.items():
            _forget(index, _values(record, fields), key)

    def matching(self, fields: Fields, values: tuple[Any, ...]) -> Iterator[Record]:
        """The records whose fields have the values, oldest first. Fields may be dotted."""
        index = self._indexes.get(fields)
        if index is None:
            index = self._build(fields)
        keys = index.get(tuple([_NOWHERE if isinstance(v, dict | list) else _hashable(v) for v in values]))
        return (self._records[key] for key in list(keys)) if keys else iter(())

    def find(self, **where: Any) -> Record | None:
        """The oldest record with these values, or `None`."""
        return next(self.matching(tuple(where), tuple(where.values())), None)

    def all(self, **where: Any) -> list[Record]:
        """All records with these values, oldest first."""
        return list(self.matching(tuple(where), tuple(where.values()))) if where else list(self)

    def __iter__(self) -> Iterator[Record]:
        return iter(list(self._records.values()))

    def __len__(self) -> int:
        return len(self._records)

    def _build(self, fields: Fields) -> _Index:
        index: _Index = {}
        for key, record in self._records.items():
            index.setdefault(_values(record, fields), {})[key] = None
        self._indexes[fields] = index
        return index


# What no field holds: an object or array that a client sends finds nothing.
_NOWHERE = object()


def _values(record: Record, fields: Fields) -> tuple[Any, ...]:
    return tuple(_hashable(getter(field)(record) if "." in field else record.get(field, MISSING)) for field in fields)


def _hashable(value: Any) -> Any:
    """The value as a key: JSON's true is not 1, and objects and arrays are found by no value."""
    kind = type(value)
    if kind is str or kind is int:
        return value
    return (kind, id(value)) if kind in (dict, list) else (kind, value) if kind is bool else value


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal; Python alone would take true for 1."""
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _forget(index: _Index, values: tuple[Any, ...], key: int) -> None:
    keys = index[values]
    del keys[key]
    if not keys:
        del index[values]


#: Finds a record for a credential that nobody knows, or `None`: (the scheme's `x-credentials`, the credential).
Adopt = Callable[[Mapping[str, Any], str], Record | None]


class World:
    """All collections of one API, for one set of people: what rules look into and handlers change.

    `adopt` is asked about credentials that no record holds; a strict world, as every one is at first, adopts none.
    """

    __slots__ = ("_collections", "adopt")

    def __init__(self, collections: Mapping[str, Collection]) -> None:
        self._collections = dict(collections)
        self.adopt: Adopt | None = None

    def copy(self) -> World:
        """A world of its own with the same records."""
        return World({name: collection.copy() for name, collection in self._collections.items()})

    def __getitem__(self, name: str) -> Collection:
        return self._collections[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._collections)

    def __contains__(self, name: object) -> bool:
        return name in self._collections
