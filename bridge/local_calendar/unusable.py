"""What an entry, or a whole file, is refused by, wherever on its way it is read."""

from __future__ import annotations

from collections.abc import Callable

from bridge.errors import BridgeError


class Worded(Exception):
    """Something is refused; `message` is a text of the catalogue with places for the `facts`."""

    def __init__(self, message: str, **facts: str) -> None:
        self.message = message
        self.facts = facts
        super().__init__(self.said(str))

    def said(self, translate: Callable[[str], str]) -> str:
        """Return why, in a language."""
        return translate(self.message).format_map(self.facts)


class Unusable(Worded):
    """The entry is not kept; the text says why, as the end of a sentence."""


class ImportRefused(Worded, BridgeError):
    """The file cannot be imported; nothing of it was."""

    code = "import_refused"
