"""Words the pieces of a problem's sentence: values, kinds and suggestions, for people who don't program."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, time
from difflib import get_close_matches

from bridge.config.values.env_and_files import FromOutside
from bridge.said import Said

_ = str  # marks a text for the catalogues

_LONGEST_SHOWN = 60
_KINDS: tuple[tuple[type | tuple[type, ...], Said], ...] = (
    (bool, Said("true or false")),  # before numbers: Python counts a bool as one
    ((int, float), Said("a number")),
    (str, Said("text")),
    (date, Said("a date")),
    (time, Said("a time")),
    ((list, tuple), Said("a list")),
    (dict, Said("a section")),
)


def kind(value: object) -> Said:
    """Return what a TOML value is, such as "a number"."""
    return next((name for types, name in _KINDS if isinstance(value, types)), Said("something else"))


def shown(value: object) -> str:
    """Return a value to begin a sentence with, or where it came from; nothing for lists and sections."""
    if isinstance(value, FromOutside):
        return Said("the value of {source}", source=value.source)
    if isinstance(value, str):
        cut = value if len(value) <= _LONGEST_SHOWN else value[:_LONGEST_SHOWN] + "..."
        return json.dumps(cut, ensure_ascii=False)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) > 10**15:  # Python refuses to print thousands of digits
        return Said("this number")
    return str(value) if isinstance(value, int | float | date | time) else ""


def listed(names: Iterable[str], all_of: bool = False) -> str:
    """Return names in quotes, as a sentence lists them: one of them is meant, or all."""
    *others, last = (f'"{name}"' for name in names)
    if not others:
        return last
    form = _("{names} and {last}") if all_of else _("{names} or {last}")
    return Said(form, names=", ".join(others), last=last)


def suggestion(word: str, known: Iterable[str]) -> Said:
    """Return `; did you mean "..."?` for a known name close to the word, or nothing."""
    best = closest(word, known)
    return Said('; did you mean "{meant}"?', meant=best) if best else Said()


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known name most like the word or holding it, disregarding case; None when none is."""
    lower = word.lower()
    if len(word) > _LONGEST_SHOWN:
        return None
    by_lower = {name.lower(): name for name in known}
    found = get_close_matches(lower, by_lower, n=1)
    found = found or [name for name in by_lower if len(lower) > 3 and lower in name]
    return by_lower[found[0]] if found else None
