"""Makes and checks the secret addresses of calendar feeds.

A token depends on nothing but the secret keys, the calendar's name and how often its address was renewed, so
it stays the same for as long as the key it was made with is configured.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from urllib.parse import quote, urlencode

from itsdangerous import Signer

_PURPOSE = "calendar feed"


def feed_token(secret_keys: Sequence[str], calendar: str, renewals: int = 0) -> str:
    """Return the token of a calendar's feed, made with the first key."""
    return _signer(secret_keys).get_signature(_signed(calendar, renewals)).decode()


def is_feed_token(secret_keys: Sequence[str], calendar: str, token: str, renewals: int = 0) -> bool:
    """Tell whether a token is the calendar's, made with any of the keys; takes as long for a wrong one."""
    return _signer(secret_keys).verify_signature(_signed(calendar, renewals), token)


def feed_path(secret_keys: Sequence[str], calendar: str, renewals: int = 0) -> str:
    """Return where the feed is found below the bridge's public address."""
    query = urlencode({"token": feed_token(secret_keys, calendar, renewals)})
    return f"/calendars/{quote(calendar, safe='')}.ics?{query}"


def _signed(calendar: str, renewals: int) -> str:
    # No calendar's name has a line break, so no renewed address is that of another calendar.
    return f"{calendar}\n{renewals}" if renewals else calendar


def _signer(secret_keys: Sequence[str]) -> Signer:
    if not secret_keys:
        raise ValueError("a feed's address needs at least one secret key")
    # itsdangerous signs with the last key of its list; here the first is the one in use.
    keys = [key.encode("utf-8", "surrogateescape") for key in reversed(secret_keys)]
    return Signer(keys, salt=_PURPOSE, key_derivation="hmac", digest_method=hashlib.sha256)
