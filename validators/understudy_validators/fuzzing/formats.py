"""Values of the formats that JSON Schema names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from understudy_validators.fuzzing.sources import Source

Build = Callable[[Source], str]
_HEX = "0123456789abcdef"
_EPOCH_2000, _EPOCH_2100 = 946_684_800, 4_102_444_800
_SCRIPTS = ("x", "ünïcode", "emoji-👍", "a%20b")


def _uuid(source: Source) -> str:
    number = source.integer(0, 2**122 - 1)
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"


def _moment(source: Source) -> datetime:
    return datetime.fromtimestamp(source.integer(_EPOCH_2000, _EPOCH_2100), UTC)


def _date_time(source: Source) -> str:
    moment = _moment(source)
    form = source.pick(("%Y-%m-%dT%H:%M:%S.000Z", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.123456+05:30"))
    return moment.strftime(form)


def _uri(source: Source) -> str:
    return source.pick(("https://example.com/", "https://example.com/a?b=c#d", "http://[::1]:8080/", "mailto:a@b.c"))


def _email(source: Source) -> str:
    return source.pick(("someone@example.com", "a.b+c@sub.example.org", "x@example.museum"))


BUILDS: Mapping[str, Build] = {
    "uuid": _uuid,
    "date-time": _date_time,
    "date": lambda source: _moment(source).strftime("%Y-%m-%d"),
    "time": lambda source: _moment(source).strftime("%H:%M:%SZ"),
    "duration": lambda source: f"P{source.integer(1, 30)}D",
    "uri": _uri,
    "iri": lambda source: source.pick(("https://example.com/", "https://example.com/ü")),
    "uri-reference": lambda source: source.pick(("/a", "https://example.com/", "?b")),
    "email": _email,
    "idn-email": _email,
    "hostname": lambda source: source.pick(("example.com", "a", "xn--bcher-kva.example")),
    "ipv4": lambda source: f"192.0.2.{source.integer(0, 255)}",
    "ipv6": lambda source: source.pick(("::1", "2001:db8::1")),
    "json-pointer": lambda source: source.pick(("", "/a", "/a~1b/0")),
    "regex": lambda source: source.pick(("x", "^a+$")),
}
#: Texts that are of none of these formats.
WRONG = ("not a value of this form", "::not\\one::", "%zz ^|", "-", "(")
