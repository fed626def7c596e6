"""Decides whether a body was signed by telli, and reads the payload from exactly what was verified.

Accepted is the lower-case hex HMAC-SHA256, under any of the keys, of the raw body when it is a JSON
object, or of the form JavaScript's `JSON.stringify(JSON.parse(body))` has, which is what telli's
documented check computes. It never says why a signature was refused, and looks at the header's shape
before it spends time on a body. A body nested so deeply that it cannot be read counts as not verifiable.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence

from bridge.errors import BridgeError
from bridge.service.signing import key_bytes
from bridge.web import canonical

_SHAPE = re.compile(r"[0-9a-f]{64}")


class SignatureInvalid(BridgeError):
    """The signature is missing, malformed or not made with one of the keys over this body."""

    code = "invalid_signature"

    def __init__(self) -> None:
        super().__init__("invalid signature")


def is_well_formed(header: str | None) -> bool:
    """Tell whether a header has a signature's shape; what it is worth, only the body tells."""
    return header is not None and bool(_SHAPE.fullmatch(header))


def verify(raw: bytes, header: str | None, keys: Sequence[str]) -> object:
    """Return the payload of a signed body: an object, or an array in JavaScript's form.

    SignatureInvalid whatever is wrong. An empty key verifies nothing.
    """
    if header is None or not is_well_formed(header):
        raise SignatureInvalid
    wanted = bytes.fromhex(header)
    secrets = [key_bytes(key) for key in keys if key]
    try:
        # The raw body comes first: it is a tenth of the work, and what every JavaScript sender's body is.
        is_signed = _matches(raw, wanted, secrets)
        payload = canonical.parse(canonical.decode(raw))
        if is_signed and raw and isinstance(payload, dict):
            return payload
        if isinstance(payload, dict | list):
            form = canonical.stringify(payload)
            if _matches(form, wanted, secrets):
                return canonical.parse(form.decode("utf-8"))
    except (ValueError, RecursionError):
        pass  # whatever cannot be read was not signed by telli
    raise SignatureInvalid


def _matches(body: bytes, wanted: bytes, secrets: Sequence[bytes]) -> bool:
    # No early end: how long it takes does not tell which key it was.
    found = [hmac.compare_digest(hmac.digest(key, body, "sha256"), wanted) for key in secrets]
    return any(found)
