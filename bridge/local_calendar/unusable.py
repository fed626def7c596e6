"""What an entry, or a whole file, is refused by, wherever on its way it is read."""

from __future__ import annotations

from bridge.errors import BridgeError
from bridge.said import Worded


class Unusable(Worded):
    """The entry is not kept; the text says why, as the end of a sentence."""


class ImportRefused(Worded, BridgeError):
    """The file cannot be imported; nothing of it was."""

    code = "import_refused"
