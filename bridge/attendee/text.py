"""Reads untrusted members: by any of their usual spellings, as one line of visible text, or not at all."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

LONGEST = 500
_WIDEST = 64  # bits

# Joiners hold emoji and Indic letters together; every other invisible format character goes, since
# bidirectional ones can make a text read as what it is not.
_JOINERS = frozenset("\u200c\u200d")
_SPACES = re.compile(r"\s+")


def spelled(members: Mapping[str, object], names: Sequence[str]) -> Iterator[object]:
    """Yield the members whose name is one of `names` (letters and digits only), in the order of `names`.

    "firstname" is first_name, firstName and "First name" alike.
    """
    by_name = by_bare_name(members)
    for name in names:
        if name and name in by_name:
            yield by_name[name]


def by_bare_name(members: Mapping[str, object]) -> dict[str, object]:
    """Return members by name, letters and digits only; of several alike the first."""
    found: dict[str, object] = {}
    for name, value in members.items():
        found.setdefault(bare(name), value)
    return found


def bare(name: str) -> str:
    """Return a name without case, spaces and punctuation."""
    return "".join(filter(str.isalnum, name.casefold()))


def clean(value: object, longest: int = LONGEST) -> str:
    """Return a text, number, truth value or list of these as one line of text; "" for anything else."""
    if isinstance(value, list):
        return _line(", ".join(filter(None, (_scalar(item) for item in value[:longest]))), longest)
    return _line(_scalar(value), longest)


def digits_of(value: int) -> str:
    """Return a number's digits; "" for one beyond any use, since str() refuses thousands of digits."""
    return str(value) if value.bit_length() <= _WIDEST else ""


def _scalar(value: object) -> str:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return digits_of(value)
        case float() if math.isfinite(value):
            return repr(value).removesuffix(".0")
    return ""


def _line(text: str, longest: int) -> str:
    shown = text[: 20 * longest]  # invisible characters do not count, within reason
    if not shown.isprintable():
        shown = "".join(map(_shown, shown))
    return _SPACES.sub(" ", shown).strip()[:longest].rstrip()


def _shown(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    category = unicodedata.category(character)
    return " " if category in {"Cc", "Zs", "Zl", "Zp"} else ""
