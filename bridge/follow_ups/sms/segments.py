"""Counts the segments of an SMS, which is what it costs.

Source: 3GPP TS 23.038, 6.2.1 (the alphabet); Twilio takes UCS-2 for the whole text as soon as one character
is not of it.
"""

from __future__ import annotations

from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")  # an escape in front: two places each
_ALONE, _EACH = 160, 153
_ALONE_UCS2, _EACH_UCS2 = 70, 67


@dataclass(frozen=True, slots=True)
class Segments:
    """How many a text takes; `is_ucs2`: for a character that is not in the usual alphabet."""

    count: int
    is_ucs2: bool


def segments(text: str) -> Segments:
    """Return what a text takes."""
    is_ucs2 = not _BASIC.union(_EXTENDED).issuperset(text)
    if is_ucs2:
        widths = [len(letter.encode("utf-16-le")) // 2 for letter in text]
        return Segments(_parts(widths, _ALONE_UCS2, _EACH_UCS2), is_ucs2)
    return Segments(_parts([2 if letter in _EXTENDED else 1 for letter in text], _ALONE, _EACH), is_ucs2)


def _parts(widths: list[int], alone: int, each: int) -> int:
    if sum(widths) <= alone:
        return 1
    count, room = 1, each
    for width in widths:
        if width > room:  # what takes two places is never parted
            count, room = count + 1, each
        room -= width
    return count
