"""Decides who may sign in with the admin password, and how often somebody may be wrong.

Counts failures in the database, so that a limit holds over all processes. An attempt is counted before the
password is looked at, and taken back when it was right: many guesses at once gain nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from werkzeug.security import check_password_hash

from bridge.errors import BridgeError
from bridge.store.engine import Store
from bridge.store.sql import signins

WINDOW = timedelta(minutes=15)
PER_ADDRESS = 5
IN_ALL = 50
LONGEST_PASSWORD = 1024  # hashing more would only keep the server busy


class SignInRefused(BridgeError):
    """The password is wrong."""

    code = "signin_refused"


class TooManyAttempts(SignInRefused):
    """Too many passwords were wrong; `retry_after` is how long to wait."""

    code = "signin_limited"

    def __init__(self, retry_after: timedelta) -> None:
        self.retry_after = retry_after
        super().__init__("Too many wrong passwords were entered.")


class AdminSignIn:
    """The admin password and the count of wrong ones; without a hash nobody may sign in."""

    def __init__(self, store: Store, password_hash: str | None, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._hash = password_hash
        self._now = now

    def __repr__(self) -> str:
        return "<AdminSignIn>"

    @property
    def is_possible(self) -> bool:
        """Tell whether an admin password is configured."""
        return self._hash is not None

    @property
    def badge(self) -> str:
        """Return what a signed-in browser keeps: it is worth nothing once the password is changed."""
        return hashlib.sha256(f"badge {self._hash}".encode()).hexdigest()[:32]

    def accepts(self, badge: object) -> bool:
        """Tell whether a browser signed in with the password of today."""
        return self.is_possible and isinstance(badge, str) and hmac.compare_digest(badge, self.badge)

    def check(self, password: str, address: str) -> None:
        """Let a right password pass. SignInRefused: it is wrong. TooManyAttempts: it was not looked at."""
        origin = _origin(address)
        self._count(origin)
        if self._hash is None or len(password) > LONGEST_PASSWORD:
            raise SignInRefused("The password is not right.")
        if not check_password_hash(self._hash, password):
            raise SignInRefused("The password is not right.")
        with self._store.write() as connection:
            signins.forgive(connection, origin)

    def _count(self, origin: str) -> None:
        """Count an attempt before its outcome is known. TooManyAttempts: it may not be made."""
        now = self._now()
        with self._store.write_alone() as connection:
            signins.remove_older(connection, now - WINDOW)
            waits = (
                _wait(signins.times(connection, origin), PER_ADDRESS, now),
                _wait(signins.times(connection), IN_ALL, now),
            )
            if not any(waits):
                signins.add(connection, uuid4().hex, origin, now)
                return
        raise TooManyAttempts(max(waits))


def _wait(failures: Sequence[datetime], limit: int, now: datetime) -> timedelta:
    """Return how long until fewer than `limit` failures count; zero when it is so already."""
    if len(failures) < limit:
        return timedelta(0)
    return max(failures[limit - 1] + WINDOW - now, timedelta(seconds=1))


def _origin(address: str) -> str:
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
