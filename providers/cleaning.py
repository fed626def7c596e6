"""Cleans the texts that go into iCalendar entries and into databases."""

from __future__ import annotations

import re

# No database or calendar program needs them, and some fall over them: controls but tab and newline,
# the other line breaks of Unicode, and halves of surrogate pairs.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def clean(text: str) -> str:
    """Return a text without what would break a line or a database."""
    return _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
