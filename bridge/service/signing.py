"""Signs requests as telli does, for whoever tries the bridge from outside."""

from __future__ import annotations

import hmac

HEADER = "x-telli-signature"


def sign(body: bytes, key: str) -> str:
    """Return the header's value for a body."""
    return hmac.digest(key_bytes(key), body, "sha256").hex()


def key_bytes(key: str) -> bytes:
    """Return a key as it signs; what came from an environment that is no UTF-8 counts as its own bytes."""
    return key.encode("utf-8", "surrogateescape")
