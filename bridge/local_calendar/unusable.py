"""What an entry is refused by, wherever on its way it is read."""

from __future__ import annotations


class Unusable(Exception):
    """The entry is not kept; the text says why, as the end of a sentence."""
