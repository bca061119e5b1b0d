"""What the server takes, keeps and waits for: every limit that is its own, none that is a vendor's."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from typing import Any

from understudy_validators import pointers
from understudy_validators.contract import Contract, Operation
from understudy_validators.edges import constraints
from understudy_validators.errors import UsageError
from understudy_validators.schemas import as_object, dereference

_KB, _MB = 1024, 1024 * 1024
_UNITS = {
    "size": {"": 1, "B": 1, "KB": _KB, "MB": _MB, "GB": 1024 * _MB},
    "time": {"": 1, "S": 1, "M": 60, "H": 3600},
    "count": {"": 1},
}
_EXAMPLES = {"size": "64KB or 10MB", "time": "0.5, 10s, 5m or 1h", "count": "1000"}
_VALUE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,6})?) ?([A-Z]*)", re.ASCII)


def _limit(default: float, kind: str, meaning: str, *, most: float = math.inf) -> Any:
    return field(default=default, metadata={"kind": kind, "meaning": meaning, "most": most})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Sizes are in bytes, times in seconds."""

    url: int = _limit(8 * _KB, "size", "the address of a request")
    headers: int = _limit(100, "count", "headers of a request")
    header_bytes: int = _limit(32 * _KB, "size", "names and values of a request's headers together")
    json: int = _limit(_MB, "size", "a body that is not a file; what a contract allows by `x-max-bytes` comes on top")
    files: int = _limit(10, "count", "files of a request")
    file: int = _limit(10 * _MB, "size", "one of them; a contract's own `x-max-file-bytes` may be more")
    nesting: int = _limit(64, "count", "levels of JSON", most=200)
    receive: float = _limit(10.0, "time", "until a request's header is there, and then its body")
    rate: int = _limit(64 * _KB, "size", "a body may take longer while it comes at this rate, in bytes a second")
    messages: int = _limit(10_000, "count", "messages of a world; the oldest go")
    blobs: int = _limit(256 * _MB, "size", "the bytes of a world's uploaded files; the oldest go")
    journal: int = _limit(1000, "count", "entries of a namespace's journal; the oldest go")
    journal_body: int = _limit(64 * _KB, "size", "what the journal keeps of a body")
    namespaces: int = _limit(1000, "count", "namespaces; the one that was used longest ago goes")
    idle: float = _limit(3600.0, "time", "until a namespace that nobody uses goes, the default one excepted")


#: The limits' names, as the command line has them, with what each is.
NAMES: Mapping[str, Any] = {item.name.replace("_", "-"): item for item in fields(Limits)}


def parse_limits(texts: Iterable[str]) -> Limits:
    """The limits that `NAME=VALUE` texts set. Raises `UsageError` for one that is none."""
    changes: dict[str, Any] = {}
    for text in texts:
        name, _, value = text.partition("=")
        found = NAMES.get(name)
        if found is None:
            close = get_close_matches(name, NAMES, 1)
            advice = f"Did you mean {close[0]}?" if close else f"There is: {', '.join(NAMES)}."
            raise UsageError(f"--limit {text}: there is no limit {name!r}. {advice}")
        changes[found.name] = _value(text, value, found.metadata)
    return replace(Limits(), **changes)


def _value(text: str, value: str, words: Mapping[str, Any]) -> float:
    kind, most = words["kind"], words["most"]
    match = _VALUE.fullmatch(value.strip().upper().replace("IB", "B"))
    unit = _UNITS[kind].get(match[2]) if match else None
    number = float(match[1]) * unit if match and unit else 0
    whole = number if kind == "time" else int(number)
    if not 0 < whole <= most:
        bound = f" of at most {most}" if most < math.inf else ""
        raise UsageError(f"--limit {text}: {value!r} is no {kind}{bound}. Write one such as {_EXAMPLES[kind]}.")
    return whole


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """How many bytes a request of one operation may hold, by media type; `others` is for one that it does not read."""

    known: Mapping[str, int]
    others: int

    def of(self, media_type: str) -> int:
        """The limit for a media type, in lower case and without parameters."""
        return self.known.get(media_type, self.others)


def body_limits(contract: Contract, operation: Operation, limits: Limits) -> BodyLimits:
    """The limits of an operation. What its contract allows can always be sent, and be broken by one."""
    document = contract.document.data
    known = {}
    for media_type in operation.media_types:
        schema = dereference(pointers.resolve(document, f"#{media_type.validator.pointer}"), document)
        structured = "json" in media_type.name or media_type.name.startswith("application/x-www-form")
        known[media_type.name] = _body(schema, document, limits, 0 if structured else _files(schema, document, limits))
    return BodyLimits(known, known.get("*/*", max([limits.json, *(n for t, n in known.items() if "json" in t)])))


def _body(schema: Any, document: Mapping[str, Any], limits: Limits, files: int) -> int:
    own = [c for c in constraints(schema, document) if isinstance(c.limit, int)]
    largest = max([limits.file, *(c.limit for c in own if c.keyword == "x-max-file-bytes")])
    texts: int = sum(c.limit for c in own if c.keyword == "x-max-bytes")
    room: int = max(files * limits.file, largest) if files else 0
    return limits.json + texts + room


def _files(schema: Any, document: Mapping[str, Any], limits: Limits) -> int:
    """How many files fit: as many as are taken where the schema has a list of them, else one for each property."""
    properties = as_object(schema, document).get("properties", {}).values()
    kinds = [as_object(inner, document).get("type") for inner in properties]
    return limits.files if "array" in kinds else min(limits.files, max(1, kinds.count("string")))
