"""Makes and checks the secret addresses of calendar feeds.

A token depends on nothing but the secret keys and the calendar's name, so an address stays the same for as
long as the key it was made with is configured.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from urllib.parse import quote, urlencode

from itsdangerous import Signer

_PURPOSE = "calendar feed"


def feed_token(secret_keys: Sequence[str], calendar: str) -> str:
    """Return the token of a calendar's feed, made with the first key."""
    return _signer(secret_keys).get_signature(calendar).decode()


def is_feed_token(secret_keys: Sequence[str], calendar: str, token: str) -> bool:
    """Tell whether a token is the calendar's, made with any of the keys; takes as long for a wrong one."""
    return _signer(secret_keys).verify_signature(calendar, token)


def feed_path(secret_keys: Sequence[str], calendar: str) -> str:
    """Return where the feed is found below the bridge's public address."""
    query = urlencode({"token": feed_token(secret_keys, calendar)})
    return f"/calendars/{quote(calendar, safe='')}.ics?{query}"


def _signer(secret_keys: Sequence[str]) -> Signer:
    if not secret_keys:
        raise ValueError("a feed's address needs at least one secret key")
    # itsdangerous signs with the last key of its list; here the first is the one in use.
    keys = [key.encode("utf-8", "surrogateescape") for key in reversed(secret_keys)]
    return Signer(keys, salt=_PURPOSE, key_derivation="hmac", digest_method=hashlib.sha256)
