"""Reads the one-time codes that an authenticator app shows (TOTP, RFC 6238)."""

from __future__ import annotations

from datetime import datetime

from pyotp import TOTP

_NEIGHBOURS = 1  # periods of 30 seconds before and after: telephones' clocks differ, and typing takes time


def period_of_code(secret: str, code: str, now: datetime) -> int | None:
    """Return the number of the period that a code belongs to, None when it is wrong or too old."""
    totp, typed = TOTP(secret), code.replace(" ", "")
    this = totp.timecode(now)
    # All are compared, whichever fits: verify() of the library does not say which one it was.
    fitting = [
        period
        for period in range(this - _NEIGHBOURS, this + _NEIGHBOURS + 1)
        if typed.isascii() and totp.verify(typed, for_time=period * totp.interval)
    ]
    return fitting[0] if fitting else None
