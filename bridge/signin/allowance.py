"""Decides how often somebody may be wrong: waits that grow, for each browser, address, and all strangers.

A browser that signed in before answers for itself alone, so that nobody's guesses keep its owner out; others
share what strangers have. https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bridge.store.sql import sign_ins


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who tries to sign in: an address as `origin` gives it, and the mark of a browser that did before."""

    address: str
    browser: str | None = None


@dataclass(frozen=True, slots=True)
class _Allowance:
    """How many wrong attempts within the window are free; each further one doubles the wait."""

    free: int
    window: timedelta
    first: timedelta
    longest: timedelta

    def wait(self, failures: Sequence[datetime], now: datetime) -> timedelta:
        """Return how long until an attempt may be made, by failures with the latest first."""
        beyond = len(failures) - self.free
        if beyond < 0:
            return timedelta(0)
        # Capped before it is reckoned with: 2 to the power of all failures of a day has no timedelta.
        wait = min(self.first * (1 << min(beyond, 20)), self.longest)
        return max(failures[0] + wait - now, timedelta(0))


_OWN = _Allowance(5, timedelta(hours=24), timedelta(seconds=5), timedelta(minutes=15))
# Short at its longest: whoever has a new browser while strangers guess from everywhere still gets in.
_STRANGERS = _Allowance(50, timedelta(minutes=15), timedelta(seconds=2), timedelta(minutes=1))


def wait_of(connection: Connection, visitor: Visitor, now: datetime) -> timedelta:
    """Return how long a visitor has to wait before an attempt is looked at."""
    since = now - _OWN.window
    if visitor.browser is not None:
        return _OWN.wait(sign_ins.failures_of_browser(connection, visitor.browser, since), now)
    own = _OWN.wait(sign_ins.failures_of_address(connection, visitor.address, since), now)
    among = _STRANGERS.wait(sign_ins.failures_of_strangers(connection, now - _STRANGERS.window), now)
    return max(own, among)


def origin(address: str) -> str:
    """Return what counts as one address: a whole /64 in IPv6, which everybody has to himself."""
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(read, ipaddress.IPv4Address):
        return str(read)
    if read.ipv4_mapped:
        return str(read.ipv4_mapped)
    return str(ipaddress.ip_network((read, 64), strict=False))
