"""Decides whether a webhook was signed by Svix, which signs telli's webhooks about calls.

Source: https://docs.svix.com/receiving/verifying-payloads/how-manual. It never says why one was refused.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import datetime

from bridge.web.signature import SignatureInvalid

ID, STAMP, SIGNATURE = "svix-id", "svix-timestamp", "svix-signature"
PREFIX = "whsec_"
_TOLERATED_SECONDS = 300
_ID = re.compile(r"[\x21-\x7e]{1,200}")
_STAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURES = re.compile(r"[\x21-\x7e]{3,200}( [\x21-\x7e]{3,200}){0,9}")


def looks_signed(header: Callable[[str], str | None]) -> bool:
    """Tell whether the headers have a signature's shape; what it is worth, only the body tells."""
    wanted = ((ID, _ID), (STAMP, _STAMP), (SIGNATURE, _SIGNATURES))
    return all(shape.fullmatch(header(name) or "") for name, shape in wanted)


def verify(body: bytes, header: Callable[[str], str | None], secret: str, now: datetime) -> None:
    """Return if the body was signed with the secret, up to five minutes ago. SignatureInvalid: it was not."""
    if not looks_signed(header):
        raise SignatureInvalid
    stamp = header(STAMP) or ""
    signed = f"{header(ID)}.{stamp}.".encode() + body
    expected = b"v1," + b64encode(hmac.digest(b64decode(secret.removeprefix(PREFIX)), signed, "sha256"))
    # All are compared, so that the time taken tells nothing; while a secret rotates there are two.
    given = (header(SIGNATURE) or "").encode().split(b" ")
    found = [hmac.compare_digest(each, expected) for each in given]
    if not any(found) or abs(now.timestamp() - int(stamp)) > _TOLERATED_SECONDS:
        raise SignatureInvalid
