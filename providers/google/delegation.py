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
from providers.google.settings import CALENDAR_SCOPES
from providers.google.token_endpoint import Wire
from providers.http import Call, session

_LIVES_STILL = timedelta(minutes=1)
_RENEWED_BEFORE = timedelta(minutes=10)
_NEVER = datetime.min.replace(tzinfo=UTC)


class ServiceAccountTokens:
    """The tokens of one account; fulfils `providers.tokens.TokenSource`.

    A missing token is fetched by one thread while the others wait; one that still works is given at once,
    also while its successor is being fetched.
    """

    def __init__(self, credentials: Any, now: Callable[[], datetime]) -> None:
        self._credentials = credentials
        self._now = now
        self._fetching = threading.Lock()
        self._current = ("", _NEVER)

    def access_token(self, *, deadline: Deadline) -> str:
        """Return the token at hand, or fetch one."""
        return self._lasting(_LIVES_STILL, deadline)

    def keep_fresh(self, *, deadline: Deadline) -> None:
        """Fetch the next token well before this one ends: for the background, so that no call has to."""
        self._lasting(_RENEWED_BEFORE, deadline)

    def rejected(self, token: str) -> None:
        """Forget the token, so that the next question fetches another."""
        if token == self._current[0]:
            self._current = ("", _NEVER)

    def _lasting(self, least: timedelta, deadline: Deadline) -> str:
        if token := self._at_hand(least):
            return token
        call = Call(PROVIDER, "service_account_token", deadline)
        if not self._fetching.acquire(timeout=deadline.remaining()):
            raise ProviderUnavailable(call.provider, call.operation, "no time left")
        try:
            return self._at_hand(least) or self._fetch(call)
        finally:
            self._fetching.release()

    def _at_hand(self, least: timedelta) -> str | None:
        token, expires_at = self._current
        return token if self._now() + least < expires_at else None

    def _fetch(self, call: Call) -> str:
        with session() as made:
            expires_at = Wire(made, call).refresh(self._credentials)
        token: str = self._credentials.token
        self._current = (token, expires_at)
        return token


def service_account_tokens(
    key: Mapping[str, Any],
    subject: str,
    scopes: Collection[str] = CALENDAR_SCOPES,
    *,
    token_uri: str,
    now: Callable[[], datetime],
) -> ServiceAccountTokens:
    """Return the tokens with which the service account acts as `subject`.

    `key` is the content of the JSON key file. ValueError: it is not one.
    """
    made: Any = Credentials  # google-auth leaves it untyped
    credentials = made.from_service_account_info(
        {**key, "token_uri": token_uri}, scopes=sorted(scopes), subject=subject
    )
    return ServiceAccountTokens(credentials, now)
