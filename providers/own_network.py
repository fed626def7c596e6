"""Lets passwords go where nobody overhears them: over https, or within the own network.

For servers that people run themselves, which may always lie there.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from providers.errors import AccessDenied
from providers.http import Call
from providers.outward import is_public, looked_up

_HTTP = 80


class Secrecy:
    """Remembers which servers without https are in the own network. Safe to share between threads."""

    def __init__(self) -> None:
        self._private: set[str] = set()

    def require(self, call: Call, url: str) -> None:
        """Let pass what nobody overhears. AccessDenied: anybody might read the password."""
        parts = urlsplit(url)
        if parts.scheme == "https" or parts.netloc in self._private:
            return
        try:
            found = looked_up(parts.hostname or "", parts.port or _HTTP)
        except (OSError, UnicodeError) as error:
            raise call.broken(sent=False, detail=type(error).__name__) from None
        if any(map(is_public, found)):
            text = "http:// is for the own network alone: anybody on the way would read the password"
            raise AccessDenied(call.provider, call.operation, text)
        self._private.add(parts.netloc)
