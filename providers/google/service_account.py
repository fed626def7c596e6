"""Get tokens for a Workspace's calendars from a service account with domain-wide delegation.

Decides when a token is too old to use. The administrator must have allowed the account's client id exactly
these scopes; otherwise every token is AccessDenied (unauthorized_client).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from google.oauth2.service_account import Credentials

from providers.base import Deadline
from providers.errors import ProviderUnavailable
from providers.google.client import PROVIDER
from providers.google.oauth import Wire
from providers.google.settings import CALENDAR_SCOPES
from providers.http import Call, session
from providers.tokens import TokenSource

_LIVES_STILL = timedelta(minutes=1)


class _ServiceAccountTokens:
    """A token per account, fetched when there is none, by one thread while the others wait for it."""

    def __init__(self, credentials: Any, now: Callable[[], datetime]) -> None:
        self._credentials = credentials
        self._now = now
        self._lock = threading.Lock()
        self._token = ""
        self._expires_at = datetime.min.replace(tzinfo=UTC)

    def access_token(self, *, deadline: Deadline) -> str:
        """Return the token at hand, or fetch one."""
        call = Call(PROVIDER, "service_account_token", deadline)
        if not self._lock.acquire(timeout=deadline.remaining()):
            raise ProviderUnavailable(call.provider, call.operation, "no time left")
        try:
            if self._now() + _LIVES_STILL >= self._expires_at:
                self._fetch(call)
            return self._token
        finally:
            self._lock.release()

    def _fetch(self, call: Call) -> None:
        with session() as made:
            self._expires_at = Wire(made, call).refresh(self._credentials)
        self._token = self._credentials.token

    def rejected(self, token: str) -> None:
        """Forget the token, so that the next question fetches another."""
        with self._lock:
            if token == self._token:
                self._expires_at = datetime.min.replace(tzinfo=UTC)


def service_account_tokens(
    key: Mapping[str, Any],
    subject: str,
    scopes: Collection[str] = CALENDAR_SCOPES,
    *,
    token_uri: str,
    now: Callable[[], datetime],
) -> TokenSource:
    """Return the tokens with which the service account acts as `subject`.

    `key` is the content of the JSON key file. ValueError: it is not one.
    """
    made: Any = Credentials  # google-auth leaves it untyped
    credentials = made.from_service_account_info(
        {**key, "token_uri": token_uri}, scopes=sorted(scopes), subject=subject
    )
    return _ServiceAccountTokens(credentials, now)
