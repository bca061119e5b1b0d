"""Texts: plain ones, what people write in all scripts, and those that are exactly as long as they may be."""

from __future__ import annotations

from collections.abc import Callable

from understudy_validators.fuzzing.sources import Source

#: The plainest text.
PLAIN = "x"
#: What chat messages hold, and what breaks software that thinks a character is a byte, a unit, or a picture.
PIECES = (
    "Hello",
    " ",
    "\n",
    "👍",
    "👩‍👩‍👧‍👦",  # four people, joined
    "🏳️‍🌈",
    "🇯🇵🇺🇳",
    "👋🏽",
    "שלום",
    "مرحبا",
    "\u202eabc\u202c",  # right to left by override
    "\u2067עברית\u2069",
    "e\u0301",
    "Z\u0351\u0343\u0313a\u0321\u0334l\u0316g\u0323o",
    "नमस्ते",
    "こんにちは",
    "한국어",
    "\u200b",
    "\ufeff",
    "\u200d",
    "\ufe0f",
    "\u00ad",
    "𝔘𝔫𝔦",
    "\U0010ffff",
    "\uffff",
    "İıſ",
    "ﬁ",
    '"quoted"',
    "back\\slash",
    "<b>&amp;</b>",
    "';--",
    "{{x}} ${x} %s",
    "null",
    "0",
    "\u2028\u2029",
    "\x7f\u0085",
)
#: The longest text that is made by chance: where more is allowed, the limit itself is drawn instead.
_SHORT = 24
#: Lengths up to which a limit is worth to be drawn; beyond, sending it would cost more than it tells.
LARGEST = 200_000

Build = Callable[[Source], str]


def texts(least: int = 0, most: int | None = None) -> Build:
    """A function that builds texts of `least` to `most` code points; one in four is as long as it may be."""
    plain = PLAIN * max(least, 1) if most is None or most >= max(least, 1) else PLAIN * most
    limits = [length for length in (most, least) if length is not None and 0 < length <= LARGEST]
    room = least + _SHORT if most is None else min(most, least + _SHORT)

    def build(source: Source) -> str:
        kind = source.integer(0, 7)
        if kind < 2:
            return plain
        if kind > 5 and limits:
            return _repeated(source.pick(PIECES), source.pick(limits))
        if kind == 5:
            text = source.text(min(room, _SHORT))
        else:
            # The first decisions are those for a text at its limit, so that one shrinks to the other.
            text = source.pick(PIECES)
            while len(text) < room and source.integer(0, 1):
                text += source.pick(PIECES)
        return fitted(text, least, room)

    return build


def _repeated(piece: str, length: int) -> str:
    return (piece * (length // len(piece) + 1))[:length]


def fitted(text: str, least: int, most: int) -> str:
    """The text, cut or filled up to the length."""
    return text[:most] if len(text) >= least else text + PLAIN * (least - len(text))
