"""Hands out an account's access token: the stored one, kept in memory, without asking the vendor.

Only where no stored token works any more is one fetched in the middle of a call.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bridge.connections import sealed
from bridge.connections.context import ConnectionContext
from bridge.connections.refreshing import Refresher
from bridge.connections.sealed import Held
from bridge.errors import StoreUnavailable
from bridge.store.patience import repeated
from bridge.vault import CannotOpen
from providers.base import Deadline
from providers.errors import ConnectionExpired, ProviderUnavailable
from providers.tokens import DelegatedTokens, TokenSource

TRUSTED_SECONDS = 1.0  # so long may another process's change stay unnoticed
_LIVES_STILL = timedelta(seconds=30)
_FORCED_EVERY_SECONDS = 30.0
_LOOK_AGAIN_SECONDS = 0.05


class AccountTokens:
    """The tokens of one account; `fallback` serves where the account was never connected."""

    def __init__(
        self,
        key: tuple[str, str],
        around: ConnectionContext,
        refresher: Refresher,
        fallback: TokenSource | None,
    ) -> None:
        self._key = key
        self._around = around
        self._refresher = refresher
        self.fallback = fallback
        self._lock = threading.Lock()
        self._held: Held | None = None
        self._trusted_until = float("-inf")
        self._rejected = ""
        self._forced_until = float("-inf")

    def __repr__(self) -> str:
        return f"<AccountTokens {self._key[0]}:{self._key[1]}>"

    def access_token(self, *, deadline: Deadline) -> str:
        """Return the stored token; fetch one only when it has ended or was rejected."""
        held = self._held
        if self._around.clocks.monotonic() >= self._trusted_until:
            held = self._read(known=held)
        if held is not None and self._works(held):
            return held.access_token
        if held is None and self.fallback is not None:
            return self.fallback.access_token(deadline=deadline)
        return self._fetched(deadline)

    def rejected(self, token: str) -> None:
        """Take note that the vendor answered 401 to this token."""
        if self._held is None and self.fallback is not None:
            self.fallback.rejected(token)
        self._rejected = token

    def forget(self) -> None:
        """Look into the database next time, because this account was just connected or dropped."""
        self._trusted_until = float("-inf")

    def _read(self, *, known: Held | None) -> Held | None:
        provider = self._key[0]
        try:
            held = self._stored(known)
        except StoreUnavailable:
            raise ProviderUnavailable(provider, "token", "the database cannot be used") from None
        except CannotOpen:
            raise ConnectionExpired(provider, "token", "sealed with another secret_key") from None
        self._held = held
        self._trusted_until = self._around.clocks.monotonic() + TRUSTED_SECONDS
        return held

    @repeated
    def _stored(self, known: Held | None) -> Held | None:
        with self._around.store.read() as connection:
            return sealed.read(connection, self._around.vault, self._key, known)

    def _works(self, held: Held) -> bool:
        is_fresh = held.row.expires_at - self._around.clocks.now() > _LIVES_STILL
        return held.is_connected and is_fresh and held.access_token != self._rejected

    def _fetched(self, deadline: Deadline) -> str:
        """Return a new token: fetched here, by another thread, or by another process."""
        if not self._lock.acquire(timeout=deadline.remaining()):
            raise self._unavailable("no time left")
        try:
            while True:
                held = self._connected()
                if self._works(held):
                    return held.access_token
                renewed = self._renewed(held)
                if renewed is not None:
                    return renewed.access_token
                self._wait(deadline)
        finally:
            self._lock.release()

    def _connected(self) -> Held:
        held = self._read(known=None)
        if held is None or not held.is_connected:
            reason = "not connected" if held is None else "needs reconnecting"
            raise ConnectionExpired(self._key[0], "token", reason)
        return held

    def _renewed(self, held: Held) -> Held | None:
        clocks = self._around.clocks
        if held.row.retry_at is not None and held.row.retry_at > clocks.now():
            raise self._unavailable("the last refresh failed")
        was_rejected = held.access_token == self._rejected
        if was_rejected and clocks.monotonic() < self._forced_until:
            raise self._unavailable("fresh tokens are rejected")
        try:
            renewed = self._refresher.attempt(self._key, lambda found: not self._works(found))
        except StoreUnavailable:
            raise self._unavailable("the database cannot be used") from None
        if renewed is None or not renewed.is_connected:
            return None
        if was_rejected:
            self._forced_until = clocks.monotonic() + _FORCED_EVERY_SECONDS
            self._rejected = ""  # the vendor was asked: it stands by what it gave, were it the same password
        self._held = renewed
        return renewed

    def _wait(self, deadline: Deadline) -> None:
        """Let whoever is renewing the token get on with it."""
        if deadline.remaining() <= _LOOK_AGAIN_SECONDS:
            raise self._unavailable("the token is being renewed")
        self._around.clocks.sleep(_LOOK_AGAIN_SECONDS)

    def _unavailable(self, detail: str) -> ProviderUnavailable:
        return ProviderUnavailable(self._key[0], "token", detail)


@dataclass(frozen=True, slots=True)
class Delegation:
    """How accounts are reached that need no sign-in: by a service account, or an application of its own.

    `tokens` makes those of one account; `held` are all that this process has made, each to be kept fresh
    by itself. `covers` tells which accounts are reached so.
    """

    tokens: Callable[[str], TokenSource]
    held: Callable[[], Sequence[DelegatedTokens]] = tuple
    covers: Callable[[str], bool] = lambda _account: True
