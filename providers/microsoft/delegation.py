"""Get the tokens of an application that may reach a tenant's mailboxes without any sign-in page.

Decides when a token is too old to use. One object serves every mailbox: the token is the application's.
"""

from __future__ import annotations

import threading
from datetime import timedelta

from providers.base import Deadline
from providers.errors import ProviderUnavailable
from providers.http import Clocks
from providers.microsoft.client import PROVIDER
from providers.microsoft.sign_in import Entra
from providers.tokens import Grant

_LIVES_STILL = timedelta(minutes=1)
_RENEW_BEFORE = timedelta(minutes=10)


class AppTokens:
    """The application's token; fulfils `providers.tokens.TokenSource`."""

    def __init__(self, entra: Entra, *, clocks: Clocks) -> None:
        self._entra = entra
        self._clocks = clocks
        self._lock = threading.Lock()
        self._grant: Grant | None = None

    def access_token(self, *, deadline: Deadline) -> str:
        """Return the token at hand, or get one, by one thread while the others wait for it."""
        return self._token(_LIVES_STILL, deadline)

    def keep_fresh(self, *, deadline: Deadline) -> None:
        """Get a new token in the background, before anybody on the phone would have to wait for it."""
        self._token(_RENEW_BEFORE, deadline)

    def rejected(self, token: str) -> None:
        """Forget the token, so that the next question gets another."""
        with self._lock:
            if self._grant is not None and self._grant.access_token == token:
                self._grant = None

    def _token(self, ahead: timedelta, deadline: Deadline) -> str:
        kept = self._grant
        if kept is not None and self._clocks.now() + ahead < kept.expires_at:
            return kept.access_token
        if not self._lock.acquire(timeout=deadline.remaining()):
            raise ProviderUnavailable(PROVIDER, "acquire_app_only", "no time left")
        try:
            if self._grant is None or self._clocks.now() + ahead >= self._grant.expires_at:
                self._grant = self._entra.acquire_app_only(deadline=deadline)
            return self._grant.access_token
        finally:
            self._lock.release()
