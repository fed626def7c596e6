"""Reads and writes the cursors of an embedded calendar's changes."""

from __future__ import annotations

_PREFIX = "local:"


def write_cursor(revision: int) -> str:
    """Return the cursor of a revision."""
    return f"{_PREFIX}{revision}"


def read_cursor(cursor: str | None, current: int) -> int | None:
    """Return a cursor's revision; None for one that is foreign, or ahead of a database set back."""
    number = (cursor or "").removeprefix(_PREFIX)
    if cursor == number or not (number.isascii() and number.isdigit()) or len(number) > 18:
        return None
    return int(number) if int(number) <= current else None
