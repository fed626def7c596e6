"""Seals what is stored, and gives the keys by which browsers' sessions are signed.

Decides how keys are derived from `secret_key`, each for one purpose, so that what was sealed for one place
cannot be opened in another. Never says what was inside something it could not open.
"""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bridge.errors import BridgeError

_KEPT_KEYS = 256  # deriving one takes as long as opening a seal; there are two or so per account


class CannotOpen(BridgeError):
    """Something was sealed with a key the bridge no longer has, for another place, or was changed."""

    code = "cannot_open"

    def __init__(self) -> None:
        super().__init__(
            "What is stored was sealed with another secret_key. Add the former key to the list secret_key, "
            "or connect the accounts again."
        )


class Vault:
    """Keys derived from the configured secrets: the first seals and signs, all open and verify."""

    def __init__(self, secret_keys: Sequence[str]) -> None:
        if not secret_keys:
            raise ValueError("a vault needs at least one secret key")
        self._secrets = tuple(key.encode("utf-8", "surrogateescape") for key in secret_keys)
        self._fernet = lru_cache(_KEPT_KEYS)(self._derive_fernet)

    def __repr__(self) -> str:
        return "<Vault>"

    def seal(self, content: Mapping[str, Any], context: str) -> str:
        """Return JSON content sealed for one place; `context` names that place."""
        return self._fernet(context).encrypt(json.dumps(content).encode()).decode()

    def open(self, sealed: str, context: str) -> dict[str, Any]:
        """Return sealed content. CannotOpen: another key or place, or the text was changed."""
        try:
            opened: dict[str, Any] = json.loads(self._fernet(context).decrypt(sealed))
        except (InvalidToken, ValueError):
            raise CannotOpen from None
        return opened

    def rotate(self, sealed: str, context: str) -> str:
        """Return the same content sealed with the first key. CannotOpen: as for `open`."""
        try:
            return self._fernet(context).rotate(sealed).decode()
        except (InvalidToken, ValueError):
            raise CannotOpen from None

    def session_keys(self) -> tuple[str, tuple[str, ...]]:
        """Return the key that signs browser sessions, and the older ones still accepted."""
        first, *older = [_derived(secret, "sign session").hex() for secret in self._secrets]
        return first, tuple(older)

    def signature(self, text: str, purpose: str) -> str:
        """Return a short signature for an address, the same always as long as the first key is."""
        return _signature(self._secrets[0], text, purpose)

    def has_signed(self, text: str, signature: str, purpose: str) -> bool:
        """Tell whether a signature is one of ours, made with any of the keys."""
        given = signature.encode()
        # No early end: how long it takes does not tell which key it was.
        ours = [_signature(secret, text, purpose).encode() for secret in self._secrets]
        return sum(hmac.compare_digest(given, each) for each in ours) > 0

    def _derive_fernet(self, context: str) -> MultiFernet:
        return MultiFernet(
            [Fernet(urlsafe_b64encode(_derived(secret, f"seal {context}"))) for secret in self._secrets]
        )


def _signature(secret: bytes, text: str, purpose: str) -> str:
    made = hmac.digest(_derived(secret, f"sign {purpose}"), text.encode(), "sha256")
    return urlsafe_b64encode(made[:16]).decode().rstrip("=")  # 128 bits: nobody tries so many addresses


def _derived(secret: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret)
